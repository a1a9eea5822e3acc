"""While the master key is away nothing is sent, nothing is lost, and no account is blamed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from pytest_django import Settings

from config.kernel import vault
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.delivery import ledger
from publishing.models import AccountStatus, DeliveryState
from tests.publishing.deliveries import account_on, again, deliver, due_delivery, test_channels
from tests.publishing.platform import Platform
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_keys_kept() -> Iterator[None]:
    yield
    vault.forget_keys()


@pytest.mark.parametrize("platform", ["test_a", "test_c", "test_d"])
def test_a_post_waits_for_the_key_and_goes_out_once(
    platform: str, world: World, settings: Settings, tmp_path: Path
) -> None:
    settings.WARREN_DELIVERY_THREADS = 0
    key = settings.WARREN_MASTER_KEY_FILE
    with test_channels(), Platform() as network, org_atomic(world.id):
        server, remote = network.join()
        account = account_on(world.brand, platform, server)
        delivery = due_delivery(world.brand, account)
        settings.WARREN_MASTER_KEY_FILE = tmp_path / "away.key"
        vault.forget_keys()
        deliver(delivery)
        assert again(delivery).state == DeliveryState.SCHEDULED
        assert remote.log == []
        account.refresh_from_db()
        assert account.status == AccountStatus.ACTIVE
        settings.WARREN_MASTER_KEY_FILE = key
        with time_machine.travel(now() + timedelta(minutes=20), tick=True):
            ledger.deliver(delivery_ids=[delivery.pk])
        assert again(delivery).state == DeliveryState.PUBLISHED
        assert len(remote.posts) == 1
