"""A network, or a person, that has the post and is not done with it yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from billing.models import CreditTransaction
from config.kernel.clock import now
from config.kernel.errors import Conflict
from organizations.models import AuditRecord
from publishing.channels.base import Accepted, ChannelError, Found, Payload, Session
from publishing.delivery import ledger
from publishing.models import Decision, Delivery, DeliveryState, PendingPost, Post
from tests.world import World

from .deliveries import account_on, again, deliver, due_delivery
from .platform import Platform, RemoteAccount
from .platform_channels import CHECK_AFTER_SECONDS, SilentChannel, TwoPhaseChannel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]

STEP = timedelta(seconds=CHECK_AFTER_SECONDS)
URL = "https://network.example/posts/1"


def accepted(
    world: World, platform: Platform, *modes: str, channel: str = "test_b"
) -> tuple[Delivery, RemoteAccount]:
    """A delivery that the network took in to work on."""
    server, remote = platform.join(*modes)
    delivery = due_delivery(world.brand, account_on(world.brand, channel, server))
    deliver(delivery)
    assert again(delivery).state == DeliveryState.ACCEPTED
    return delivery, remote


def wait_for(delivery: Delivery, *, steps: int = 8) -> Delivery:
    """Ask whenever the row says so, until it says something else."""
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(steps):
            if again(delivery).state not in (DeliveryState.ACCEPTED, DeliveryState.SCHEDULED):
                break
            assert delivery.due_at is not None
            clock.move_to(max(delivery.due_at, delivery.claimed_until or now(), now()))
            clock.shift(timedelta(milliseconds=1))
            deliver(delivery)
    return again(delivery)


def test_it_waits_as_long_as_it_was_told_and_says_why(world: World, platform: Platform) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        delivery, remote = accepted(world, platform, "accepted")
        assert delivery.due_at == now() + STEP
        assert (delivery.claimed_until, delivery.lease_owner) == (None, "")
        assert delivery.error_message == "The test network works on the post."
        assert delivery.remote_handle["container"]
        clock.shift(STEP - timedelta(milliseconds=1))
        assert deliver(delivery) == 0
        clock.shift(timedelta(milliseconds=1))
        assert deliver(delivery) == 1
        assert again(delivery).state == DeliveryState.ACCEPTED
        assert delivery.due_at == now() + STEP
        assert remote.posts == []
    # Told once, however often it is asked.
    (line,) = delivery.trail.all()
    assert (line.outcome, line.message) == ("accepted", "The test network works on the post.")


def test_when_the_work_is_done_the_post_is_out_once(world: World, platform: Platform) -> None:
    delivery, remote = accepted(world, platform, "accepted")
    assert wait_for(delivery).state == DeliveryState.PUBLISHED
    assert (delivery.error_code, delivery.error_message, delivery.lookups) == ("", "", 0)
    assert [post.id for post in remote.posts] == [delivery.remote_id]
    assert delivery.published_at is not None
    assert delivery.sending_at is not None
    assert delivery.published_at >= delivery.sending_at + 2 * STEP
    assert "it is out now" in Decision.objects.get(kind="delivery").reason
    amounts = CreditTransaction.objects.filter(related_id=delivery.pk)
    assert sum(amounts.values_list("amount", flat=True)) == -1


def test_what_the_network_cannot_work_with_fails_with_its_sentence(
    world: World, platform: Platform
) -> None:
    delivery, remote = accepted(world, platform, "accepted_failed")
    assert wait_for(delivery).state == DeliveryState.FAILED
    assert "could not work with the post" in delivery.error_message
    assert PendingPost.objects.get().failure_reason == delivery.error_message
    assert delivery.attempts == 1
    assert remote.posts == []


def test_what_the_network_dropped_is_sent_again_under_its_handle(
    world: World, platform: Platform
) -> None:
    delivery, remote = accepted(world, platform, "accepted_lost")
    handle = delivery.remote_handle
    assert wait_for(delivery).state == DeliveryState.PUBLISHED
    assert (delivery.attempts, delivery.remote_handle) == (2, handle)
    assert len(remote.posts) == len(remote.containers) == 1


def test_what_is_dropped_again_and_again_is_given_up(world: World, platform: Platform) -> None:
    delivery, remote = accepted(world, platform, *["accepted_lost"] * 9)
    assert wait_for(delivery, steps=30).state == DeliveryState.FAILED
    assert delivery.attempts == 5
    assert remote.posts == []
    amounts = CreditTransaction.objects.filter(related_id=delivery.pk)
    assert sum(amounts.values_list("amount", flat=True)) == 0


def test_a_look_that_is_refused_is_no_verdict_and_ends_with_a_person(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, _ = accepted(world, platform, "accepted")

    def refused(self: Any, payload: Payload, session: Session) -> Found | None:
        raise ChannelError("No.", permanent=True, code="403", http_status=403)

    monkeypatch.setattr(TwoPhaseChannel, "find", refused)
    assert wait_for(delivery).state == DeliveryState.UNKNOWN
    assert "5 looks" in delivery.error_message


def test_a_pause_asked_for_while_it_is_worked_on_is_kept(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, _ = accepted(world, platform, "accepted")

    def busy(self: Any, payload: Payload, session: Session) -> Found | None:
        raise ChannelError("Later.", retry_after=7_200.0, code="429")

    monkeypatch.setattr(TwoPhaseChannel, "find", busy)
    with time_machine.travel(now() + STEP, tick=False):
        deliver(delivery)
        assert again(delivery).claimed_until == now() + timedelta(hours=2)


def test_it_is_never_too_late_and_no_alert(world: World, platform: Platform) -> None:
    delivery, _ = accepted(world, platform, "accepted")
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        deliver(delivery)
    assert again(delivery).state == DeliveryState.ACCEPTED
    told = AuditRecord.objects.filter(target_id=delivery.pk).values_list("action", flat=True)
    assert set(told) == {"delivery.scheduled"}


def test_it_cannot_be_edited_away_or_sent_again_meanwhile(world: World, platform: Platform) -> None:
    delivery, _ = accepted(world, platform, "accepted")
    with pytest.raises(Conflict):
        ledger.cancel_delivery(pending_post=delivery.pending_post)
    with pytest.raises(Conflict) as caught:
        ledger.settle_unknown(delivery=delivery, decision="send_again", by=world.owner)
    assert caught.value.code == "accepted"


# -- A person -------------------------------------------------------------------------------------


@pytest.fixture
def by_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network without a way to look, on which a person posts."""
    waits = Accepted(86_400, "Somebody posts this by hand.")
    monkeypatch.setattr(SilentChannel, "publish", lambda *args: waits)


