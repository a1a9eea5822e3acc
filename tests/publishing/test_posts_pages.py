"""What is out: the list with its filters, and one post with numbers and story."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from analytics.models import EngagementSnapshot
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import Angle
from publishing.models import (
    Decision,
    DeliveryAttempt,
    DeliveryState,
    Post,
    PostStatus,
    TrackedLink,
)
from tests import make
from tests.make_library import tracked_link
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.viewer)
    return client


def published(world: World, **fields: Any) -> Post:
    with org_atomic(world.id):
        return make.post(world.brand, world.account, **fields)


def measured(post: Post, *, views: int, age: str = "1h") -> None:
    EngagementSnapshot.objects.create(
        post=post, age=age, age_seconds=3600, impressions=views, likes=3, engagement_rate=1.5
    )


def test_the_list_is_newest_first_and_asks_few_queries(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        published(world, content=f"Post {number}.", published_at=now() - timedelta(hours=number))
    # The first visit of a session also writes down where the person is.
    page.get(f"{world.path}/posts/")
    with django_assert_max_num_queries(12):
        answer = page.get(f"{world.path}/posts/")
    body = answer.content.decode()
    assert len(answer.content) < 100_000
    assert body.index("Post 0.") < body.index("Post 24.")
    assert "Post 25." not in body and "Older" in body


def test_the_next_page_follows_by_its_cursor_with_the_filters(world: World, page: Client) -> None:
    for number in range(30):
        published(world, content=f"Post {number}.", published_at=now() - timedelta(hours=number))
    first = page.get(f"{world.path}/posts/?angle=user_benefit")
    cursor = first.context["page"].next_cursor
    body = page.get(f"{world.path}/posts/", {"angle": "user_benefit", "cursor": cursor})
    assert "Post 25." in body.content.decode() and "Post 24." not in body.content.decode()
    assert "angle=user_benefit" in first.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("platform=feed", True),
        ("platform=elsewhere", False),
        ("angle=storytelling", True),
        ("angle=promotional", False),
        ("angle=nonsense", True),
        ("state=deleted", False),
        ("q=varnish", True),
        ("q=zebra", False),
        ("brand=not-an-id", True),
    ],
)
def test_filters_are_addresses(world: World, page: Client, query: str, found: bool) -> None:
    published(world, content="Seven coats of varnish.", angle=Angle.STORYTELLING)
    body = page.get(f"{world.path}/posts/?{query}").content.decode()
    assert ("Seven coats of varnish." in body) is found
    assert ("Nothing matches" in body) is not found


def test_a_filter_in_place_gets_only_the_list(world: World, page: Client) -> None:
    published(world)
    answer = page.get(f"{world.path}/posts/?platform=feed", headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<div id="posts"')


def test_a_post_tells_its_numbers_beside_what_is_usual(world: World, page: Client) -> None:
    post = published(world, impressions=120, clicks=9)
    with org_atomic(world.id):
        measured(post, views=120)
        for views in (40, 50, 60):
            measured(make.post(world.brand, world.account), views=views)
    body = page.get(f"{world.path}/posts/{post.pk}/").content.decode()
    assert "This post" in body and "Usual for the brand here" in body
    assert "Views by age of the post" in body
    assert "mean of up to 3 other posts" in body


def test_too_few_posts_are_not_called_usual(world: World, page: Client) -> None:
    post = published(world)
    with org_atomic(world.id):
        measured(post, views=120)
    body = page.get(f"{world.path}/posts/{post.pk}/").content.decode()
    assert "Not enough measured posts" in body
    assert "Usual for the brand here" not in body


def test_a_post_tells_its_whole_story_in_order(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)
        make.approval(pending, "0" * 64, approver=world.editor)
        delivery = make.delivery(pending, state=DeliveryState.PUBLISHED)
        Decision.objects.create(
            pending_post=pending, kind="angle", summary="Angle: benefit", reason="Odds 42 %."
        )
        DeliveryAttempt.objects.create(
            delivery=delivery,
            number=1,
            outcome=DeliveryAttempt.Outcome.AMBIGUOUS,
            message="It did not say.",
            evidence={"status": 502, "worker": "host:1"},
        )
    post = published(
        world, pending_post=pending, delivery=delivery, published_at=now() + timedelta(minutes=1)
    )
    page.get(f"{world.path}/posts/{post.pk}/")
    with django_assert_max_num_queries(16):
        body = page.get(f"{world.path}/posts/{post.pk}/").content.decode()
    order = ["Approved by Member", "Angle: benefit", "without a clear answer", "Out on"]
    places = [body.index(words) for words in order]
    assert places == sorted(places)
    assert "502" in body and "host:1" not in body


def test_a_post_that_its_network_lost_says_so(world: World, page: Client) -> None:
    post = published(world, status=PostStatus.DELETED)
    assert "no longer has this post" in page.get(f"{world.path}/posts/{post.pk}/").content.decode()


def test_a_post_that_a_person_wrote_names_them_and_counts_its_short_links(
    world: World, page: Client
) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account, author=world.editor, angle="")
        own = tracked_link(world.brand, post=pending)
        TrackedLink.objects.filter(pk=own.pk).update(clicks_count=3, visitors_count=2)
        other = tracked_link(world.brand)
        TrackedLink.objects.filter(pk=other.pk).update(clicks_count=40)
    post = published(world, pending_post=pending, angle="", model_used="")
    body = page.get(f"{world.path}/posts/{post.pk}/").content.decode()
    assert "3 clicks by 2 visitors" in body and "a language model" not in body
    assert world.editor.name in body and "Why this angle" not in body


def test_a_search_says_how_far_back_it_looks(world: World, page: Client) -> None:
    published(world)
    found = page.get(f"{world.path}/posts/?q=masts").content.decode()
    assert "looked for in the newest 10,000 posts" in found
    assert "looked for in the newest" not in page.get(f"{world.path}/posts/").content.decode()
    nothing = page.get(f"{world.path}/posts/?q=nowhere").content.decode()
    assert "words are looked for in the newest 10,000 posts" in nothing
