"""The desk with steps, comments, versions: what each reader sees and may do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from config.kernel.scoping import org_atomic
from organizations.models import Notification
from publishing.models import PendingPost, PendingStatus, PostComment, PostVersion, SignOff
from publishing.services.comments import comment_on
from publishing.services.pending_posts import edit_post
from publishing.services.reviews import put_forward, sign_off
from tests import make_reviews
from tests.make_reviews import client_step, step
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def forward(world: World, *steps: Any, **fields: Any) -> PendingPost:
    with org_atomic(world.id):
        if steps:
            make_reviews.workflow(world.brand, *steps)
        post = make_reviews.written_post(world.brand, world.account, world.editor, **fields)
        return put_forward(post=post, by=world.editor)


def fresh(world: World, post: PendingPost) -> PendingPost:
    with org_atomic(world.id):
        return PendingPost.objects.get(pk=post.pk)


def path(world: World, post: PendingPost, verb: str = "") -> str:
    return f"{world.path}/approvals/{post.pk}/{verb}"


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_desk_says_at_which_step_a_post_waits_and_for_whom(world: World, page: Client) -> None:
    post = forward(world, step("Text", world.editor), step("Legal", world.owner), client_step())
    with org_atomic(world.id):
        sign_off(post=post, answer="approved", by=world.editor)
    shown = body(page.get(path(world, post)))
    assert "2 of 3: Legal, waiting for Owner" in shown
    assert f"{world.brand.name.replace('&', '&amp;')} · 2 of 3: Legal" in shown
    assert "Member signed" in shown
    assert "This step asks Owner." in shown
    assert "Approve and schedule" not in shown


def test_a_written_post_needs_no_text_of_the_agent(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    post = forward(world)
    page.get(f"{world.path}/approvals/")
    with django_assert_max_num_queries(12):
        shown = body(page.get(f"{world.path}/approvals/"))
    assert "The mast of the Swallow" in shown
    assert "Write anew" not in shown
    assert "Approve and schedule" in shown
    assert "Written by" in body(page.get(path(world, post)))


def test_steps_cost_the_desk_few_queries(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    post = forward(world, step("Text", world.editor), step("Legal", world.owner))
    with org_atomic(world.id):
        sign_off(post=post, answer="approved", by=world.editor)
    page.get(path(world, post))
    with django_assert_max_num_queries(12):
        page.get(path(world, post))


def test_signing_a_step_says_who_is_next(world: World, page: Client) -> None:
    post = forward(world, step("Text", world.editor), step("Legal", world.owner))
    assert "Approve this step" in body(page.get(path(world, post)))
    answer = page.post(path(world, post, "approval/"), follow=True)
    assert "Signed. Now it waits for “Legal”." in body(answer)
    assert fresh(world, post).step == 1


def test_a_page_of_former_words_signs_nothing(world: World, page: Client) -> None:
    post = forward(world)
    answer = page.post(path(world, post, "approval/"), {"seen": "0" * 64, "step": "0"})
    assert answer.status_code == 409
    assert "changed while you were looking" in body(answer)
    assert fresh(world, post).status == PendingStatus.PENDING


def test_a_page_of_a_former_step_signs_nothing(world: World, page: Client) -> None:
    post = forward(world, step("One"), step("Two"))
    with org_atomic(world.id):
        sign_off(post=post, answer="approved", by=world.owner)
    answer = page.post(path(world, post, "approval/"), {"step": "0"})
    assert answer.status_code == 409
    assert fresh(world, post).step == 1


def test_changes_are_asked_for_with_a_word_about_which(world: World, page: Client) -> None:
    post = forward(world)
    address = path(world, post, "changes/")
    assert "What should change?" in body(page.get(address))
    assert page.post(address, {"comment": " "}).status_code == 422
    page.post(address, {"comment": "Name the shipyard."})
    shown = body(page.get(path(world, post)))
    assert "Member asked for changes" in shown
    assert "Name the shipyard." in shown


def test_a_yes_can_be_taken_back_while_others_are_asked(world: World, page: Client) -> None:
    post = forward(world, step("Text", world.editor), step("Legal", world.owner))
    page.post(path(world, post, "approval/"))
    page.post(path(world, post, "withdrawal/"))
    assert fresh(world, post).step == 0
    with org_atomic(world.id):
        assert SignOff.objects.get(pending_post=post).void_reason == "Taken back."


def test_only_what_waits_for_me_is_listed_when_asked(world: World, page: Client) -> None:
    forward(world, step("Legal", world.owner), content="For the owner.")
    with org_atomic(world.id):
        post = make_reviews.written_post(world.brand, world.account, content="For anybody.")
        post.steps = [{"name": "Any", "kind": "internal", "rule": "any", "approvers": []}]
        post.status = PendingStatus.PENDING
        post.save()
    listed = body(page.get(f"{world.path}/approvals/?mine=1"))
    assert "For anybody." in listed
    assert "For the owner." not in listed


def test_a_comment_tells_whom_it_mentions(world: World, page: Client) -> None:
    post = forward(world)
    page.post(path(world, post, "comments/"), {"body": "Look here, @Owner."})
    with org_atomic(world.id):
        row = PostComment.objects.get(pending_post=post)
        assert (row.body, row.is_for_client) == ("Look here, @Owner.", False)
        assert row.mentions == [world.owner.pk]
        notice = Notification.objects.get(user=world.owner, kind="post_mention")
    assert notice.path.endswith("talk/")
    assert "Look here" in body(page.get(path(world, post, "talk/")))


def test_an_answer_stands_one_deep_and_is_seen_by_whom_the_question_is(
    world: World, page: Client
) -> None:
    post = forward(world)
    with org_atomic(world.id):
        top = comment_on(post=post, body="For you.", by=world.owner, is_for_client=True)
        middle = comment_on(post=post, body="Thanks.", by=world.owner, parent=top)
    page.post(path(world, post, "comments/"), {"body": "Gladly.", "parent": str(middle.pk)})
    with org_atomic(world.id):
        row = PostComment.objects.get(body="Gladly.")
        assert (row.parent_id, row.is_for_client) == (top.pk, True)


def test_an_answer_is_told_to_who_wrote_the_comment(world: World, page: Client) -> None:
    with org_atomic(world.id):
        post = make_reviews.written_post(world.brand, world.account, world.editor)
        post = put_forward(post=post, by=world.editor)
        asked = comment_on(post=post, body="Is it oak?", by=world.admin)
    address = f"{world.path}/approvals/{post.pk}/comments/"
    page.post(address, {"body": "It is.", "parent": str(asked.pk)})
    page.force_login(world.admin)
    assert "“It is.”" in page.get(f"{world.path}/notifications/").content.decode()
    with org_atomic(world.id):
        told = Notification.objects.filter(kind="post_mention")
        assert {row.user_id for row in told} == {world.admin.pk}


def test_only_ones_own_comment_is_changed_or_deleted(world: World, page: Client) -> None:
    post = forward(world)
    with org_atomic(world.id):
        mine = comment_on(post=post, body="Mine.", by=world.editor)
        other = comment_on(post=post, body="Other.", by=world.owner)
    page.post(path(world, post, f"comments/{mine.pk}/"), {"body": "Corrected."})
    assert page.post(path(world, post, f"comments/{other.pk}/"), {"body": "X"}).status_code == 422
    assert page.post(path(world, post, f"comments/{other.pk}/deletion/")).status_code == 403
    page.post(path(world, post, f"comments/{mine.pk}/deletion/"))
    with org_atomic(world.id):
        mine.refresh_from_db()
        assert (mine.body, mine.deleted_at is not None) == ("", True)


def test_two_versions_are_compared_and_an_old_one_comes_back(world: World, page: Client) -> None:
    post = forward(world)
    with org_atomic(world.id):
        edit_post(post=post, content="The mast is on board.", hashtags=[], link="", by=world.owner)
        first = PostVersion.objects.get(pending_post=post, number=1)
    shown = body(page.get(path(world, post, "versions/")))
    assert 'class="change change--removed"' in shown
    assert "of the Swallow" in shown
    page.post(path(world, post, f"versions/{first.pk}/restoration/"))
    assert fresh(world, post).content == "The mast of the Swallow is back on board."
    with org_atomic(world.id):
        last = PostVersion.objects.filter(pending_post=post).latest("number")
    assert (last.number, last.reason) == (3, "Version 1 was brought back.")


def test_the_talk_page_asks_few_queries(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    post = forward(world, step("Text", world.editor), step("Legal", world.owner))
    with org_atomic(world.id):
        sign_off(post=post, answer="approved", by=world.editor)
        for number in range(5):
            comment_on(post=post, body=f"Comment {number}", by=world.owner)
    page.get(path(world, post, "talk/"))
    with django_assert_max_num_queries(12):
        shown = body(page.get(path(world, post, "talk/")))
    assert "Who said what" in shown
    assert "Version 1" in shown
