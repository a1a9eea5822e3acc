"""Whose post did not go out hears of it within a minute: in the page, and by mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings as configured
from django.core import mail
from django.test import Client
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Membership, Notification
from organizations.notices.mailing import sweep_mail
from publishing.channels.base import ChannelError, DeliveryClass, Published
from publishing.channels.registry import channels
from publishing.delivery.sweep import sweep_due
from publishing.models import Delivery, DeliveryState, PendingPost, SocialAccount
from publishing.services.pending_posts import approve_post
from tests import make
from tests.world import World

from .platform_channels import KeyedChannel

pytestmark = pytest.mark.django_db

MINUTE = 60


class Moody(KeyedChannel):
    """Ends each sending as `moods` says, one after the other; then it takes posts."""

    slug = "moody"
    label = "Moody"
    delivery_class = DeliveryClass.D
    moods: list[ChannelError | None]

    def prepare(self, payload: Any, session: Any) -> None:
        return None

    def publish(self, payload: Any, session: Any) -> Published:
        mood = self.moods.pop(0) if self.moods else None
        if mood is not None:
            raise mood
        return Published("1", "https://moody.example/1")


@pytest.fixture
def moody(settings: Settings) -> Iterator[Moody]:
    settings.WARREN_DELIVERY_THREADS = 0
    channel = Moody()
    channel.moods = []
    channels.register(Moody.slug, channel)
    yield channel
    channels.unregister(Moody.slug)


def approved(world: World, **fields: Any) -> PendingPost:
    """A post of the editor's, which is due now."""
    with org_atomic(world.id):
        account = SocialAccount.objects.create(
            platform="moody", remote_id="1", name="Harbour on Moody", credentials={"token": "t"}
        )
        post = make.pending_post(world.brand, account, scheduled_for=now(), **fields)
        return approve_post(post=post, by=world.editor)


def told(world: World, kind: str) -> Notification:
    """What the editor, who approved it, hears: in the page at once, and by mail in a minute."""
    with org_atomic(world.id):
        notice = Notification.objects.get(user=world.editor, kind=kind)
    # Seen by the next question of the bell, which every page asks each minute.
    assert notice.read_at is None
    every = configured.CELERY_BEAT_SCHEDULE["organizations.tasks.sweep_notifications"]["schedule"]
    assert notice.due_at is not None
    with time_machine.travel(now(), tick=False):
        assert (notice.due_at - now()).total_seconds() + every <= MINUTE
    sweep_mail()
    letters = [each for each in mail.outbox if each.to == [world.editor.email]]
    assert any(notice.title in str(each.body) + each.subject for each in letters)
    return notice


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (ChannelError("It is too long for Moody.", permanent=True), "post_failed", "too long"),
        (ChannelError("The line broke.", ambiguous=True), "post_unknown", "no way to find out"),
        (ChannelError("The access was taken back.", reconnect=True), "channel_lost", "taken back"),
    ],
)
def test_who_approved_a_post_hears_in_a_minute_why_it_did_not_go_out(
    world: World, moody: Moody, client: Client, error: ChannelError, kind: str, words: str
) -> None:
    moody.moods = [error]
    approved(world)
    sweep_due(inline=True)
    notice = told(world, kind)
    assert words in notice.body
    client.force_login(world.editor)
    page = client.get(f"{world.path}/notifications/{notice.pk}/", follow=True)
    assert page.status_code == 200 and words in page.content.decode()


def test_a_part_that_fails_is_told_although_its_post_is_out(world: World, moody: Moody) -> None:
    moody.moods = [None, ChannelError("It takes no answers today.", permanent=True)]
    post = approved(world, thread=["And then the sails."])
    with org_atomic(world.id):
        part = Delivery.objects.get(pending_post=post, part="reply")
    sweep_due(inline=True)
    sweep_due(inline=True)
    with org_atomic(world.id):
        part.refresh_from_db()
        root = Delivery.objects.posts().get(pending_post=post)
    assert (root.state, part.state) == (DeliveryState.PUBLISHED, DeliveryState.FAILED)
    notice = told(world, "post_failed")
    assert "thread" in notice.title and "no answers today" in notice.body


def test_an_account_that_is_lost_is_told_once_however_many_posts_wait(
    world: World, moody: Moody
) -> None:
    first = approved(world)
    with org_atomic(world.id):
        for _ in range(3):
            post = make.pending_post(world.brand, first.account, scheduled_for=now())
            approve_post(post=post, by=world.editor)
    moody.moods = [ChannelError("Taken back.", reconnect=True) for _ in range(4)]
    sweep_due(inline=True)
    sweep_due(inline=True)
    with org_atomic(world.id):
        assert Notification.objects.filter(user=world.editor, kind="channel_lost").count() == 1


def test_who_may_not_see_the_brand_any_more_is_not_told_and_the_others_are(
    world: World, moody: Moody
) -> None:
    moody.moods = [ChannelError("It is too long for Moody.", permanent=True)]
    approved(world)
    with org_atomic(world.id):
        Membership.objects.filter(user=world.editor).update(sees_all_brands=False)
    sweep_due(inline=True)
    with org_atomic(world.id):
        users = set(Notification.objects.values_list("user_id", flat=True))
    assert world.editor.pk not in users and world.owner.pk in users
