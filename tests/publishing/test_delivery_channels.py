"""Every network through the whole ledger: the post is taken, the answer is lost, and in the end one
post stands there and is known by its address."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.services.files import store_file
from publishing.channels.base import Channel, DeliveryClass
from publishing.delivery import ledger
from publishing.models import (
    BrandAccountLink,
    Delivery,
    DeliveryState,
    PendingStatus,
    Post,
    SocialAccount,
)
from publishing.services.approvals import give_approval
from tests import make
from tests.networks.base import Stage
from tests.world import World

from .contract import channel, draft_for, skip_if_exempt, stage  # noqa: F401
from .deliveries import again, deliver

pytestmark = pytest.mark.django_db

STEPS = 12
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "video/mp4": "mp4"}


def due_on(world: World, channel: Channel, stage: Stage) -> Delivery:  # noqa: F811
    """An approved post on the stage's account, whose files are stored as uploads are."""
    facts = stage.account
    account = SocialAccount.objects.create(
        platform=channel.slug,
        remote_id=facts.remote_id,
        name="An account",
        handle=facts.handle,
        server=facts.server,
        settings=dict(facts.settings),
        credentials=dict(stage.vault.credentials),
    )
    BrandAccountLink.objects.create(brand=world.brand, account=account, platform=channel.slug)
    draft = draft_for(channel, stage)
    media = [
        {
            "reference": store_file(stage.files[each.reference], ending=ENDINGS[each.content_type]),
            "content_type": each.content_type,
            "alt": each.alt,
        }
        for each in draft.media
    ]
    post = make.pending_post(
        world.brand,
        account,
        content=draft.text,
        hashtags=list(draft.hashtags),
        title=draft.title,
        options=dict(draft.options),
        media=media,
        status=PendingStatus.AUTO_APPROVED,
    )
    give_approval(post=post, policy="Tests approve everything.")
    return ledger.schedule_delivery(pending_post=post)


def test_a_lost_answer_ends_in_one_post_that_is_known(
    channel: Channel,  # noqa: F811
    stage: Stage,  # noqa: F811
    world: World,
    settings: Settings,
) -> None:
    skip_if_exempt(stage, "publish", "faults")
    if channel.delivery_class is DeliveryClass.D:
        pytest.skip("An unknown outcome goes to a person there.")
    settings.WARREN_DELIVERY_THREADS = 0
    settings.WARREN_BASE_URL = f"{stage.network.address}/our-files"
    stage.network.faults.append("500_after")
    with time_machine.travel(now()) as clock, org_atomic(world.id):
        delivery = due_on(world, channel, stage)
        for _ in range(STEPS):
            deliver(delivery)
            if again(delivery).state == DeliveryState.PUBLISHED:
                break
            waits = [each for each in (delivery.due_at, delivery.claimed_until) if each]
            clock.move_to(max([*waits, now()]) + timedelta(milliseconds=1))
        assert again(delivery).state == DeliveryState.PUBLISHED, delivery.error_message
        (item,) = stage.posts()
        assert item.id in delivery.remote_id
        assert Post.objects.get(delivery=delivery).external_url
    assert not stage.network.faults
