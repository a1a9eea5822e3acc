"""What becomes of a post that is late: a person is asked, or the post says so itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from pytest_django import Settings

from billing.models import CreditTransaction
from brands.models import BrandProfile
from config import env
from config.kernel.clock import now
from organizations.models import AuditRecord, Organization
from publishing.delivery import ledger
from publishing.models import (
    Delivery,
    DeliveryState,
    FeedEntry,
    PendingPost,
    PendingStatus,
    WhenLate,
)
from publishing.services.pending_posts import approve_post, reopen_post
from tests.world import World

from .deliveries import again, deliver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]

LATE = timedelta(hours=2, seconds=1)


@pytest.fixture
def two_hours_later() -> Iterator[None]:
    with time_machine.travel(now() + LATE, tick=True):
        yield


def wants(delivery: Delivery, what: WhenLate) -> None:
    PendingPost.objects.filter(pk=delivery.pending_post_id).update(when_late=what)


def test_a_person_is_asked_after_two_hours_unless_somebody_chose_otherwise() -> None:
    assert env.TOO_LATE_SECONDS.default == 7_200.0
    assert settings.WARREN_TOO_LATE_SECONDS == 7_200.0
    assert PendingPost().when_late == WhenLate.ASK


@pytest.mark.usefixtures("two_hours_later")
def test_what_is_to_be_asked_for_is_missed(delivery: Delivery) -> None:
    PendingPost.objects.update(scheduled_for=now() - LATE)
    deliver(delivery)
    assert again(delivery).state == DeliveryState.MISSED
    assert delivery.error_message.endswith("Choose a new time, or send it now.")
    assert AuditRecord.objects.filter(action="delivery.missed").exists()


def test_what_is_to_go_out_goes_out_however_late(delivery: Delivery) -> None:
    wants(delivery, WhenLate.PUBLISH)
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        deliver(delivery)
    assert again(delivery).state == DeliveryState.PUBLISHED


def test_what_is_to_go_out_waits_for_a_pause_to_end(world: World, delivery: Delivery) -> None:
    wants(delivery, WhenLate.PUBLISH)
    BrandProfile.objects.update(paused_at=now())
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        deliver(delivery)
        assert (again(delivery).state, delivery.error_code) == ("scheduled", "brand_paused")
        BrandProfile.objects.update(paused_at=None)
        assert ledger.wake_deliveries(brand=world.brand) == 1
        deliver(delivery)
    assert again(delivery).state == DeliveryState.PUBLISHED


def test_a_team_that_was_kept_after_all_is_asked_all_the_same(
    world: World, delivery: Delivery
) -> None:
    wants(delivery, WhenLate.PUBLISH)
    Organization.objects.update(status=Organization.Status.CLOSING)
    deliver(delivery)
    assert again(delivery).error_code == "organization_closing"
    Organization.objects.update(status=Organization.Status.ACTIVE)
    with time_machine.travel(now() + timedelta(minutes=16), tick=True):
        deliver(delivery)
    assert again(delivery).state == DeliveryState.MISSED


def test_what_is_to_be_left_out_is_and_nobody_is_asked(delivery: Delivery) -> None:
    wants(delivery, WhenLate.SKIP)
    with time_machine.travel(now() + LATE, tick=True):
        deliver(delivery)
    assert again(delivery).state == DeliveryState.CANCELLED
    assert delivery.error_message.endswith("It was to be left out when late.")
    post = PendingPost.objects.get()
    assert (post.status, post.failure_category) == (PendingStatus.FAILED, "skipped")
    assert post.failure_reason == delivery.error_message
    assert not AuditRecord.objects.filter(action="delivery.missed").exists()
    assert AuditRecord.objects.get(action="delivery.cancelled").reason == delivery.error_message
    assert not CreditTransaction.objects.filter(related_id=delivery.pk).exists()
    assert not FeedEntry.objects.exists()


def test_what_was_left_out_can_still_be_approved_anew(world: World, delivery: Delivery) -> None:
    wants(delivery, WhenLate.SKIP)
    with time_machine.travel(now() + LATE, tick=True):
        deliver(delivery)
        post = reopen_post(post=PendingPost.objects.get(), by=world.owner)
        approve_post(post=post, by=world.owner)
        new = Delivery.objects.exclude(pk=delivery.pk).get()
        deliver(new)
    assert again(new).state == DeliveryState.PUBLISHED


def test_how_late_is_too_late_is_a_setting(delivery: Delivery, settings: Settings) -> None:
    settings.WARREN_TOO_LATE_SECONDS = 60.0
    with time_machine.travel(now() + timedelta(seconds=61), tick=True):
        deliver(delivery)
    assert again(delivery).state == DeliveryState.MISSED
