"""The operator's brake: for every team, by command; and what the installation's status says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Notification
from publishing.models import DeliveryState, InstallationStop, Stop
from publishing.services import stops
from publishing.services.standing import forget, known_to_stand
from tests import make, make_planning
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


def test_it_stays_in_the_record_of_every_team_with_who_let_go(client: Client, world: World) -> None:
    for word, values in (("stop", ["A drill"]), ("resume", [])):
        call_command(word, *values, by="Robin", stdout=StringIO())
    client.force_login(world.viewer)
    page = client.get(f"{world.path}/stops/").content.decode()
    assert "“A drill” · stopped by Robin, who runs this installation" in page
    assert "Let go by Robin" in page


def test_each_team_reads_in_its_own_time_when_everything_was_stopped(
    client: Client, world: World
) -> None:
    call_command("stop", "A drill", by="Robin", stdout=StringIO())
    moment = datetime(2026, 7, 1, 9, 5, tzinfo=UTC)
    InstallationStop.objects.using("operator").update(created_at=moment)
    forget()
    client.force_login(world.viewer)
    page = client.get(f"{world.path}/channels/").content.decode()
    assert "Stopped by Robin on 01 July 2026, 11:05 CEST:" in page
    [nowhere] = known_to_stand(None)
    assert "01 July 2026, 09:05 UTC" in nowhere.sentence


def test_an_unknown_network_cannot_be_stopped() -> None:
    with pytest.raises(CommandError, match="no network called"):
        call_command("stop", "Why", platform="nowhere", by="Robin")
    with pytest.raises(CommandError, match="Nothing of that kind"):
        call_command("resume", platform="bluesky", by="Robin")


# -- What /status says while something stands still ------------------------------------------------

LONG_AGO = timedelta(hours=3)


def status_of(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/status")
    return answer.status_code, answer.json()


def due_feed(brand: BrandProfile) -> None:
    make.feed(brand, url=f"https://{brand.pk}.example/feed", due_at=now() - LONG_AGO)


def test_what_the_operator_stopped_is_not_late_and_the_status_says_by_whom_and_since_when(
    world: World, client: Client
) -> None:
    with org_atomic(world.id):
        make.material(status="uploaded", due_at=now() - LONG_AGO)
        due_feed(world.brand)
    assert status_of(client)[0] == 503
    call_command("stop", "A drill", by="Robin", stdout=StringIO())
    code, said = status_of(client)
    assert (code, said["status"]) == (200, "stopped")
    [told] = said["stopped"]
    assert (told["what"], told["by"]) == ("everything", "Robin")
    assert abs(datetime.fromisoformat(told["since"]) - now()) < timedelta(minutes=1)
    assert "A drill" not in str(said)
    call_command("resume", by="Robin", stdout=StringIO())
    code, said = status_of(client)
    assert (code, said["status"], said["stopped"]) == (503, "silent", [])


def test_a_stop_excuses_nothing_that_goes_on_meanwhile(world: World, client: Client) -> None:
    call_command("stop", "A drill", by="Robin", stdout=StringIO())
    with org_atomic(world.id):
        Notification.objects.create(
            user=world.owner, kind="x", title="Told", due_at=now() - LONG_AGO
        )
    code, said = status_of(client)
    assert (code, said["status"]) == (503, "silent")
    assert said["stopped"][0]["by"] == "Robin"


def test_a_stopped_network_excuses_no_work_of_others(world: World, client: Client) -> None:
    call_command("stop", "A drill", platform="bluesky", by="Robin", stdout=StringIO())
    code, said = status_of(client)
    assert (code, said["status"], said["stopped"][0]["what"]) == (200, "working", "Bluesky")
    with org_atomic(world.id):
        make.material(status="uploaded", due_at=now() - LONG_AGO)
    assert status_of(client)[0] == 503


def test_what_a_team_stopped_is_not_late_and_the_work_of_others_is(
    world: World, client: Client
) -> None:
    with org_atomic(world.id):
        due_feed(world.brand)
        stops.stop(level=Stop.Level.ORGANIZATION, by=world.admin, reason="Wait")
    code, said = status_of(client)
    assert (code, said["status"], said["stopped"]) == (200, "working", [])
    with org_atomic(world.foreign.id):
        due_feed(world.foreign_brand)
    assert status_of(client)[0] == 503


def test_what_a_brand_stopped_is_not_late_and_the_work_of_others_is(
    world: World, client: Client
) -> None:
    with org_atomic(world.id):
        due_feed(world.brand)
        make.strategy_paper(world.brand, status="queued", due_at=now() - LONG_AGO)
        make.voice_analysis(world.brand, status="queued", due_at=now() - LONG_AGO)
        bucket = make.knowledge_bucket(world.brand)
        make.knowledge_source(bucket, status="queued", due_at=now() - LONG_AGO)
        stops.stop(level=Stop.Level.BRAND, by=world.admin, reason="Wait", brand=world.brand)
    assert status_of(client)[0] == 200
    with org_atomic(world.id):
        due_feed(make_planning.brand("Second"))
    assert status_of(client)[0] == 503
