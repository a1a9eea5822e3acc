"""Containers of a real channel through the ledger and its tables: worked on, published without an
answer, looked up, and one post in the end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from PIL import Image
from pytest_django import Settings

from config.kernel.clock import now
from organizations.services.files import store_file
from publishing.delivery import ledger
from publishing.models import Delivery, DeliveryState, PendingStatus, SocialAccount
from publishing.services.approvals import give_approval
from publishing.services.renditions import fit_media
from tests import make
from tests.networks.base import Stage
from tests.networks.facebook import PAGE
from tests.networks.instagram import ACCOUNT, InstagramNetwork
from tests.networks.instagram import stage as instagram_stage
from tests.networks.threads import USER, ThreadsNetwork
from tests.networks.threads import stage as threads_stage
from tests.peers.sessions import picture
from tests.world import World

from .deliveries import account_on, again, deliver, due_delivery

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with threads_stage(settings) as opened:
        yield opened


def network(stage: Stage) -> ThreadsNetwork:
    assert isinstance(stage.network, ThreadsNetwork)
    return stage.network


def account(world: World, stage: Stage) -> SocialAccount:
    return account_on(world.brand, "threads", f"/{USER}", dict(stage.vault.credentials))


def carried_on(delivery: Delivery) -> Delivery:
    """Whenever the row says so, until it is out."""
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(12):
            deliver(delivery)
            if again(delivery).state in (DeliveryState.PUBLISHED, DeliveryState.FAILED):
                break
            clock.move_to(max(delivery.due_at or now(), delivery.claimed_until or now()))
            clock.shift(timedelta(seconds=1))
    return delivery


@pytest.mark.parametrize("faults", [(), ("reset_after",), ("500",), ("empty_after", "ok")])
def test_a_container_becomes_one_post_whatever_was_answered(
    world: World, stage: Stage, faults: tuple[str, ...]
) -> None:
    network(stage).looks = 1
    network(stage).faults.extend(faults)
    delivery = carried_on(due_delivery(world.brand, account(world, stage)))
    (post,) = stage.posts()
    assert delivery.state == DeliveryState.PUBLISHED, delivery.error_message
    assert (delivery.remote_id, delivery.remote_url) == (post.id, network(stage).permalink(post.id))
    assert len(network(stage).containers) == 1


def test_a_quota_that_is_used_up_is_waited_for(world: World, stage: Stage) -> None:
    network(stage).quota_used = 250
    delivery = due_delivery(world.brand, account(world, stage))
    deliver(delivery)
    assert again(delivery).state == DeliveryState.SCHEDULED
    assert delivery.due_at is not None and delivery.due_at > now() + timedelta(minutes=59)
    assert not stage.posts()


def test_instagram_fetches_a_picture_that_was_made_to_fit(
    world: World, settings: Settings, client: Client
) -> None:
    with instagram_stage(settings) as opened:
        assert isinstance(opened.network, InstagramNetwork)
        opened.network.files_at = ""
        row = account_on(world.brand, "instagram", f"/{ACCOUNT}", dict(opened.vault.credentials))
        row.settings = {"page": PAGE}
        row.save(update_fields=["settings"])
        name = store_file(picture(1200, 400, kind="PNG"), ending="png")
        post = make.pending_post(
            world.brand,
            row,
            content="Masts.",
            status=PendingStatus.AUTO_APPROVED,
            scheduled_for=now(),
            media=[{"reference": name, "content_type": "image/png", "alt": "A mast"}],
        )
        fit_media(media=post.media, account=row)
        give_approval(post=post, policy="Tests approve everything.")
        delivery = carried_on(ledger.schedule_delivery(pending_post=post))
        (item,) = opened.posts()
    assert delivery.state == DeliveryState.PUBLISHED, delivery.error_message
    assert item.media == [{"kind": "image", "alt": "A mast"}]
    answer = client.get(urlsplit(opened.network.fetched[0]).path)
    image = Image.open(io.BytesIO(answer.getvalue()))
    assert (answer.status_code, image.format) == (200, "JPEG")
    assert image.width / image.height <= 1.91
