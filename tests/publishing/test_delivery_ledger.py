"""The ledger: putting posts in, taking them out, claiming them, trying again."""

from __future__ import annotations

import time
from datetime import timedelta
from random import Random

import pytest
import time_machine

from billing.models import CreditTransaction
from config.kernel.clock import now
from config.kernel.errors import Conflict
from publishing.channels.base import ChannelError
from publishing.delivery import ledger, pace, send, settle
from publishing.delivery.claim import claim
from publishing.delivery.session import under_lease
from publishing.models import (
    Delivery,
    DeliveryState,
    FeedEntry,
    PendingPost,
    Post,
)
from publishing.services.pending_posts import edit_post, reject_post, reschedule_post
from tests.world import World

from .deliveries import account_on, again, approved_post, deliver, due_delivery
from .platform import Platform
from .platform_channels import SilentChannel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]

OWNER = "a worker"


# -- Scheduling -----------------------------------------------------------------------------------


def test_a_post_is_put_into_the_ledger_once(world: World) -> None:
    post = approved_post(world.brand, world.account)
    first = ledger.schedule_delivery(pending_post=post)
    assert ledger.schedule_delivery(pending_post=post) == first
    assert first.state == DeliveryState.SCHEDULED
    assert len(first.idempotency_key) == len(first.payload_hash) == len(first.content_hash) == 64
    assert first.payload is not None
    assert first.payload["text"] == post.content


def test_what_is_frozen_is_sent_whatever_happens_to_the_row(
    world: World, delivery: Delivery
) -> None:
    PendingPost.objects.update(content="Written by somebody else.")
    deliver(delivery)
    assert FeedEntry.objects.get().text == "Masts."


def test_a_cancelled_delivery_does_not_leave_and_a_new_one_has_its_own_key(
    delivery: Delivery,
) -> None:
    assert ledger.cancel_delivery(pending_post=delivery.pending_post)
    assert not ledger.cancel_delivery(pending_post=delivery.pending_post)
    assert deliver(delivery) == 0
    new = ledger.schedule_delivery(pending_post=delivery.pending_post)
    assert new.idempotency_key != delivery.idempotency_key
    assert deliver(delivery, new) == 1
    assert FeedEntry.objects.count() == 1


def test_a_post_that_is_leaving_cannot_be_stopped(world: World, delivery: Delivery) -> None:
    parcels = claim(world.id, [delivery.pk], owner=OWNER)
    assert send.begin(world.id, parcels)
    with pytest.raises(Conflict, match="leaving this moment"):
        ledger.cancel_delivery(pending_post=delivery.pending_post)


def test_a_claim_is_stopped_by_a_withdrawal_before_the_first_byte(
    world: World, delivery: Delivery
) -> None:
    parcels = claim(world.id, [delivery.pk], owner=OWNER)
    ledger.cancel_delivery(pending_post=delivery.pending_post)
    assert send.begin(world.id, parcels) == []
    assert again(delivery).state == DeliveryState.CANCELLED


def test_an_edit_a_rejection_and_a_new_time_keep_the_old_one_in(world: World) -> None:
    posts = [approved_post(world.brand, world.account, f"Text {n}.") for n in range(3)]
    deliveries = [ledger.schedule_delivery(pending_post=post) for post in posts]
    edit_post(post=posts[0], content="New words.", hashtags=[], link="", by=world.owner)
    reject_post(post=posts[1], reason="No.", by=world.owner)
    later = now() + timedelta(hours=1)
    reschedule_post(post=posts[2], moment=later, by=world.owner)
    assert deliver(*deliveries) == 0
    moved = Delivery.objects.get(pending_post=posts[2], state=DeliveryState.SCHEDULED)
    assert moved.due_at == later
    with time_machine.travel(later, tick=True):
        assert deliver(moved) == 1
    assert [entry.text for entry in FeedEntry.objects.all()] == ["Text 2."]


# -- Claiming -------------------------------------------------------------------------------------


def test_a_second_claim_gets_nothing(world: World, delivery: Delivery) -> None:
    assert claim(world.id, [delivery.pk], owner="one")
    assert claim(world.id, [delivery.pk], owner="two") == []


