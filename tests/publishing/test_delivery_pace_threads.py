"""Workers that send for one account, or for one app, at the same moment count each other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic, scope
from publishing.channels.base import Quota
from publishing.delivery import ledger
from publishing.delivery.crew import dismiss
from publishing.delivery.quotas import take_of_app
from publishing.models import Delivery, NetworkQuota
from tests.world import World

from .deliveries import account_on, due_deliveries, test_channels
from .platform import Platform
from .platform_channels import SilentChannel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_time]

WORKERS = 6


@pytest.fixture(autouse=True)
def _crew(settings: Settings) -> Iterator[None]:
    settings.WARREN_DELIVERY_THREADS = 4
    with test_channels():
        yield
    dismiss()


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform(latency=0.05) as running:
        yield running


def sent_by_many(world: World, platform: Platform, count: int) -> dict[str, int]:
    """Deal the posts of one account to several workers at once; states of what came of them."""
    with org_atomic(world.id):
        account = account_on(world.brand, "test_d", platform.join()[0])
        rows = due_deliveries(world.brand, [account], [f"Post {n}." for n in range(count)])
    ids = [row.pk for row in rows]

    def work(place: int) -> None:
        with scope(world.id):
            ledger.deliver(delivery_ids=ids[place::WORKERS])
        connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
    with org_atomic(world.id):
        found = list(Delivery.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def test_a_quota_of_an_account_is_never_overdrawn(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SilentChannel, "quotas", (Quota("day", 7, 86_400),))
    assert sent_by_many(world, platform, 18) == {"published": 7, "scheduled": 11}


def test_only_one_leaves_where_a_distance_is_kept(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SilentChannel, "spacing_seconds", 60.0)
    assert sent_by_many(world, platform, 12) == {"published": 1, "scheduled": 11}


def test_a_quota_of_the_app_is_never_overdrawn(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = Quota("app units", 50, 86_400, per="app", cost=10)
    monkeypatch.setattr(SilentChannel, "quotas", (quota,))
    try:
        assert sent_by_many(world, platform, 12) == {"published": 5, "scheduled": 7}
        assert NetworkQuota.objects.get(name="app units").used == 50
    finally:
        NetworkQuota.objects.all().delete()


def test_many_that_take_at_once_take_no_more_than_there_is() -> None:
    quota, moment = Quota("raced", 100, 60, per="app", cost=3), now()

    def take(wanted: int) -> int:
        granted = sum(
            take_of_app("any", quota, wanted, moment + timedelta(milliseconds=turn))[0]
            for turn in range(5)
        )
        connection.close()
        return granted

    try:
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(take, range(1, 9))) == 33
        assert NetworkQuota.objects.get(name="raced").used == 99
    finally:
        NetworkQuota.objects.all().delete()
