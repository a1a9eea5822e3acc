"""Deliveries: what went wrong, what is known, and what a person can do about it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.services.files import store_file
from publishing.channels.base import DeliveryClass, Found, Pack
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


# -- What a person posts themselves ----------------------------------------------------------------


class Noticeboard(KeyedChannel):
    """A network that has no way in: a person pins the paper to it."""

    slug = "noticeboard"
    label = "Noticeboard"
    delivery_class = DeliveryClass.D

    def pack(self, payload: Any, account: Any) -> Pack:
        return Pack(
            f"{payload['text']}\n#boats",
            title="A notice",
            url="https://noticeboard.example/new",
            steps=("Bring four pins.",),
        )


@pytest.fixture
def handed(world: World) -> Iterator[Delivery]:
    channels.register(Noticeboard.slug, Noticeboard())
    yield delivery(world, DeliveryState.ACCEPTED, "noticeboard")
    channels.unregister(Noticeboard.slug)


def test_what_a_person_posts_comes_with_words_files_and_the_way(
    world: World, page: Client, handed: Delivery
) -> None:
    with org_atomic(world.id):
        key = store_file(b"\x89PNG picture", ending="png")
        media = [{"reference": key, "content_type": "image/png", "alt": "A mast"}]
        PendingPost.objects.update(media=media)
    answer = page.get(path(world, handed)).content.decode()
    for words in (
        "A notice",
        "#boats",
        "Bring four pins.",
        "https://noticeboard.example/new",
        "1.png",
    ):
        assert words in answer, words
    # It may lie there for days: nothing asks for it every few seconds.
    assert 'data-every="4"' not in answer
    zipped = page.get(path(world, handed, "pack/"))
    assert zipped["Content-Disposition"].startswith("attachment")
    streamed: Any = zipped.streaming_content  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(b"".join(streamed))) as pack:
        assert pack.namelist() == ["text.txt", "descriptions.txt", "1.png"]
        assert pack.read("1.png") == b"\x89PNG picture"
        assert b"#boats" in pack.read("text.txt") and b"A mast" in pack.read("descriptions.txt")


@pytest.mark.parametrize("url", ["https://noticeboard.example/7", ""])
def test_marked_as_posted_it_is_out_with_or_without_an_address(
    world: World, page: Client, handed: Delivery, url: str
) -> None:
    answer = page.post(path(world, handed, "confirmation/"), {"url": url}, follow=True)
    assert "Noted: the post is out." in answer.content.decode()
    row = fresh(world, handed)
    assert row.state == DeliveryState.PUBLISHED and row.remote_url
    with org_atomic(world.id):
        assert Post.objects.filter(delivery=row).exists()


def test_what_is_not_posted_after_all_is_given_up(
    world: World, page: Client, handed: Delivery
) -> None:
    page.post(path(world, handed, "abandonment/"))
    assert fresh(world, handed).state == DeliveryState.FAILED


def test_a_post_that_warren_sends_has_no_pack(world: World, page: Client) -> None:
    row = delivery(world, DeliveryState.PUBLISHED)
    answer = page.get(path(world, row, "pack/"), follow=True)
    assert "Warren sends this post itself" in answer.content.decode()


def test_what_a_network_works_on_says_so_and_can_be_asked_for(world: World, page: Client) -> None:
    row = delivery(world, DeliveryState.ACCEPTED, "findable")
    body = page.get(path(world, row)).content.decode()
    assert "Findable works on it" in body and "Check again" in body
    Findable.found = Found("9", "https://findable.example/9")
    body = page.post(path(world, row, "check/"), follow=True).content.decode()
    assert "the outcome is known now" in body
    assert fresh(world, row).state == DeliveryState.PUBLISHED


# -- What goes under a post ------------------------------------------------------------------------


def with_parts(world: World) -> tuple[Delivery, Delivery, Delivery]:
    """A post that is out, the second part that failed, and the comment that is out."""
    root = delivery(world, DeliveryState.PUBLISHED, "findable", remote_url="https://f.example/1")
    with org_atomic(world.id):
        post = root.pending_post
        PendingPost.objects.filter(pk=post.pk).update(
            thread=["And then the sails."], first_comment="Ask us anything."
        )
        fields = {"platform": "findable", "payload": {"text": "later"}, "parent": root}
        second = make.delivery(
            post,
            state=DeliveryState.FAILED,
            part="reply",
            occurrence="1/2",
            idempotency_key="2" * 64,
            error_message="The network refused this part.",
            **fields,
        )
        comment = make.delivery(
            post,
            state=DeliveryState.PUBLISHED,
            part="comment",
            occurrence="1/comment",
            idempotency_key="3" * 64,
            **fields,
        )
    return root, second, comment


def test_parts_and_the_comment_stand_under_their_post_with_their_states(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    root, second, comment = with_parts(world)
    with django_assert_max_num_queries(16):
        body = page.get(path(world, root)).content.decode()
    for words in (
        *("Part 2 of the thread", "And then the sails.", "The network refused this part."),
        *("The first comment", "Ask us anything."),
    ):
        assert words in body, words
    assert path(world, second, "resending/") in body
    assert path(world, comment, "resending/") not in body
    body = page.get(path(world, second)).content.decode()
    assert path(world, root) in body and "And then the sails." in body
    assert "Change it first" not in body


def test_a_part_is_sent_again_alone(world: World, page: Client) -> None:
    root, second, _ = with_parts(world)
    page.post(path(world, second, "resending/"))
    assert fresh(world, second).state == DeliveryState.SCHEDULED
    assert fresh(world, root).state == DeliveryState.PUBLISHED
