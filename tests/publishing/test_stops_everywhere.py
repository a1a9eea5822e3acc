"""The operator's brake: for every team, by command."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.kernel.scoping import org_atomic
from publishing.models import DeliveryState, InstallationStop
from tests.world import World

from .deliveries import again, deliver, due_delivery

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


def test_everything_stops_for_every_team_and_nothing_is_made_up_for(
    world: World, settings: Any
) -> None:
    settings.WARREN_DELIVERY_THREADS = 0
    with org_atomic(world.id):
        delivery = due_delivery(world.brand, world.account)
    out = StringIO()
    call_command("stop", "A drill", by="Robin", stdout=out)
    assert "Everything stands still." in out.getvalue()
    with pytest.raises(CommandError, match="stopped already"):
        call_command("stop", "Again", by="Robin")
    with org_atomic(world.id):
        deliver(delivery)
        assert again(delivery).error_message.startswith("Stopped by Robin on ")
    call_command("resume", by="Robin", stdout=out)
    assert "1 posts were missed" in out.getvalue()
    with org_atomic(world.id):
        assert again(delivery).state == DeliveryState.MISSED
    assert InstallationStop.objects.get().resumed_by == "Robin"


def test_an_unknown_network_cannot_be_stopped() -> None:
    with pytest.raises(CommandError, match="no network called"):
        call_command("stop", "Why", platform="nowhere", by="Robin")
    with pytest.raises(CommandError, match="Nothing of that kind"):
        call_command("resume", platform="bluesky", by="Robin")
