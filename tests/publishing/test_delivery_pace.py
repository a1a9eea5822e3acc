"""Distance, quotas and breakers: what waits for a network, without a try being counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from billing.models import CreditTransaction
from config.kernel.clock import now
from publishing.channels.base import Payload, Published, Quota, Reading, Session
from publishing.delivery import health, ledger
from publishing.delivery.claim import claim
from publishing.delivery.gate import Gate
from publishing.delivery.quotas import holds, take_of_app
from publishing.models import (
    AccountQuota,
    Delivery,
    DeliveryState,
    NetworkQuota,
    NetworkState,
    Part,
    PendingPost,
    PendingStatus,
    SocialAccount,
)
from tests.world import World

from .deliveries import account_on, again, deliver, due_deliveries
from .platform import Platform, RemoteAccount
from .platform_channels import ReadableChannel, SilentChannel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]

SPACING = 10.0


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def posts_on(
    world: World, platform: Platform, count: int, *modes: str, channel: str = "test_d"
) -> tuple[RemoteAccount, list[Delivery]]:
    server, remote = platform.join(*modes)
    account = account_on(world.brand, channel, server)
    return remote, due_deliveries(world.brand, [account], [f"Post {n}." for n in range(count)])


def states(*deliveries: Delivery) -> list[str]:
    return [str(again(each).state) for each in deliveries]


def waits(*deliveries: Delivery, since: datetime) -> list[float]:
    found = [again(each).due_at for each in deliveries]
    return [(at - since).total_seconds() for at in found if at is not None]


def assert_untouched(delivery: Delivery, code: str) -> None:
    """It waits and says why, and nothing else has happened to it."""
    assert (again(delivery).state, delivery.error_code) == (DeliveryState.SCHEDULED, code)
    assert (delivery.attempts, delivery.charge_key, delivery.sending_at) == (0, "", None)
    assert delivery.error_message.endswith(".")
    pending = PendingPost.objects.get(pk=delivery.pending_post_id)
    assert pending.status == PendingStatus.AUTO_APPROVED
    assert not CreditTransaction.objects.filter(related_id=delivery.pk).exists()


# -- Distance -------------------------------------------------------------------------------------


@pytest.fixture
def spaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SilentChannel, "spacing_seconds", SPACING)


@pytest.mark.usefixtures("spaced")
def test_posts_of_an_account_keep_their_distance(world: World, platform: Platform) -> None:
    remote, rows = posts_on(world, platform, 4)
    with time_machine.travel(now(), tick=False) as clock:
        start = now()
        deliver(*rows)
        assert states(*rows) == ["published", *["scheduled"] * 3]
        assert waits(*rows[1:], since=start) == [SPACING, 2 * SPACING, 3 * SPACING]
        for row in rows[1:]:
            assert_untouched(row, "spaced")
        for place in range(1, 4):
            clock.move_to(start + seconds(place * SPACING))
            assert deliver(*rows) == 1
            assert len(remote.posts) == place + 1
    assert states(*rows) == ["published"] * 4


@pytest.mark.usefixtures("spaced")
def test_a_batch_that_comes_later_keeps_the_distance_to_the_last_one(
    world: World, platform: Platform
) -> None:
    _, rows = posts_on(world, platform, 2)
    with time_machine.travel(now(), tick=False) as clock:
        start = now()
        deliver(rows[0])
        clock.shift(seconds(4))
        deliver(rows[1])
        assert waits(rows[1], since=start) == [SPACING]


@pytest.mark.usefixtures("spaced")
def test_accounts_do_not_wait_for_each_other(world: World, platform: Platform) -> None:
    _, ours = posts_on(world, platform, 1)
    _, theirs = posts_on(world, platform, 1)
    deliver(*ours, *theirs)
    assert states(*ours, *theirs) == ["published"] * 2


# -- Quotas ---------------------------------------------------------------------------------------


def test_a_window_that_is_used_up_is_waited_for(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    quotas = (Quota("minute", 2, 60), Quota("hour", 3, 3600))
    monkeypatch.setattr(SilentChannel, "quotas", quotas)
    remote, rows = posts_on(world, platform, 5)
    with time_machine.travel(now(), tick=False) as clock:
        start = now()
        deliver(*rows)
        assert states(*rows) == ["published"] * 2 + ["scheduled"] * 3
        assert waits(*rows[2:], since=start) == [60, 3600, 3600]
        assert_untouched(rows[2], "quota")
        assert "takes 2 posts in a minute" in rows[2].error_message
        assert "takes 3 posts in an hour" in again(rows[3]).error_message
        clock.move_to(start + seconds(60))
        assert deliver(*rows) == 1
        clock.move_to(start + seconds(3600))
        assert deliver(*rows) == 2
    assert states(*rows) == ["published"] * 5


def test_what_was_refused_takes_nobody_a_place(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SilentChannel, "quotas", (Quota("day", 1, 86_400),))
    _, rows = posts_on(world, platform, 2, "400")
    deliver(rows[0])
    deliver(rows[1])
    assert states(*rows) == ["failed", "published"]


def test_what_waited_for_room_is_not_late(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SilentChannel, "quotas", (Quota("day", 1, 86_400),))
    _, rows = posts_on(world, platform, 2)
    with time_machine.travel(now(), tick=False) as clock:
        deliver(*rows)
        clock.shift(timedelta(days=1))
        deliver(*rows)
    assert states(*rows) == ["published"] * 2


def test_the_app_of_the_installation_is_one_for_all(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = Quota("units", 10_000, 86_400, per="app", cost=1_600)
    monkeypatch.setattr(SilentChannel, "quotas", (quota,))
    with time_machine.travel(now(), tick=False) as clock:
        start = now()
        _, ours = posts_on(world, platform, 4)
        _, theirs = posts_on(world, platform, 4)
        deliver(*ours)
        deliver(*theirs)
        assert states(*ours, *theirs) == ["published"] * 6 + ["scheduled"] * 2
        assert waits(*theirs[2:], since=start) == [86_400, 86_400]
        assert_untouched(theirs[2], "quota")
        assert NetworkQuota.objects.get().used == 9_600
        clock.shift(timedelta(days=1))
        deliver(*theirs)
    assert states(*theirs) == ["published"] * 4
    assert NetworkQuota.objects.get().used == 3_200


def test_a_comment_counts_as_much_as_the_network_says(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = Quota("units", 10_000, 86_400, per="app", cost=1_600, comment_cost=50)
    monkeypatch.setattr(SilentChannel, "quotas", (quota,))
    _, (post, comment) = posts_on(world, platform, 2)
    Delivery.objects.filter(pk=comment.pk).update(part=Part.COMMENT, content_hash="")
    parcels = claim(world.id, [post.pk, comment.pk], owner="one")
    assert holds(parcels, now()) == {}
    assert NetworkQuota.objects.get().used == 1_650


def test_a_quota_of_the_app_is_taken_as_far_as_it_goes() -> None:
    quota, moment = Quota("calls", 10, 60, per="app"), now()
    assert take_of_app("any", quota, 7, moment) == (7, moment + seconds(60))
    assert take_of_app("any", quota, 7, moment + seconds(1))[0] == 3
    assert take_of_app("any", quota, 7, moment + seconds(2)) == (0, moment + seconds(60))
    assert take_of_app("any", quota, 20, moment + seconds(60)) == (10, moment + seconds(120))


def tells(monkeypatch: pytest.MonkeyPatch, *readings: Reading) -> None:
    """Have the network tell one reading with each answer."""
    publish, left = SilentChannel.publish, list(readings)

    def told(self: Any, payload: Payload, session: Session) -> Published:
        if left:
            session.read_quota(left.pop(0))
        return publish(self, payload, session)

    monkeypatch.setattr(SilentChannel, "publish", told)


def test_what_the_network_tells_is_kept_and_kept_to(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        start = now()
        tells(monkeypatch, Reading("posts", 25, 25, start + seconds(900)))
        _, rows = posts_on(world, platform, 2)
        deliver(rows[0])
        quota = AccountQuota.objects.get()
        assert (quota.name, quota.used, quota.limit, quota.source) == ("posts", 25, 25, "headers")
        deliver(rows[1])
        assert waits(rows[1], since=start) == [900]
        assert_untouched(rows[1], "quota")
        clock.shift(seconds(900))
        deliver(rows[1])
    assert states(*rows) == ["published"] * 2


def test_readings_are_written_rarely_unless_much_has_changed(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    tells(monkeypatch, *(Reading("posts", 100, used) for used in (10, 11, 12, 40)))
    _, rows = posts_on(world, platform, 4)
    seen = []
    for row in rows:
        deliver(row)
        seen.append(AccountQuota.objects.get().used)
    assert seen == [10, 10, 10, 40]


# -- Breakers -------------------------------------------------------------------------------------


def opened(world: World, platform: Platform, *modes: str) -> tuple[RemoteAccount, list[Delivery]]:
    """Three sendings that broke, and four posts that wait for the network."""
    remote, rows = posts_on(world, platform, 7, *["500"] * 3, *modes)
    deliver(*rows[:3])
    assert states(*rows[:3]) == ["unknown"] * 3
    return remote, rows[3:]


def test_three_failures_of_a_network_let_everything_wait(world: World, platform: Platform) -> None:
    with time_machine.travel(now(), tick=False):
        remote, rows = opened(world, platform)
        deliver(*rows)
        assert waits(*rows, since=now()) == [120] * 4
        for row in rows:
            assert_untouched(row, "network_down")
        assert len(remote.log) == 3
        assert NetworkState.objects.get().opened_until == now() + seconds(120)


def test_half_open_one_tries_and_two_successes_close_it(world: World, platform: Platform) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        remote, rows = opened(world, platform)
        clock.shift(seconds(120))
        for out in (1, 2, 4):
            due = [row for row in rows if (at := again(row).due_at) and at <= now()]
            deliver(*due)
            assert states(*rows).count("published") == out
            clock.shift(seconds(30))
        state = NetworkState.objects.get()
        assert (state.failures, state.successes, state.opened_until) == (0, 0, None)
        assert len(remote.posts) == 4


def test_half_open_one_failure_opens_it_anew(world: World, platform: Platform) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        remote, rows = opened(world, platform, "500")
        clock.shift(seconds(120))
        deliver(*rows)
        assert len(remote.log) == 4
        assert NetworkState.objects.get().opened_until == now() + seconds(120)


def test_of_two_workers_that_see_it_half_open_one_tries(world: World, platform: Platform) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        _, rows = opened(world, platform)
        clock.shift(seconds(120))
        rows = list(Delivery.objects.select_related("account").filter(pk__in=[r.pk for r in rows]))
        first, second = Gate(rows[:2], now()), Gate(rows[2:], now())
        assert [len(first.admit()), len(second.admit())] == [1, 0]


@pytest.mark.parametrize("modes", [["400"] * 6, ["429"] * 4, ["401"], ["empty"] * 6])
def test_what_speaks_of_the_post_or_the_account_opens_nothing(
    world: World, platform: Platform, modes: list[str]
) -> None:
    _, rows = posts_on(world, platform, 6, *modes)
    for row in rows:
        deliver(row)
    assert not NetworkState.objects.exists()
    assert SocialAccount.objects.get(platform="test_d").error_count == 0


def test_failures_that_do_not_follow_each_other_open_nothing(
    world: World, platform: Platform
) -> None:
    _, rows = posts_on(world, platform, 6, "500", "500", "ok", "500", "500", "ok")
    for row in rows:
        deliver(row)
    assert NetworkState.objects.get().failures == 0
    assert states(*rows).count("published") == 2


def test_nothing_is_prepared_for_a_network_that_is_down(world: World, platform: Platform) -> None:
    with time_machine.travel(now(), tick=False):
        remote, rows = opened(world, platform)
        account = SocialAccount.objects.get(platform="test_d")
        account.credentials = {"access": "a", "refresh": "refresh-0", "ended": 1, "uploads": 1}
        account.save()
        deliver(*rows)
        assert len(remote.log) == 3


def test_looks_wait_as_well_and_are_not_counted(
    world: World, platform: Platform, settings: Settings
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        remote, (row,) = posts_on(world, platform, 1, "500", channel="test_c")
        deliver(row)
        until = now() + timedelta(hours=1)
        key = f"test_c:{row.account.server}"
        NetworkState.objects.update_or_create(
            key=key, defaults={"failures": 3, "opened_until": until}
        )
        clock.shift(timedelta(minutes=5))
        deliver(row)
        assert (again(row).state, row.lookups, row.due_at) == ("sending", 0, until)
        assert len(remote.log) == 1


def test_a_post_that_waits_for_a_network_too_long_is_asked_for(
    world: World, platform: Platform
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        _, rows = opened(world, platform)
        deliver(*rows)
        NetworkState.objects.update(opened_until=now() + timedelta(hours=6))
        clock.shift(timedelta(hours=2, minutes=1))
        deliver(*rows)
        assert states(*rows) == ["missed"] * 4
        assert "does not answer" in rows[0].error_message


def test_five_failures_of_an_account_let_its_posts_wait(world: World, platform: Platform) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        remote, rows = posts_on(world, platform, 9, *["500"] * 5)
        for row in rows[:5]:
            deliver(row)
            # Other accounts there are well.
            NetworkState.objects.all().delete()
        account = SocialAccount.objects.get(platform="test_d")
        assert (account.error_count, account.opened_until) == (5, now() + seconds(60))
        deliver(*rows[5:])
        assert waits(*rows[5:], since=now()) == [60] * 4
        assert_untouched(rows[5], "network_down")
        for out in (1, 2, 4):
            clock.shift(seconds(60))
            deliver(*rows[5:])
            assert states(*rows[5:]).count("published") == out
        account.refresh_from_db()
        assert (account.error_count, account.opened_until, account.successes) == (0, None, 0)


def test_while_all_is_well_nothing_is_written(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(health, "_network", lambda key, verdicts: written.append(key))
    _, rows = posts_on(world, platform, 10)
    deliver(*rows)
    assert states(*rows) == ["published"] * 10
    assert written == []
    assert not NetworkState.objects.exists()


def test_a_paced_network_costs_few_statements(
    world: World,
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    quotas = (Quota("day", 100, 86_400), Quota("app", 1_000, 86_400, per="app"))
    monkeypatch.setattr(SilentChannel, "quotas", quotas)
    _, rows = posts_on(world, platform, 20)
    with django_assert_max_num_queries(100):
        assert deliver(*rows) == 20
    assert states(*rows) == ["published"] * 20


def test_an_address_of_one_account_says_nothing_of_the_others(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SilentChannel, "is_one_network", False)
    _, ours = posts_on(world, platform, 3, *["500"] * 3)
    _, (theirs,) = posts_on(world, platform, 1)
    deliver(*ours)
    deliver(theirs)
    assert NetworkState.objects.get().key == f"test_d:{ours[0].account_id}"
    assert states(theirs) == ["published"]


def test_our_own_page_is_no_network(world: World, delivery: Delivery) -> None:
    NetworkState.objects.create(key="feed", failures=3, opened_until=now() + timedelta(hours=1))
    deliver(delivery)
    assert again(delivery).state == DeliveryState.PUBLISHED


def test_a_network_that_asks_for_a_pause_is_not_asked_by_others(
    world: World, platform: Platform
) -> None:
    """The pause of one post is the account's, to the second; quotas and distance come on top."""
    _, rows = posts_on(world, platform, 2, "429", channel="test_c")
    with time_machine.travel(now(), tick=False):
        start = now()
        deliver(rows[0])
        assert waits(*rows, since=start) == [2, 2]
        assert ReadableChannel.spacing_seconds == 0
        assert ledger.deliver(delivery_ids=[rows[1].pk]) == 0