@pytest.mark.usefixtures("by_a_person")
def test_a_person_marks_it_as_posted(world: World, platform: Platform) -> None:
    delivery, _ = accepted(world, platform, channel="test_d")
    ledger.settle_unknown(delivery=delivery, decision="is_out", by=world.owner, url=URL)
    assert again(delivery).state == DeliveryState.PUBLISHED
    assert Post.objects.get().external_url == URL


@pytest.mark.usefixtures("by_a_person")
def test_a_person_marks_it_as_not_posted(world: World, platform: Platform) -> None:
    delivery, _ = accepted(world, platform, channel="test_d")
    ledger.settle_unknown(delivery=delivery, decision="not_sent", by=world.owner)
    assert again(delivery).state == DeliveryState.FAILED
    amounts = CreditTransaction.objects.filter(related_id=delivery.pk)
    assert sum(amounts.values_list("amount", flat=True)) == 0


@pytest.mark.usefixtures("by_a_person")
def test_where_nobody_can_be_asked_it_ends_with_a_person_when_due(
    world: World, platform: Platform
) -> None:
    delivery, _ = accepted(world, platform, channel="test_d")
    with time_machine.travel(now() + timedelta(days=1, seconds=1), tick=True):
        deliver(delivery)
    assert again(delivery).state == DeliveryState.UNKNOWN


def test_asked_again_it_is_accepted_again(world: World, platform: Platform) -> None:
    delivery, _ = accepted(world, platform, "accepted")
    Delivery.objects.update(state=DeliveryState.UNKNOWN)
    delivery.refresh_from_db()
    ledger.settle_unknown(delivery=delivery, decision="check_again", by=world.owner)
    assert delivery.state == DeliveryState.ACCEPTED
