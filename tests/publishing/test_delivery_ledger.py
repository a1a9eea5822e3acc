"""The ledger's promises, one by one: from scheduling to the reaper and the person who is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError
from django.db.models import F
from pytest_django import Settings

from billing.models import CreditTransaction, Subscription
from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.fields import Sealed
from config.kernel.scoping import org_atomic
from config.kernel.states import IllegalMove
from content.models import ContentEmbedding, Material, MaterialStatus
from organizations.models import AuditRecord, Organization
from publishing.channels.base import ChannelError, Found, Payload, Published, Session
from publishing.delivery import books, faults, ledger, pace, rows, send, settle, unknown
from publishing.delivery.calls import Step, mistake
from publishing.delivery.claim import claim
from publishing.delivery.session import AccountSession, DeliverySession, under_lease
from publishing.models import (
    AccountStatus,
    Decision,
    Delivery,
    DeliveryState,
    FeedEntry,
    PendingPost,
    PendingStatus,
    Post,
    Schedule,
    ScheduleStatus,
    SocialAccount,
)
from publishing.services.approvals import give_approval, void_approval
from publishing.services.pending_posts import edit_post, reject_post, reschedule_post
from tests import make
from tests.world import World

from .deliveries import account_on, approved_post, due_delivery, test_channels
from .platform import KeyedChannel, Platform, ReadableChannel, RemotePost, SilentChannel

pytestmark = pytest.mark.django_db

OWNER = "a worker"


@pytest.fixture(autouse=True)
def _inside(world: World, settings: Settings) -> Iterator[None]:
    settings.WARREN_DELIVERY_THREADS = 0
    settings.WARREN_OUTBOUND_TIMEOUT_SECONDS = 0.3
    with test_channels(), org_atomic(world.id):
        yield


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with Platform() as running:
        yield running


@pytest.fixture
def delivery(world: World) -> Delivery:
    return due_delivery(world.brand, world.account)


def again(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def deliver(*deliveries: Delivery) -> int:
    return ledger.deliver(delivery_ids=[each.pk for each in deliveries])


# -- Scheduling ----------------------------------------------------------------------------------


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


# -- Claiming ------------------------------------------------------------------------------------


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


# -- What must hold when it is sent --------------------------------------------------------------


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


# -- Too late ------------------------------------------------------------------------------------


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


# -- Settling ------------------------------------------------------------------------------------


def test_everything_about_a_published_post_is_written_at_once(
    world: World, delivery: Delivery
) -> None:
    pending = delivery.pending_post
    ContentEmbedding.objects.create(
        content_type="pending_post",
        content_id=pending.pk,
        brand_id=world.brand.pk,
        model="a model",
        embedding=[1.0] + [0.0] * 767,
        content_hash="0" * 64,
    )
    deliver(delivery)
    again(delivery)
    post = Post.objects.get()
    assert (delivery.state, delivery.attempts) == (DeliveryState.PUBLISHED, 1)
    assert post.external_url == delivery.remote_url
    assert post.due_at == post.published_at + timedelta(minutes=15)
    assert (post.content, post.angle, post.model_used) == ("Masts.", pending.angle, "offline")
    assert PendingPost.objects.get().status == PendingStatus.PUBLISHED
    material = Material.objects.get(pk=pending.material_id)
    assert (material.status, material.usage_count) == (MaterialStatus.USED, 1)
    assert material.last_used_at == delivery.published_at
    assert ContentEmbedding.objects.get(content_type="post").content_id == post.pk
    decision = Decision.objects.get(kind="delivery")
    assert (decision.credits, decision.pending_post_id) == (1, pending.pk)
    assert AuditRecord.objects.filter(action="delivery.published", target_id=delivery.pk).exists()
    assert delivery.trail.get().outcome == "published"
    assert delivery.charge_key == f"publish:{delivery.pk}"


@pytest.mark.parametrize(
    "later", ["_attempts", "_posts", "_pending", "_materials", "_decisions", "record_all"]
)
@pytest.mark.parametrize("channel", ["test_a", "test_c", "test_d"])
def test_when_every_later_statement_fails_there_is_still_one_post(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch, later: str, channel: str
) -> None:
    server, remote = platform.join()
    delivery = due_delivery(world.brand, account_on(world.brand, channel, server))

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError("not now")

    with monkeypatch.context() as patch:
        patch.setattr(settle, later, refuse)
        deliver(delivery)
    assert again(delivery).state == DeliveryState.ACCEPTED
    assert delivery.remote_id == remote.posts[0].id
    with time_machine.travel(delivery.claimed_until, tick=False) as clock:
        clock.shift(timedelta(seconds=1))
        deliver(delivery)
    assert again(delivery).state == DeliveryState.PUBLISHED
    assert len(remote.posts) == Post.objects.count() == 1
    assert len([line for line in remote.log if not line.startswith("GET")]) == 1


def test_books_that_never_close_end_with_a_person_who_gets_the_address(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, remote = platform.join()
    delivery = due_delivery(world.brand, account_on(world.brand, "test_c", server))

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError("never")

    monkeypatch.setattr(settle, "_decisions", refuse)
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(8):
            deliver(delivery)
            if again(delivery).claimed_until:
                clock.move_to(delivery.claimed_until)
                clock.shift(timedelta(seconds=1))
    assert delivery.state == DeliveryState.UNKNOWN
    assert remote.posts[0].id in delivery.error_message
    assert len(remote.posts) == 1


def test_one_post_that_cannot_be_settled_does_not_hold_up_the_others(
    world: World, platform: Platform
) -> None:
    server, _ = platform.join()
    account = account_on(world.brand, "test_d", server)
    deliveries = [due_delivery(world.brand, account, f"Text {n}.") for n in range(4)]
    parcels = claim(world.id, [each.pk for each in deliveries], owner=OWNER)
    send.begin(world.id, parcels)
    # Two posts that claim the same address: one of them is wrong.
    ids = ["a", "b", "b", "c"]
    books.published(
        [
            settle.Out(parcel, remote, f"https://n.example/{remote}")
            for parcel, remote in zip(parcels, ids, strict=True)
        ]
    )
    states = [str(again(parcel.delivery).state) for parcel in parcels]
    assert states == ["published", "published", "unknown", "published"]
    assert "belongs to another post" in parcels[2].delivery.error_message


def test_a_channel_that_breaks_in_mid_call_is_looked_for(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    server, remote = platform.join()
    delivery = due_delivery(world.brand, account_on(world.brand, "test_c", server))
    parcel = claim(world.id, [delivery.pk], owner=OWNER)[0]
    send.begin(world.id, [parcel])
    parcel.has_called = True
    books.book([mistake(parcel, Step.PUBLISH, KeyError("text"))])
    assert again(delivery).state == DeliveryState.SENDING
    assert "KeyError" in delivery.error_message
    assert delivery.claimed_until is not None


def test_a_channel_that_is_gone_fails_with_a_sentence(world: World, delivery: Delivery) -> None:
    Delivery.objects.update(platform="myspace")
    deliver(delivery)
    assert again(delivery).state == DeliveryState.FAILED
    assert "myspace" in delivery.error_message


def test_a_secret_that_cannot_be_opened_sends_nothing(world: World, platform: Platform) -> None:
    server, remote = platform.join()
    account = account_on(world.brand, "test_d", server)
    delivery = due_delivery(world.brand, account)
    SocialAccount._base_manager.filter(pk=account.pk).update(credentials=Sealed(b"rubbish"))
    deliver(delivery)
    assert again(delivery).state == DeliveryState.SCHEDULED
    assert delivery.error_code == "account_reconnect"
    assert SocialAccount.objects.get(pk=account.pk).status == AccountStatus.NEEDS_RECONNECT
    assert remote.log == []


# -- Stranded rows -------------------------------------------------------------------------------


def test_what_a_dead_worker_claimed_is_sent(world: World, delivery: Delivery) -> None:
    claim(world.id, [delivery.pk], owner="dead")
    assert deliver(delivery) == 0
    with time_machine.travel(now() + timedelta(seconds=61), tick=True):
        assert ledger.reap() == 1
    assert again(delivery).state == DeliveryState.PUBLISHED
    assert delivery.attempts == 1


@pytest.mark.parametrize(
    ("channel", "was_taken", "end"),
    [
        ("test_a", True, "published"),
        ("test_a", False, "published"),
        ("test_c", True, "published"),
        ("test_c", False, "published"),
        ("test_d", True, "unknown"),
        ("test_d", False, "unknown"),
    ],
)
def test_what_a_dead_worker_was_sending_is_looked_for_before_it_is_sent(
    world: World, platform: Platform, channel: str, was_taken: bool, end: str
) -> None:
    server, remote = platform.join()
    delivery = due_delivery(world.brand, account_on(world.brand, channel, server), "Ours.")
    parcel = claim(world.id, [delivery.pk], owner="dead")[0]
    send.begin(world.id, [parcel])
    if was_taken:
        key = (delivery.payload or {})["key"] if channel == "test_a" else "theirs"
        remote.posts.append(RemotePost(key, "Ours.", time.time()))
    with time_machine.travel(now() + timedelta(seconds=61), tick=True) as clock:
        ledger.reap()
        looks = [line for line in remote.log if line.startswith("GET")]
        assert bool(looks) == (channel != "test_d")
        assert not [line for line in remote.log if not line.startswith("GET")]
        for _ in range(5):
            clock.shift(timedelta(minutes=3))
            deliver(delivery)
    assert again(delivery).state == end
    assert len(remote.posts) == (1 if end == "published" else int(was_taken))


def test_a_bad_row_does_not_block_the_reaper(world: World) -> None:
    deliveries = [due_delivery(world.brand, world.account, f"Text {n}.") for n in range(6)]
    claim(world.id, [each.pk for each in deliveries], owner="dead")
    Delivery.objects.filter(pk=deliveries[0].pk).update(platform="gone", payload=None)
    Delivery.objects.filter(pk=deliveries[1].pk).update(payload={"handle": "nobody"})
    with time_machine.travel(now() + timedelta(seconds=61), tick=True) as clock:
        assert ledger.reap() == 6
        for _ in range(8):
            clock.shift(timedelta(minutes=20))
            ledger.reap()
    states = [str(again(each).state) for each in deliveries]
    assert states == ["failed", "unknown", *["published"] * 4]
    assert "KeyError" in deliveries[1].error_message


# -- Retrying ------------------------------------------------------------------------------------


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


# -- Unknown -------------------------------------------------------------------------------------


@pytest.fixture
def unsure(world: World, platform: Platform) -> Delivery:
    server, remote = platform.join("500_after")
    delivery = due_delivery(world.brand, account_on(world.brand, "test_d", server))
    deliver(delivery)
    assert again(delivery).state == DeliveryState.UNKNOWN
    return delivery


def test_a_person_says_that_it_is_out(world: World, unsure: Delivery) -> None:
    url = "https://network.example/posts/1"
    ledger.settle_unknown(delivery=unsure, decision="is_out", by=world.owner, url=url)
    assert (unsure.state, unsure.remote_url) == (DeliveryState.PUBLISHED, url)
    assert Post.objects.get().external_url == url
    assert unsure.trail.last().outcome == "decided"  # type: ignore[union-attr]


def test_is_out_needs_an_address(world: World, unsure: Delivery) -> None:
    with pytest.raises(Invalid) as caught:
        ledger.settle_unknown(delivery=unsure, decision="is_out", by=world.owner, url="there")
    assert caught.value.field == "url"
    assert again(unsure).state == DeliveryState.UNKNOWN


def test_a_person_has_it_sent_again(world: World, unsure: Delivery) -> None:
    ledger.settle_unknown(delivery=unsure, decision="send_again", by=world.owner)
    assert unsure.state == DeliveryState.SCHEDULED
    deliver(unsure)
    assert again(unsure).state == DeliveryState.PUBLISHED
    amounts = CreditTransaction.objects.filter(related_id=unsure.pk)
    assert sum(amounts.values_list("amount", flat=True)) == -1


def test_a_person_says_that_it_was_not_sent(world: World, unsure: Delivery) -> None:
    ledger.settle_unknown(delivery=unsure, decision="not_sent", by=world.owner)
    assert unsure.state == DeliveryState.FAILED
    assert PendingPost.objects.get().status == PendingStatus.FAILED
    amounts = CreditTransaction.objects.filter(related_id=unsure.pk)
    assert sum(amounts.values_list("amount", flat=True)) == 0


def test_a_second_decision_is_refused(world: World, unsure: Delivery) -> None:
    ledger.settle_unknown(delivery=unsure, decision="not_sent", by=world.owner)
    with pytest.raises(Conflict):
        ledger.settle_unknown(delivery=unsure, decision="send_again", by=world.owner)
    with pytest.raises(Invalid):
        ledger.settle_unknown(delivery=unsure, decision="whatever", by=world.owner)


def test_looking_again_finds_it(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, remote = platform.join("500_after")
    delivery = due_delivery(world.brand, account_on(world.brand, "test_c", server))

    def blind(self: Any, payload: Payload, session: Session) -> Found | None:
        raise ChannelError("The network is away.", code="no_connection")

    with time_machine.travel(now(), tick=True) as clock:
        with monkeypatch.context() as patch:
            patch.setattr(ReadableChannel, "find", blind)
            for _ in range(8):
                deliver(delivery)
                clock.shift(timedelta(hours=1))
        assert again(delivery).state == DeliveryState.UNKNOWN
        assert "5 looks" in delivery.error_message
        ledger.settle_unknown(delivery=delivery, decision="check_again", by=world.owner)
    assert delivery.state == DeliveryState.PUBLISHED
    assert delivery.remote_id == remote.posts[0].id
    assert len(remote.posts) == 1


def test_looking_again_where_one_cannot_look_stays_unknown(world: World, unsure: Delivery) -> None:
    ledger.settle_unknown(delivery=unsure, decision="check_again", by=world.owner)
    assert unsure.state == DeliveryState.UNKNOWN


# -- Sessions and faults -------------------------------------------------------------------------


def test_a_renewed_token_is_stored_before_it_is_used(world: World, platform: Platform) -> None:
    server, remote = platform.join()
    account = account_on(
        world.brand, "test_a", server, {"access": "a0", "refresh": "refresh-0", "ended": 1}
    )
    delivery = due_delivery(world.brand, account)
    deliver(delivery)
    assert again(delivery).state == DeliveryState.PUBLISHED
    account.refresh_from_db()
    assert AccountSession(account).credentials["refresh"] == remote.refresh_token == "refresh-1"
    assert remote.refreshes == 1


def test_an_empty_token_never_replaces_one(world: World, platform: Platform) -> None:
    account = account_on(world.brand, "test_a", platform.join()[0])
    session = AccountSession(account)
    for broken in ({}, {"access": "a1"}, {"access": "a1", "refresh": ""}):
        with session.account_lock(), pytest.raises(ChannelError):
            session.save_credentials(broken)
    account.refresh_from_db()
    assert AccountSession(account).credentials["refresh"] == "refresh-0"


def test_a_handle_is_kept_for_the_next_worker(world: World, platform: Platform) -> None:
    server, remote = platform.join("429")
    account = account_on(
        world.brand, "test_c", server, {"access": "a", "refresh": "r", "uploads": 1}
    )
    delivery = due_delivery(world.brand, account)
    deliver(delivery)
    assert again(delivery).remote_handle == {"media": "media-1"}
    with time_machine.travel(now() + timedelta(seconds=3), tick=True):
        deliver(delivery)
    assert again(delivery).state == DeliveryState.PUBLISHED
    assert remote.media == 1


def test_a_picture_that_is_gone_is_refused(world: World) -> None:
    with pytest.raises(ChannelError) as caught:
        AccountSession(world.account).media(f"{world.id}/{'x' * 43}.png")
    assert caught.value.permanent


def test_crash_points_are_refused_outside_tests(settings: Settings) -> None:
    settings.WARREN_FAULTS = False
    with pytest.raises(ImproperlyConfigured):
        faults.install(print)
    faults.fault("k0")


def test_an_illegal_move_is_a_mistake_of_ours(world: World, delivery: Delivery) -> None:
    parcel = claim(world.id, [delivery.pk], owner=OWNER)[0]
    with pytest.raises(IllegalMove):
        rows.write(parcel, DeliveryState.PUBLISHED, now())


def test_every_decision_is_offered() -> None:
    assert {str(each) for each in unknown.Decision} == {
        "check_again",
        "is_out",
        "send_again",
        "not_sent",
    }


def test_sessions_keep_what_channels_are_promised(world: World, delivery: Delivery) -> None:
    parcel = claim(world.id, [delivery.pk], owner=OWNER)[0]
    session: Session = DeliverySession(parcel)
    assert session.now.tzinfo is not None
    assert session.server == ""
    assert session.handle == {}
    assert isinstance(KeyedChannel().publish, object)
    assert Published("a", "b").notes == ()
    assert make.material(world.brand).pk
