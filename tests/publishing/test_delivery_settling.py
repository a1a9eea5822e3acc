"""What is written down when a post is out, and what becomes of what a dead worker left."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.fields import Sealed
from content.models import ContentEmbedding, Material, MaterialStatus
from organizations.models import AuditRecord
from publishing.delivery import books, ledger, send, settle
from publishing.delivery.calls import Step, mistake
from publishing.delivery.claim import claim
from publishing.models import (
    AccountStatus,
    Decision,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    Post,
    SocialAccount,
)
from tests.world import World

from .deliveries import account_on, again, deliver, due_delivery
from .platform import Platform, RemotePost

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]

OWNER = "a worker"


# -- Settling -------------------------------------------------------------------------------------


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


# -- Stranded rows --------------------------------------------------------------------------------


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
