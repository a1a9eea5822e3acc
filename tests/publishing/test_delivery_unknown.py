"""A person settles what nobody knows; sessions keep tokens and handles."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from billing.models import CreditTransaction
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.states import IllegalMove
from publishing.channels.base import ChannelError, Found, Payload, Published, Session
from publishing.delivery import faults, ledger, rows, unknown
from publishing.delivery.claim import claim
from publishing.delivery.session import AccountSession, DeliverySession
from publishing.models import (
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    Post,
)
from tests import make
from tests.world import World

from .deliveries import account_on, again, deliver, due_delivery
from .platform import Platform
from .platform_channels import KeyedChannel, ReadableChannel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]

OWNER = "a worker"


# -- Unknown --------------------------------------------------------------------------------------


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


# -- Sessions and faults --------------------------------------------------------------------------


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
