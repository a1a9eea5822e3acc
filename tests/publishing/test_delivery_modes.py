"""Every way in which a network can fail, for each class of network: one post or none, never two."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from billing.models import CreditTransaction
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.delivery import ledger
from publishing.models import AccountStatus, Delivery, DeliveryState, PendingPost, Post
from tests.world import World

from .deliveries import account_on, due_delivery, test_channels
from .platform import RETRY_AFTER_SECONDS, Platform, RemoteAccount, RemotePost

pytestmark = pytest.mark.django_db

TEXT = "Wooden masts, rebuilt in twelve days."
STEPS_MOST = 30


@pytest.fixture(autouse=True)
def _small_times(settings: Settings) -> Iterator[None]:
    settings.WARREN_DELIVERY_THREADS = 0
    settings.WARREN_OUTBOUND_TIMEOUT_SECONDS = 0.3
    with test_channels():
        yield


def begin(
    world: World, platform: Platform, channel: str, *modes: str
) -> tuple[Delivery, RemoteAccount]:
    """A due delivery to an account that shows posts which only look like it."""
    server, remote = platform.join(*modes)
    remote.posts.append(RemotePost("look-alike", TEXT, time.time() - 7_200))
    delivery = due_delivery(world.brand, account_on(world.brand, channel, server), TEXT)
    remote.posts.append(RemotePost("newest", "Something else.", time.time() + 1))
    return delivery, remote


def finish(delivery: Delivery) -> Delivery:
    """Work as workers do, jumping to the times that the row itself names, until it has ended."""
    with time_machine.travel(now(), tick=True) as clock:
        for _ in range(STEPS_MOST):
            ledger.deliver(delivery_ids=[delivery.pk])
            delivery.refresh_from_db()
            if delivery.state not in (
                DeliveryState.SCHEDULED,
                DeliveryState.CLAIMED,
                DeliveryState.SENDING,
            ):
                return delivery
            assert delivery.due_at is not None
            clock.move_to(max(delivery.due_at, delivery.claimed_until or now(), now()))
            clock.shift(timedelta(milliseconds=1))
    raise AssertionError(f"Still {delivery.state} after {STEPS_MOST} steps.")


SENDINGS = ("POST posts", "PUT posts")
OUT = ("published", 1)
LOST = ("unknown", 0)
TAKEN = ("unknown", 1)
REFUSED = ("failed", 0)

End = tuple[str, int]

ENDS: dict[str, tuple[End, End, End, End]] = {
    #   class A, class B, class C, class D: state, posts over there
    "ok": (OUT, OUT, OUT, OUT),
    "hang": (OUT, OUT, OUT, LOST),
    "hang_after": (OUT, OUT, OUT, TAKEN),
    "reset": (OUT, OUT, OUT, LOST),
    "reset_after": (OUT, OUT, OUT, TAKEN),
    "500": (OUT, OUT, OUT, LOST),
    "500_after": (OUT, OUT, OUT, TAKEN),
    "503_after": (OUT, OUT, OUT, TAKEN),
    "400": (REFUSED, REFUSED, REFUSED, REFUSED),
    "400_after": (OUT, OUT, OUT, TAKEN),
    "empty": (OUT, OUT, OUT, LOST),
    "empty_after": (OUT, OUT, OUT, TAKEN),
    "429": (OUT, OUT, OUT, OUT),
}


@pytest.mark.parametrize("mode", ENDS)
@pytest.mark.parametrize("place", range(4), ids=[f"class_{each}" for each in "abcd"])
def test_each_failure_leaves_one_post_or_none(
    world: World, platform: Platform, mode: str, place: int
) -> None:
    with org_atomic(world.id):
        delivery, remote = begin(world, platform, f"test_{'abcd'[place]}", mode)
        finish(delivery)
        state, count = ENDS[mode][place]
        assert delivery.state == state
        ours = [post for post in remote.of(TEXT) if post.id != "look-alike"]
        assert len(ours) == count
        _check_books(delivery, ours)


def _check_books(delivery: Delivery, ours: list[RemotePost]) -> None:
    posts = list(Post.objects.filter(delivery=delivery))
    pending = PendingPost.objects.get(pk=delivery.pending_post_id)
    charged = CreditTransaction.objects.filter(related_id=delivery.pk)
    paid = -sum(charged.values_list("amount", flat=True))
    if delivery.state == DeliveryState.PUBLISHED:
        assert [post.external_id for post in posts] == [post.id for post in ours]
        assert delivery.remote_id == ours[0].id
        assert (pending.status, paid) == ("published", 1)
    elif delivery.state == DeliveryState.UNKNOWN:
        assert (posts, pending.status, paid) == ([], "publishing", 1)
        assert delivery.error_message.endswith(".")
    else:
        assert (posts, pending.status) == ([], "failed")
        assert pending.failure_reason == delivery.error_message
    assert delivery.trail.exists()
    assert delivery.lease_owner == ""


@pytest.mark.parametrize("channel", ["test_a", "test_b", "test_c"])
def test_five_lies_in_a_row_are_one_post(world: World, platform: Platform, channel: str) -> None:
    with org_atomic(world.id):
        delivery, remote = begin(world, platform, channel, *["500_after"] * 5)
        assert finish(delivery).state == DeliveryState.PUBLISHED
        assert len(remote.of(TEXT)) == 2  # Ours and the look-alike.


@pytest.mark.parametrize("channel", ["test_a", "test_b", "test_c", "test_d"])
def test_what_is_never_taken_is_given_up_and_paid_back(
    world: World, platform: Platform, channel: str
) -> None:
    with org_atomic(world.id):
        delivery, remote = begin(world, platform, channel, *["429"] * 9)
        assert finish(delivery).state == DeliveryState.FAILED
        sent = [line for line in remote.log if line.startswith(SENDINGS) or "publish" in line]
        assert len(sent) == delivery.attempts == 5
        amounts = CreditTransaction.objects.filter(related_id=delivery.pk)
        assert sorted(amounts.values_list("amount", flat=True)) == [-1, 1]
        assert PendingPost.objects.get().failure_category == "rate_limit"


def test_a_pause_that_the_network_asks_for_is_kept_to_the_second(
    world: World, platform: Platform
) -> None:
    with org_atomic(world.id):
        delivery, remote = begin(world, platform, "test_c", "429")
        other = due_delivery(world.brand, delivery.account, "Another one.")
        with time_machine.travel(now(), tick=False) as clock:
            asked = now()
            ledger.deliver(delivery_ids=[delivery.pk])
            for row in (delivery, other):
                row.refresh_from_db()
                assert row.due_at == asked + timedelta(seconds=RETRY_AFTER_SECONDS)
            clock.shift(timedelta(seconds=RETRY_AFTER_SECONDS) - timedelta(milliseconds=1))
            assert ledger.deliver(delivery_ids=[delivery.pk, other.pk]) == 0
            clock.shift(timedelta(milliseconds=1))
            assert ledger.deliver(delivery_ids=[delivery.pk, other.pk]) == 2


def test_a_lost_account_waits_for_its_person_and_asks_the_network_once(
    world: World, platform: Platform
) -> None:
    with org_atomic(world.id):
        delivery, remote = begin(world, platform, "test_c", "401", "401", "401")
        ledger.deliver(delivery_ids=[delivery.pk])
        delivery.refresh_from_db()
        delivery.account.refresh_from_db()
        assert delivery.account.status == AccountStatus.NEEDS_RECONNECT
        assert delivery.state == DeliveryState.SCHEDULED
        assert delivery.error_message.endswith("Connect it again.")
        with time_machine.travel(delivery.due_at, tick=True):
            ledger.deliver(delivery_ids=[delivery.pk])
        assert len(remote.log) == 1
        remote.modes.clear()
        delivery.account.status = AccountStatus.ACTIVE
        delivery.account.save()
        assert ledger.wake_deliveries(account=delivery.account) == 1
        assert finish(delivery).state == DeliveryState.PUBLISHED


def test_a_lost_account_that_stays_lost_is_missed_after_two_hours(
    world: World, platform: Platform
) -> None:
    with org_atomic(world.id):
        delivery, _ = begin(world, platform, "test_d", "401")
        assert finish(delivery).state == DeliveryState.MISSED
        assert now() - delivery.pending_post.scheduled_for < timedelta(minutes=1)
        assert "Connect it again" in delivery.error_message
        amounts = CreditTransaction.objects.filter(related_id=delivery.pk)
        assert sum(amounts.values_list("amount", flat=True)) == 0


@pytest.mark.real_time
@pytest.mark.parametrize("channel", ["test_a", "test_b", "test_c"])
def test_a_post_that_is_taken_after_we_gave_up_is_found(
    world: World, platform: Platform, channel: str, settings: Settings
) -> None:
    settings.WARREN_READ_BACK_SECONDS = 0.6
    with org_atomic(world.id):
        delivery, remote = begin(world, platform, channel, "late")
        end = time.monotonic() + 10
        while delivery.state != DeliveryState.PUBLISHED and time.monotonic() < end:
            ledger.deliver(delivery_ids=[delivery.pk])
            delivery.refresh_from_db()
            time.sleep(0.1)
        time.sleep(1.0)
        assert len(remote.of(TEXT)) == 2  # Ours and the look-alike.
        assert delivery.remote_id == remote.of(TEXT)[1].id


def test_a_refused_connection_is_not_sent_and_tried_again(world: World, platform: Platform) -> None:
    with org_atomic(world.id):
        delivery, remote = begin(world, platform, "test_d")
        server = delivery.account.server
        delivery.account.server = "http://127.0.0.1:1/nobody"
        delivery.account.save()
        ledger.deliver(delivery_ids=[delivery.pk])
        delivery.refresh_from_db()
        assert (delivery.state, delivery.error_code) == (DeliveryState.SCHEDULED, "no_connection")
        delivery.account.server = server
        delivery.account.save()
        assert finish(delivery).state == DeliveryState.PUBLISHED
        assert len(remote.of(TEXT)) == 2
