"""What must hold in the transaction that sends: approval, account, pauses, credits, lateness."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F

from billing.models import CreditTransaction, Subscription
from brands.models import BrandProfile
from config.kernel.clock import now
from organizations.models import Organization
from publishing.delivery import ledger
from publishing.models import (
    AccountStatus,
    Delivery,
    DeliveryState,
    FeedEntry,
    PendingPost,
    PendingStatus,
    Schedule,
    ScheduleStatus,
    SocialAccount,
)
from publishing.services.approvals import give_approval, void_approval
from tests.world import World

from .deliveries import again, deliver, due_delivery

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]

OWNER = "a worker"


# -- What must hold when it is sent ---------------------------------------------------------------


def hold_up(what: str) -> None:
    if what == "brand_paused":
        BrandProfile.objects.update(paused_at=now())
    elif what == "schedule_paused":
        Schedule.objects.update(status=ScheduleStatus.PAUSED)
        PendingPost.objects.update(schedule=Schedule.objects.get())
    elif what == "account_paused":
        SocialAccount.objects.update(is_active=False)
    elif what == "account_reconnect":
        SocialAccount.objects.update(status=AccountStatus.NEEDS_RECONNECT)
    elif what == "organization_suspended":
        Organization.objects.update(status=Organization.Status.SUSPENDED)
    else:
        Subscription.objects.update(credits_used=F("credits_total"))


HOLDS = [
    "brand_paused",
    "schedule_paused",
    "account_paused",
    "account_reconnect",
    "organization_suspended",
    "no_credits",
]


@pytest.mark.parametrize("what", HOLDS)
def test_what_is_held_up_waits_and_says_why_and_then_is_missed(
    world: World, delivery: Delivery, what: str
) -> None:
    hold_up(what)
    deliver(delivery)
    assert again(delivery).state == DeliveryState.SCHEDULED
    assert (delivery.error_code, delivery.attempts) == (what, 0)
    assert delivery.error_message.endswith(".")
    assert delivery.due_at is not None
    assert timedelta(minutes=14) < delivery.due_at - now() < timedelta(minutes=16)
    assert PendingPost.objects.get().status == PendingStatus.AUTO_APPROVED
    assert not CreditTransaction.objects.filter(related_id=delivery.pk).exists()
    with time_machine.travel(now() + timedelta(hours=2, minutes=1), tick=True):
        deliver(delivery)
    assert again(delivery).state == DeliveryState.MISSED
    assert not FeedEntry.objects.exists()


def test_a_resumed_brand_lets_its_post_go_within_two_hours(
    world: World, delivery: Delivery
) -> None:
    hold_up("brand_paused")
    deliver(delivery)
    BrandProfile.objects.update(paused_at=None)
    assert ledger.wake_deliveries(brand=world.brand) == 1
    assert deliver(delivery) == 1
    assert again(delivery).state == DeliveryState.PUBLISHED


def test_a_changed_text_does_not_leave_under_the_old_approval(
    world: World, delivery: Delivery
) -> None:
    post = delivery.pending_post
    void_approval(post=post, reason="Changed.")
    PendingPost.objects.update(content="Changed.")
    post.refresh_from_db()
    give_approval(post=post, by=world.owner)
    deliver(delivery)
    assert again(delivery).state == DeliveryState.FAILED
    assert PendingPost.objects.get().status == PendingStatus.FAILED
    assert not FeedEntry.objects.exists()


def test_without_an_approval_nothing_leaves(world: World, delivery: Delivery) -> None:
    void_approval(post=delivery.pending_post, reason="Withdrawn.")
    PendingPost.objects.update(status=PendingStatus.PENDING)
    deliver(delivery)
    assert again(delivery).state == DeliveryState.CANCELLED
    assert PendingPost.objects.get().status == PendingStatus.PENDING
    assert not FeedEntry.objects.exists()


def test_a_removed_account_fails_the_post_with_a_sentence(world: World, delivery: Delivery) -> None:
    SocialAccount.objects.update(deleted_at=now())
    deliver(delivery)
    assert again(delivery).state == DeliveryState.FAILED
    assert "removed" in delivery.error_message


def test_the_last_credits_go_to_as_many_posts_as_they_pay(world: World) -> None:
    deliveries = [due_delivery(world.brand, world.account, f"Text {n}.") for n in range(5)]
    Subscription.objects.update(credits_used=9_998, credits_total=10_000)
    deliver(*deliveries)
    states = sorted(str(again(delivery).state) for delivery in deliveries)
    assert states == ["published"] * 2 + ["scheduled"] * 3
    assert Subscription.objects.get().credits_left == 0


def test_posts_that_leave_together_share_their_statements(
    world: World, django_assert_max_num_queries: Any
) -> None:
    deliveries = [due_delivery(world.brand, world.account, f"Text {n}.") for n in range(20)]
    # The hosted page itself needs a savepoint, an insert and a release for each post.
    with django_assert_max_num_queries(40 + 3 * 20):
        assert deliver(*deliveries) == 20


# -- Too late -------------------------------------------------------------------------------------


def test_what_is_two_hours_late_is_missed_and_can_be_sent_by_a_person(
    world: World, delivery: Delivery
) -> None:
    with time_machine.travel(now() + timedelta(hours=2, seconds=1), tick=True):
        deliver(delivery)
        assert again(delivery).state == DeliveryState.MISSED
        assert "2 h ago" in delivery.error_message
        post = PendingPost.objects.get()
        assert (post.status, post.failure_category) == (PendingStatus.FAILED, "missed")
        PendingPost.objects.update(scheduled_for=now())
        assert ledger.schedule_delivery(pending_post=post) == delivery
        assert deliver(delivery) == 1
        assert again(delivery).state == DeliveryState.PUBLISHED


def test_what_is_a_little_late_goes_out(delivery: Delivery) -> None:
    with time_machine.travel(now() + timedelta(hours=1, minutes=59), tick=True):
        assert deliver(delivery) == 1
    assert again(delivery).state == DeliveryState.PUBLISHED
