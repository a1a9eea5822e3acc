"""Deliveries: what went wrong, what is known, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.channels.base import DeliveryClass, Found
from publishing.channels.registry import channels
from publishing.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    PendingPost,
    PendingStatus,
    Post,
)
from tests import make
from tests.world import World

from .platform_channels import KeyedChannel

pytestmark = pytest.mark.django_db


class Findable(KeyedChannel):
    """A network that finds the post of a payload, or does not."""

    slug = "findable"
    label = "Findable"
    delivery_class = DeliveryClass.C
    found: Found | None = None

    def find(self, payload: Any, session: Any) -> Found | None:
        return type(self).found


@pytest.fixture(autouse=True)
def _findable(settings: Settings) -> Iterator[None]:
    settings.WARREN_DELIVERY_THREADS = 0
    channels.register(Findable.slug, Findable())
    Findable.found = None
    yield
    channels.unregister(Findable.slug)


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def delivery(world: World, state: str, platform: str = "", **fields: Any) -> Delivery:
    """One that stands in a state, with its post in the state that goes with it."""
    status = {
        DeliveryState.FAILED: PendingStatus.FAILED,
        DeliveryState.MISSED: PendingStatus.FAILED,
        DeliveryState.SCHEDULED: PendingStatus.APPROVED,
    }.get(DeliveryState(state), PendingStatus.PUBLISHING)
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account, status=status)
        row = make.delivery(
            pending,
            state=state,
            platform=platform or world.account.platform,
            payload={"text": pending.content},
            error_message="The connection broke after the post was sent.",
            sending_at=now() - timedelta(minutes=10),
            **fields,
        )
        DeliveryAttempt.objects.create(
            delivery=row,
            number=1,
            outcome=DeliveryAttempt.Outcome.AMBIGUOUS,
            message="No answer within 20 s.",
            evidence={"status": 504, "worker": "machine:7"},
        )
    return row


def path(world: World, row: Delivery, verb: str = "") -> str:
    return f"{world.path}/deliveries/{row.pk}/{verb}"


def fresh(world: World, row: Delivery) -> Delivery:
    with org_atomic(world.id):
        return Delivery.objects.select_related("pending_post").get(pk=row.pk)


def test_the_list_begins_with_what_waits_for_a_person(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        delivery(world, DeliveryState.SCHEDULED)
    delivery(world, DeliveryState.UNKNOWN)
    with django_assert_max_num_queries(12):
        answer = page.get(f"{world.path}/deliveries/")
    assert "Outcome unknown" in answer.content.decode()
    with django_assert_max_num_queries(12):
        answer = page.get(f"{world.path}/deliveries/?state=open")
    assert len(answer.content) < 100_000
    assert "Older" in answer.content.decode()
    assert "Nothing failed." in page.get(f"{world.path}/deliveries/?state=failed").content.decode()


def test_an_unknown_outcome_shows_what_was_tried_and_every_way_out(
    world: World, page: Client
) -> None:
    body = page.get(path(world, delivery(world, DeliveryState.UNKNOWN))).content.decode()
    for words in (
        "Is this post out?",
        "The connection broke after the post was sent.",
        "No answer within 20 s.",
        "504",
        "Check again",
        "Address of the post",
        "Send again",
        "Leave it",
    ):
        assert words in body, words
    assert "machine:7" not in body


def test_it_is_out_needs_an_address_and_makes_a_post(world: World, page: Client) -> None:
    row = delivery(world, DeliveryState.UNKNOWN)
    answer = page.post(path(world, row, "confirmation/"), {"url": "over there"})
    assert answer.status_code == 422
    assert "Give the address of the post" in answer.content.decode()
    assert "over there" in answer.content.decode()
    page.post(path(world, row, "confirmation/"), {"url": "https://net.example/p/1"})
    assert fresh(world, row).state == DeliveryState.PUBLISHED
    with org_atomic(world.id):
        assert Post.objects.get(delivery=row).external_url == "https://net.example/p/1"


def test_leaving_it_gives_the_post_up(world: World, page: Client) -> None:
    row = delivery(world, DeliveryState.UNKNOWN)
    body = page.post(path(world, row, "abandonment/"), follow=True).content.decode()
    assert "Its credit is given back" in body
    assert fresh(world, row).state == DeliveryState.FAILED


def test_sending_an_unknown_one_again_puts_it_back(world: World, page: Client) -> None:
    row = delivery(world, DeliveryState.UNKNOWN)
    page.post(path(world, row, "resending/"))
    assert fresh(world, row).state == DeliveryState.SCHEDULED


def test_checking_again_finds_the_post(world: World, page: Client) -> None:
    row = delivery(world, DeliveryState.UNKNOWN, platform="findable")
    Findable.found = Found(remote_id="p1", url="https://net.example/p/1")
    body = page.post(path(world, row, "check/"), follow=True).content.decode()
    assert "the outcome is known now" in body
    assert fresh(world, row).state == DeliveryState.PUBLISHED


def test_a_settled_one_cannot_be_settled_twice(world: World, page: Client) -> None:
    row = delivery(world, DeliveryState.UNKNOWN)
    page.post(path(world, row, "abandonment/"))
    assert page.post(path(world, row, "abandonment/")).status_code == 409


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.MISSED])
def test_a_failed_or_missed_one_is_approved_anew_and_sent(
    world: World, page: Client, state: str
) -> None:
    row = delivery(world, state)
    assert "Send it now" in page.get(path(world, row)).content.decode()
    answer = page.post(path(world, row, "resending/"), follow=True)
    assert "It is sent again now." in answer.content.decode()
    with org_atomic(world.id):
        again = Delivery.objects.latest("created_at")
        assert again.state == DeliveryState.SCHEDULED
        assert PendingPost.objects.get().status == PendingStatus.APPROVED


def test_one_that_is_out_is_not_sent_again(world: World, page: Client) -> None:
    row = delivery(world, DeliveryState.PUBLISHED)
    assert page.post(path(world, row, "resending/")).status_code == 409


def test_one_on_its_way_is_followed_without_reloading(world: World, page: Client) -> None:
    row = delivery(world, DeliveryState.SENDING)
    assert 'data-behavior="poll"' in page.get(path(world, row)).content.decode()
    live = page.get(path(world, row), headers={"HX-Request": "true"}).content.decode()
    assert live.lstrip().startswith('<div id="live"')