def test_what_is_not_due_is_left_alone(world: World) -> None:
    tomorrow = now() + timedelta(days=1)
    post = approved_post(world.brand, world.account, scheduled_for=tomorrow)
    delivery = ledger.schedule_delivery(pending_post=post)
    assert delivery.due_at == tomorrow
    assert deliver(delivery) == 0


def test_a_stranger_cannot_claim(world: World, delivery: Delivery) -> None:
    assert claim(world.foreign.id, [delivery.pk], owner=OWNER) == []


def test_a_worker_that_wakes_after_its_lease_is_refused(world: World, delivery: Delivery) -> None:
    zombie = claim(world.id, [delivery.pk], owner="zombie")[0]
    send.begin(world.id, [zombie])
    with time_machine.travel(now() + timedelta(minutes=5), tick=True):
        assert deliver(delivery) == 1  # The reaper's look finds nothing: it waits again.
        assert deliver(delivery) == 1
    assert again(delivery).state == DeliveryState.PUBLISHED
    refused = settle.settle_published(world.id, [settle.Out(zombie, "twice", "https://x.example")])
    assert refused == set()
    assert Post.objects.count() == 1
    with pytest.raises(ChannelError) as caught, under_lease(zombie) as session:
        session.save_handle({"late": True})
    assert caught.value.code == "lease_lost"


def test_a_request_does_not_leave_when_the_lease_may_end_in_it(
    world: World, platform: Platform
) -> None:
    server, remote = platform.join()
    delivery = due_delivery(world.brand, account_on(world.brand, "test_d", server))
    parcel = claim(world.id, [delivery.pk], owner=OWNER)[0]
    send.begin(world.id, [parcel])
    parcel.lease.ends = time.monotonic() + 0.1
    with pytest.raises(ChannelError) as caught, under_lease(parcel) as session:
        SilentChannel().publish(delivery.payload or {}, session)
    assert caught.value.code == "lease_lost"
    assert not caught.value.ambiguous
    assert remote.log == []


def test_a_lease_is_renewed_while_its_call_goes_on(world: World, delivery: Delivery) -> None:
    parcel = claim(world.id, [delivery.pk], owner=OWNER)[0]
    send.begin(world.id, [parcel])
    before = again(delivery).claimed_until
    assert before is not None
    parcel.lease.ends -= 30
    with time_machine.travel(now() + timedelta(seconds=30), tick=True):
        send.renew(world.id, [parcel])
    after = again(delivery).claimed_until
    assert after is not None
    assert after > before
    assert parcel.lease.left > 50


# -- Retrying -------------------------------------------------------------------------------------


def test_waits_double_and_vary_by_a_fifth() -> None:
    moment = now()
    for attempts, seconds in ((1, 60), (2, 120), (3, 240), (4, 480), (20, 3600)):
        for seed in range(20):
            due_at = pace.retry_at(moment, attempts=attempts, retry_after=None, random=Random(seed))
            wait = (due_at - moment).total_seconds()
            assert 0.8 * seconds <= wait <= 1.2 * seconds


def test_a_failed_post_that_is_approved_again_keeps_its_key_and_pays_again(
    world: World, platform: Platform
) -> None:
    server, remote = platform.join(*["429"] * 5)
    delivery = due_delivery(world.brand, account_on(world.brand, "test_a", server))
    with time_machine.travel(now(), tick=True) as clock:
        for _ in range(5):
            deliver(delivery)
            clock.shift(timedelta(seconds=3))
        assert again(delivery).state == DeliveryState.FAILED
        assert delivery.charge_key == ""
        same = ledger.schedule_delivery(pending_post=delivery.pending_post)
        assert same == delivery
        deliver(delivery)
    assert again(delivery).state == DeliveryState.PUBLISHED
    amounts = CreditTransaction.objects.filter(related_id=delivery.pk)
    assert sum(amounts.values_list("amount", flat=True)) == -1
    assert len(remote.posts) == 1


def test_a_refused_post_that_is_approved_again_gets_a_new_payload(
    world: World, platform: Platform
) -> None:
    server, _ = platform.join("400")
    delivery = due_delivery(world.brand, account_on(world.brand, "test_a", server))
    deliver(delivery)
    new = ledger.schedule_delivery(pending_post=delivery.pending_post)
    assert new != delivery
    assert new.idempotency_key != delivery.idempotency_key
