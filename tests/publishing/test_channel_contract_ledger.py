"""Every channel through the real ledger: from an approved post with its picture, its thread and its
first comment to what stands on the network and in the books."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.services.files import store_file
from publishing.channels.base import Channel, HandsOver, Hosts, Limits, Media
from publishing.delivery import ledger
from publishing.models import (
    BrandAccountLink,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    Post,
    SocialAccount,
)
from publishing.services.approvals import give_approval
from publishing.services.networks import app_name
from tests import make
from tests.networks.base import Stage
from tests.world import World

from .contract import TITLE, WORDS, a_video, limits_of, some_pictures

pytestmark = pytest.mark.django_db

MOST_ROUNDS = 40
THREAD = ["First the old one comes out.", "Then the new one goes in."]
COMMENT = "Ask us for a date."


@pytest.fixture
def in_one_process(settings: Settings, stage: Stage, channel: Channel) -> None:
    settings.WARREN_DELIVERY_THREADS = 0
    # Where stand-ins that fetch files expect them.
    settings.WARREN_BASE_URL = f"{stage.network.address}/our-files"
    if stage.app is not None:
        name = app_name(channel)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            f"{name}.client_id": stage.app.client_id,
            f"{name}.client_secret": stage.app.client_secret,
        }


@pytest.mark.usefixtures("in_one_process")
def test_an_approved_post_goes_out_whole_and_once(
    channel: Channel, stage: Stage, world: World
) -> None:
    before = len(stage.posts())
    with org_atomic(world.id):
        post = _approved(channel, stage, world)
        first = ledger.schedule_delivery(pending_post=post)
        _work_off(post)
        deliveries = list(Delivery.objects.filter(pending_post=post).order_by("part", "created_at"))
        if isinstance(channel, HandsOver):
            first.refresh_from_db()
            assert first.state == DeliveryState.ACCEPTED
            return
        told = {each.state: each.error_message for each in deliveries}
        assert set(told) == {DeliveryState.PUBLISHED}, told
        assert len(deliveries) == 1 + len(post.thread) + bool(post.first_comment)
        post.refresh_from_db()
        assert post.status == PendingStatus.PUBLISHED
        (out,) = Post.objects.filter(delivery=first)
    assert out.external_id
    assert out.external_url.startswith(("https://", "http://", "/"))
    assert len(stage.posts()) - before == len(deliveries)
    assert WORDS in stage.posts()[before].text


def _approved(channel: Channel, stage: Stage, world: World) -> PendingPost:
    limits = limits_of(channel, stage)
    fields: dict[str, Any] = {"hashtags": [], "media": _media(stage, limits)}
    if limits.title_max is not None:
        fields["title"] = TITLE
    if limits.thread_max > 2:
        fields["thread"] = THREAD
    if limits.comment_max is not None:
        fields["first_comment"] = COMMENT
    if stage.draft.options:
        fields["options"] = dict(stage.draft.options)
    post = make.pending_post(
        world.brand,
        _account(channel, stage, world),
        content=WORDS,
        status=PendingStatus.AUTO_APPROVED,
        **fields,
    )
    give_approval(post=post, policy="Tests approve everything.")
    return post


def _account(channel: Channel, stage: Stage, world: World) -> SocialAccount:
    if isinstance(channel, Hosts):
        return world.account
    facts = stage.account
    account = SocialAccount.objects.create(
        platform=channel.slug,
        remote_id=facts.remote_id,
        name="The Harbour",
        handle=facts.handle,
        server=facts.server,
        settings=dict(facts.settings),
        credentials=dict(stage.vault.credentials),
    )
    BrandAccountLink.objects.create(brand=world.brand, account=account, platform=channel.slug)
    return account


def _media(stage: Stage, limits: Limits) -> list[dict[str, Any]]:
    """One picture, or a video where there are only those, as files that the post has kept."""
    media: tuple[Media, ...] = ()
    if limits.images_max:
        media = some_pictures(stage, limits, 1)
    elif limits.videos_max:
        media = (a_video(stage, limits),)
    kept = []
    for each in media:
        ending = each.content_type.partition("/")[2].replace("jpeg", "jpg")
        reference = store_file(stage.files[each.reference], ending=ending)
        kept.append({**asdict(each), "reference": reference})
    return kept


def _work_off(post: PendingPost) -> None:
    """Turn after turn, each when the next of its rows is due, until nothing waits any more."""
    open_states = (DeliveryState.SCHEDULED, DeliveryState.ACCEPTED)
    with time_machine.travel(now(), tick=True) as clock:
        for _ in range(MOST_ROUNDS):
            waiting = Delivery.objects.filter(pending_post=post, state__in=open_states)
            due = [row.due_at for row in waiting if row.due_at is not None]
            if not due or min(due) > now() + timedelta(hours=1):
                return
            clock.move_to(max(min(due), now()) + timedelta(milliseconds=5))
            ledger.deliver(delivery_ids=[row.pk for row in waiting])
