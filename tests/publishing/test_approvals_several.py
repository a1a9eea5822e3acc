"""Several posts decided at once, and how approvals go in figures."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.models import PendingPost, PendingStatus
from publishing.selectors.approvals_figures import approval_figures
from publishing.services.pending_posts import approve_post, auto_approve_post, reject_post
from publishing.services.reviews import put_forward
from tests import make, make_reviews
from tests.make_reviews import step
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def waiting(world: World, count: int = 2, **fields: Any) -> list[PendingPost]:
    with org_atomic(world.id):
        return [
            put_forward(
                post=make_reviews.written_post(world.brand, world.account, world.editor, **fields),
                by=world.editor,
            )
            for _ in range(count)
        ]


def words(posts: list[PendingPost]) -> list[str]:
    return [f"{post.pk}:{post.step}" for post in posts]


def statuses(world: World) -> list[str]:
    with org_atomic(world.id):
        return sorted(PendingPost.objects.values_list("status", flat=True))


def decided(world: World, page: Client, posts: list[PendingPost]) -> str:
    sent = {"answer": "approved", "post": words(posts)}
    return page.post(path(world), sent, follow=True).content.decode()


def path(world: World, verb: str = "") -> str:
    return f"{world.path}/approvals/several/{verb}"


def test_several_are_approved_and_taken_back(world: World, page: Client) -> None:
    posts = waiting(world, 3)
    answer = decided(world, page, posts[:2])
    assert "2 posts signed" in answer
    assert statuses(world) == ["approved", "approved", "pending"]
    page.post(path(world, "withdrawal/"), {"post": [str(post.pk) for post in posts[:2]]})
    assert statuses(world) == ["pending"] * 3


def test_one_that_cannot_be_says_why_and_stops_no_other(world: World, page: Client) -> None:
    posts = waiting(world, 2)
    with org_atomic(world.id):
        PendingPost.objects.filter(pk=posts[0].pk).update(content="x" * 5_001)
    shown = decided(world, page, posts)
    assert "1 post signed" in shown
    assert "shorten it by 1" in shown


def test_a_reload_decides_nothing_again_and_the_result_is_said_once(
    world: World, page: Client
) -> None:
    posts = waiting(world, 3)
    with org_atomic(world.id):
        PendingPost.objects.filter(pk=posts[0].pk).update(content="x" * 5_001)
    address = f"{path(world)}?brand={world.brand.pk}"
    answer = page.post(address, {"answer": "approved", "post": words(posts[:2])})
    assert (answer.status_code, answer["Location"]) == (302, address)
    shown = page.get(address).content.decode()
    assert "1 post signed" in shown and "1 could not be" in shown and "shorten it by 1" in shown
    assert f'name="post" value="{posts[1].pk}"' in shown
    again = page.get(address)
    assert again.status_code == 200 and "post signed" not in again.content.decode()
    assert statuses(world) == ["approved", "pending", "pending"]


def test_words_that_changed_meanwhile_are_not_approved_in_bulk(world: World, page: Client) -> None:
    [post] = waiting(world, 1)
    [shown] = re.findall(r'name="post" value="([^"]+)"', page.get(path(world)).content.decode())
    with org_atomic(world.id):
        PendingPost.objects.filter(pk=post.pk).update(content="Something else.")
    answer = page.post(path(world), {"answer": "approved", "post": [shown]}, follow=True)
    said = answer.content.decode()
    assert "The post was changed while you were looking." in said and "No post was signed" in said
    assert statuses(world) == ["pending"]


def test_what_was_ticked_and_typed_stays_when_it_is_refused(world: World, page: Client) -> None:
    waiting(world, 2)
    boxes = re.findall(r'name="post" value="([^"]+)"', page.get(path(world)).content.decode())
    shown = page.post(path(world), {"answer": "rejected", "post": boxes[:1]}).content.decode()
    assert f'value="{boxes[0]}" checked' in shown and f'value="{boxes[1]}" aria' in shown
    shown = page.post(path(world), {"comment": "Too loud.", "post": boxes}).content.decode()
    assert ">Too loud.</textarea>" in shown and shown.count(" checked") == 2


def test_the_list_says_what_more_there_is_and_what_leaves_at_once(
    world: World, page: Client
) -> None:
    picture = {"reference": "x/y.png", "content_type": "image/png", "alt": "A mast"}
    waiting(world, 1, media=[picture], thread=["And more."])
    with org_atomic(world.id):
        PendingPost.objects.update(scheduled_for=now() - timedelta(hours=1))
    shown = page.get(path(world)).content.decode()
    assert "and 1 more part, with 1 picture or video" in shown
    assert "At once, as its time has passed" in shown


def test_a_former_step_is_not_signed_in_bulk(world: World, page: Client) -> None:
    with org_atomic(world.id):
        make_reviews.workflow(world.brand, step("One"), step("Two"))
    posts = waiting(world, 1)
    with org_atomic(world.id):
        approve_post(post=posts[0], by=world.owner)
    sent = {"answer": "approved", "post": [f"{posts[0].pk}:0"]}
    answer = page.post(path(world), sent, follow=True)
    assert "Somebody signed this step" in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"answer": "approved"}, "Choose at least one"),
        ({"answer": "rejected"}, "Choose at least one"),
        ({"answer": "publish"}, "Press one of the buttons"),
        ({}, "Press one of the buttons"),
    ],
)
def test_what_makes_no_sense_decides_nothing(
    world: World, page: Client, sent: dict[str, str], says: str
) -> None:
    waiting(world, 1)
    answer = page.post(path(world), sent)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_changes_and_rejections_need_a_word(world: World, page: Client) -> None:
    posts = waiting(world, 2)
    for given in ("changes", "rejected"):
        answer = page.post(path(world), {"answer": given, "post": words(posts)})
        assert answer.status_code == 422
    page.post(path(world), {"answer": "rejected", "post": words(posts), "comment": "Too loud."})
    assert statuses(world) == ["rejected", "rejected"]


def test_the_page_asks_few_queries(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    waiting(world, 22)
    page.get(path(world))
    with django_assert_max_num_queries(12):
        answer = page.get(path(world))
    assert len(answer.content) < 100_000


def test_figures_count_how_posts_ended_and_how_long_it_took(world: World, page: Client) -> None:
    with org_atomic(world.id):
        posts = [make.pending_post(world.brand, world.account) for _ in range(4)]
        PendingPost.objects.update(created_at=now() - timedelta(hours=2))
        approve_post(post=posts[0], by=world.editor)
        reject_post(post=posts[1], reason="No.", by=world.editor)
        PendingPost.objects.filter(pk=posts[2].pk).update(status=PendingStatus.EXPIRED)
        policy = make.pending_post(world.brand, world.account, status=PendingStatus.DRAFT)
        auto_approve_post(post=policy, policy="The brand.")
        figures = approval_figures(days=30)
    shares = {each.label: (each.count, each.of) for each in figures.rates}
    assert figures.asked == 4
    assert figures.hours == "2 h 0 min"
    assert (shares["Approved"], shares["Expired"]) == ((1, 3), (1, 3))
    assert [(each.label, each.count) for each in figures.chosen] == [("A", 1)]
    assert "33.3" in page.get(f"{world.path}/approvals/figures/").content.decode()


def test_without_posts_the_figures_say_so(world: World, page: Client) -> None:
    shown = page.get(f"{world.path}/approvals/figures/?days=90").content.decode()
    assert "Nothing to count yet" in shown
