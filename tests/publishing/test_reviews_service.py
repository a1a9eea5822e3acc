"""Who must say yes before a post goes out, and what each yes covers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from config.kernel.errors import Conflict, Forbidden, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import Membership, Role, User
from publishing.models import (
    Approval,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    PortalLink,
    PostVersion,
    SignOff,
    Workflow,
)
from publishing.services.approvals import content_hash, living_approval
from publishing.services.pending_posts import (
    approve_post,
    edit_post,
    reopen_post,
    reschedule_post,
    select_variation,
    submit_post,
    withdraw_approval,
)
from publishing.services.reviewers import review_of
from publishing.services.reviews import (
    awaits_client,
    posts_for_client,
    put_forward,
    sign_off,
    steps_of,
)
from publishing.services.second_tries import send_again
from tests import make, make_reviews
from tests.make_reviews import client_step, step
from tests.world import World, person

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), org_atomic(world.id):
        yield


def draft(world: World, author: User | None = None, **fields: Any) -> PendingPost:
    return make_reviews.written_post(world.brand, world.account, author or world.editor, **fields)


def forward(world: World, **fields: Any) -> PendingPost:
    return put_forward(post=draft(world, **fields), by=world.editor)


def reloaded(post: PendingPost) -> PendingPost:
    return PendingPost.objects.get(pk=post.pk)


def yes(post: PendingPost, by: User, **fields: Any) -> PendingPost:
    return sign_off(post=reloaded(post), answer="approved", by=by, **fields)


def member(name: str, role: Role = Role.MEMBER) -> User:
    user = person(f"{name}@example.com")
    Membership.objects.create(user=user, role=role)
    return user


def client_yes(post: PendingPost, link: PortalLink, answer: str = "approved", **f: Any) -> Any:
    return sign_off(post=reloaded(post), answer=answer, link=link, **f)


def edit(post: PendingPost, by: User, content: str = "Other words.") -> PendingPost:
    return edit_post(post=reloaded(post), content=content, hashtags=[], link="", by=by)


def test_without_a_workflow_one_member_is_enough(world: World) -> None:
    assert [each.name for each in steps_of(world.brand)] == ["Approval"]
    post = yes(forward(world), world.editor)
    assert post.status == PendingStatus.APPROVED
    assert Delivery.objects.get(pending_post=post).state == DeliveryState.SCHEDULED


def test_a_post_put_forward_waits_with_the_steps_and_a_deadline(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), client_step())
    post = forward(world)
    assert (post.status, post.step) == (PendingStatus.PENDING, 0)
    assert [each["name"] for each in post.steps] == ["Text", "Client"]
    assert post.expires_at == NOW + timedelta(hours=24)


def test_only_a_draft_is_put_forward(world: World) -> None:
    with pytest.raises(Conflict):
        put_forward(post=forward(world), by=world.editor)


def test_where_nobody_is_asked_a_persons_words_are_approved_by_that_person(world: World) -> None:
    make_reviews.workflow(world.brand, mode=Workflow.Mode.NONE)
    post = forward(world)
    approval = living_approval(post)
    assert post.status == PendingStatus.APPROVED
    assert approval is not None
    assert approval.approver == world.editor


def test_where_nobody_is_asked_the_agents_words_still_wait(world: World) -> None:
    make_reviews.workflow(world.brand, mode=Workflow.Mode.NONE)
    written = make.pending_post(world.brand, world.account, status=PendingStatus.DRAFT)
    assert submit_post(post=written).status == PendingStatus.PENDING


def test_where_nobody_is_asked_an_edit_by_a_person_is_approved_by_them(world: World) -> None:
    make_reviews.workflow(world.brand, mode=Workflow.Mode.NONE)
    post = edit(forward(world), world.owner)
    approval = living_approval(post)
    assert post.status == PendingStatus.APPROVED
    assert approval is not None
    assert approval.approver == world.owner
    assert Approval.objects.filter(pending_post=post, voided_at=None).count() == 1


def test_steps_are_signed_one_after_the_other(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), step("Legal", world.owner))
    post = yes(forward(world), world.editor)
    assert (post.status, post.step) == (PendingStatus.PENDING, 1)
    assert living_approval(post) is None
    post = yes(post, world.owner)
    approval = living_approval(post)
    assert post.status == PendingStatus.APPROVED
    assert approval is not None
    assert approval.approver == world.owner


def test_a_step_of_all_waits_for_everybody_who_is_named(world: World) -> None:
    make_reviews.workflow(world.brand, step("Legal", world.editor, world.owner, every=True))
    post = yes(forward(world), world.editor)
    assert post.status == PendingStatus.PENDING
    assert yes(post, world.owner).status == PendingStatus.APPROVED


def test_a_step_of_any_is_done_by_one_of_them(world: World) -> None:
    make_reviews.workflow(world.brand, step("Legal", world.editor, world.owner))
    assert yes(forward(world), world.owner).status == PendingStatus.APPROVED


@pytest.mark.parametrize("who", ["admin", "viewer", "stranger"])
def test_whom_a_step_does_not_name_cannot_sign_it(world: World, who: str) -> None:
    make_reviews.workflow(world.brand, step("Legal", world.owner))
    post = forward(world)
    with pytest.raises(Forbidden):
        yes(post, getattr(world, who))
    assert not SignOff.objects.filter(pending_post=post).exists()


@pytest.mark.parametrize("who", ["viewer", "stranger"])
def test_where_nobody_is_named_only_who_may_write_signs(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        yes(forward(world), getattr(world, who))


def test_nothing_is_signed_without_a_name(world: World) -> None:
    with pytest.raises(Forbidden):
        sign_off(post=forward(world), answer="approved")


def test_authors_do_not_approve_their_own_words_where_that_is_so(world: World) -> None:
    make_reviews.workflow(world.brand, lets_author_approve=False)
    post = forward(world)
    with pytest.raises(Forbidden, match="somebody else"):
        yes(post, world.editor)
    assert yes(post, world.owner).status == PendingStatus.APPROVED


def test_whoever_changed_the_words_last_is_their_author_too(world: World) -> None:
    make_reviews.workflow(world.brand, lets_author_approve=False)
    post = edit(forward(world), world.owner)
    with pytest.raises(Forbidden, match="somebody else"):
        yes(post, world.owner)


def test_an_author_who_is_the_only_one_named_is_replaced_by_an_admin(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), lets_author_approve=False)
    post = forward(world)
    with pytest.raises(Forbidden):
        yes(post, world.editor)
    assert yes(post, world.admin).status == PendingStatus.APPROVED


def test_the_client_signs_by_their_link_and_is_named(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), client_step())
    post = yes(forward(world), world.editor)
    assert awaits_client(post)
    post = client_yes(post, make_reviews.review_link(world.brand))
    approval = living_approval(post)
    assert post.status == PendingStatus.APPROVED
    assert approval is not None
    assert (approval.client_name, approval.approver) == ("Klara", world.editor)
    assert approval.policy == ""


def test_a_client_alone_is_enough_where_only_the_client_is_asked(world: World) -> None:
    make_reviews.workflow(world.brand, client_step())
    post = client_yes(forward(world), make_reviews.review_link(world.brand), client_name="Ole")
    approval = living_approval(post)
    assert approval is not None
    assert (approval.client_name, approval.approver) == ("Ole", None)


def test_a_member_does_not_sign_for_the_client(world: World) -> None:
    make_reviews.workflow(world.brand, client_step())
    with pytest.raises(Forbidden, match="client"):
        yes(forward(world), world.owner)


def test_a_client_signs_nothing_that_does_not_wait_for_them(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), client_step())
    with pytest.raises(Conflict, match="does not wait for you"):
        client_yes(forward(world), make_reviews.review_link(world.brand))


def test_a_link_opens_only_what_it_was_made_for(world: World) -> None:
    make_reviews.workflow(world.brand, client_step())
    post, other = forward(world), forward(world)
    links = [
        make_reviews.review_link(world.brand, [other], token_digest="1" * 64),
        make_reviews.review_link(
            world.brand, purpose=PortalLink.Purpose.CALENDAR, token_digest="2" * 64
        ),
    ]
    for link in links:
        with pytest.raises(Forbidden):
            client_yes(post, link)


def test_what_waits_for_the_client_is_found(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), client_step())
    first, second, third = (forward(world) for _ in range(3))
    yes(first, world.editor)
    yes(second, world.editor)
    assert {each.pk for each in posts_for_client(world.brand)} == {first.pk, second.pk}
    assert [each.pk for each in posts_for_client(world.brand, [second.pk, third.pk])] == [second.pk]


def test_an_edit_voids_what_was_signed(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), step("Legal", world.owner))
    post = edit(yes(forward(world), world.editor), world.editor)
    assert (post.step, post.status) == (0, PendingStatus.PENDING)
    row = SignOff.objects.get(pending_post=post)
    assert (row.voided_at, row.void_reason) == (NOW, "The text was changed.")


def test_another_variation_voids_what_was_signed(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), step("Legal", world.owner))
    written = make.pending_post(world.brand, world.account, status=PendingStatus.DRAFT)
    post = yes(submit_post(post=written), world.editor)
    other = make.candidate(post.generation, label="B", text="The other text.")
    post = select_variation(post=post, candidate=other, by=world.editor)
    assert post.step == 0
    assert review_of(post).steps[0].is_done is False


def test_a_yes_covers_only_the_account_that_it_was_given_for(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), step("Legal", world.owner))
    post = yes(forward(world), world.editor)
    SignOff.objects.filter(pending_post=post).update(account_id=world.foreign_account.pk)
    assert review_of(post).open.number == 0  # type: ignore[union-attr]


def test_who_is_no_longer_in_the_team_at_the_end_has_not_signed(world: World) -> None:
    mira = member("mira")
    make_reviews.workflow(world.brand, step("Legal", mira), step("Head", world.owner))
    post = yes(forward(world), mira)
    Membership.objects.filter(user=mira).delete()
    with pytest.raises(Forbidden):
        yes(post, world.editor)
    # The first step is open again; for whoever is missing there, an admin signs.
    assert living_approval(yes(post, world.admin)) is None
    done = yes(post, world.owner)
    assert done.status == PendingStatus.APPROVED


def test_who_was_made_a_viewer_has_not_signed(world: World) -> None:
    mira = member("mira")
    make_reviews.workflow(world.brand, step("Any"), step("Head", world.owner))
    post = yes(forward(world), mira)
    Membership.objects.filter(user=mira).update(role=Role.VIEWER)
    post = yes(post, world.owner)
    assert post.status == PendingStatus.PENDING
    assert review_of(post).open.number == 1  # type: ignore[union-attr]
    assert yes(post, world.owner).status == PendingStatus.APPROVED


def test_a_step_says_who_is_missing_and_an_admin_takes_their_place(world: World) -> None:
    mira = member("mira")
    make_reviews.workflow(world.brand, step("Legal", mira, world.owner, every=True))
    post = yes(forward(world), world.owner)
    Membership.objects.filter(user=mira).delete()
    standing = review_of(post).steps[0]
    assert (list(standing.gone), list(standing.missing)) == ([mira.pk], [])
    with pytest.raises(Forbidden, match="an admin may sign"):
        yes(post, world.editor)
    assert yes(post, world.admin).status == PendingStatus.APPROVED


def test_an_owner_who_is_named_covers_for_those_who_are_gone(world: World) -> None:
    mira = member("mira")
    make_reviews.workflow(world.brand, step("Legal", mira, world.owner, every=True))
    post = forward(world)
    Membership.objects.filter(user=mira).delete()
    assert yes(post, world.owner).status == PendingStatus.APPROVED


def test_changes_go_back_to_the_author_and_void_what_was_signed(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), step("Legal", world.owner))
    post = yes(forward(world), world.editor)
    post = sign_off(post=post, answer="changes", by=world.owner, comment="Name the shipyard.")
    assert (post.status, post.step) == (PendingStatus.PENDING, 0)
    asked = SignOff.objects.get(pending_post=post, voided_at=None)
    assert (asked.answer, asked.comment, asked.step) == ("changes", "Name the shipyard.", 1)


def test_changes_without_a_word_are_refused(world: World) -> None:
    post = forward(world)
    with pytest.raises(Invalid) as refused:
        sign_off(post=post, answer="changes", by=world.owner, comment="  ")
    assert refused.value.field == "comment"


def test_a_client_asks_for_changes_and_rejects_by_their_link(world: World) -> None:
    make_reviews.workflow(world.brand, client_step())
    link = make_reviews.review_link(world.brand)
    post = client_yes(forward(world), link, "changes", comment="Softer, please.")
    assert post.status == PendingStatus.PENDING
    post = client_yes(edit(post, world.editor), link, "rejected", comment="Not at all.")
    assert (post.status, post.rejection_reason) == (PendingStatus.REJECTED, "Not at all.")


def test_a_stale_page_signs_nothing(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text"), step("Head"))
    post = forward(world)
    yes(post, world.editor)
    with pytest.raises(Conflict, match="signed this step"):
        sign_off(post=post, answer="approved", by=world.owner)
    seen = content_hash(post)
    edit(post, world.editor)
    with pytest.raises(Conflict, match="changed while"):
        yes(post, world.owner, seen=seen)


def test_an_approval_covers_the_planned_time_and_the_days_of_its_window(world: World) -> None:
    make_reviews.workflow(world.brand, window_days=3)
    post = yes(forward(world, scheduled_for=NOW + HOUR), world.editor)
    assert living_approval(post).valid_until == NOW + HOUR + timedelta(days=3)  # type: ignore[union-attr]


def test_without_a_workflow_the_window_is_a_week(world: World) -> None:
    post = yes(forward(world, scheduled_for=NOW - HOUR), world.editor)
    assert living_approval(post).valid_until == NOW + timedelta(days=7)  # type: ignore[union-attr]


def test_a_withdrawn_approval_starts_at_the_first_step_again(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), step("Legal", world.owner))
    post = yes(yes(forward(world), world.editor), world.owner)
    post = withdraw_approval(post=post, by=world.editor)
    assert (post.status, post.step) == (PendingStatus.PENDING, 0)
    assert not SignOff.objects.filter(pending_post=post, voided_at=None).exists()


def test_a_reopened_post_goes_through_the_steps_that_the_brand_has_now(world: World) -> None:
    post = forward(world)
    PendingPost.objects.filter(pk=post.pk).update(status=PendingStatus.EXPIRED)
    make_reviews.workflow(world.brand, step("Text"), step("Legal"))
    post = reopen_post(post=post, by=world.editor)
    assert [each["name"] for each in post.steps] == ["Text", "Legal"]


def test_posts_on_their_way_keep_the_steps_that_they_were_put_forward_under(world: World) -> None:
    post = forward(world)
    make_reviews.workflow(world.brand, step("Text"), step("Legal"))
    assert yes(post, world.editor).status == PendingStatus.APPROVED


def test_the_agents_post_keeps_to_the_workflow_too(world: World) -> None:
    make_reviews.workflow(world.brand, step("Legal", world.owner))
    post = submit_post(
        post=make.pending_post(world.brand, world.account, status=PendingStatus.DRAFT)
    )
    with pytest.raises(Forbidden):
        approve_post(post=post, by=world.editor)


def test_every_change_of_words_is_a_version(world: World) -> None:
    post = edit(forward(world), world.owner, "Second words.")
    edit(post, world.owner, "Second words.")
    rows = list(PostVersion.objects.filter(pending_post=post))
    assert [(row.number, row.author, row.words["content"]) for row in rows] == [
        (1, world.editor, "The mast of the Swallow is back on board."),
        (2, world.owner, "Second words."),
    ]


def test_a_post_moved_within_its_window_stays_approved(world: World) -> None:
    post = yes(forward(world, scheduled_for=NOW + HOUR), world.editor)
    moved = reschedule_post(post=post, moment=NOW + timedelta(days=7), by=world.editor)
    assert moved.status == PendingStatus.APPROVED


def test_a_post_moved_beyond_its_window_waits_again(world: World) -> None:
    post = yes(forward(world, scheduled_for=NOW + HOUR), world.editor)
    moved = reschedule_post(post=post, moment=NOW + timedelta(days=8), by=world.editor)
    assert moved.status == PendingStatus.PENDING
    assert living_approval(moved) is None
    assert Delivery.objects.get(pending_post=post).state == DeliveryState.CANCELLED


def failed(world: World, post: PendingPost) -> Delivery:
    PendingPost.objects.filter(pk=post.pk).update(status=PendingStatus.FAILED)
    Delivery.objects.filter(pending_post=post).update(state=DeliveryState.FAILED)
    return Delivery.objects.get(pending_post=post)


def test_a_failed_post_leaves_again_under_what_everybody_signed(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), client_step())
    link = make_reviews.review_link(world.brand)
    post = client_yes(yes(forward(world), world.editor), link)
    delivery = failed(world, post)
    until = living_approval(post).valid_until  # type: ignore[union-attr]
    send_again(delivery=delivery, by=world.owner)
    approval = living_approval(reloaded(post))
    assert reloaded(post).status == PendingStatus.APPROVED
    assert approval is not None
    assert (approval.approver, approval.client_name) == (world.owner, "Klara")
    assert approval.valid_until == until


def test_a_failed_post_beyond_its_window_is_asked_for_anew(world: World) -> None:
    make_reviews.workflow(world.brand, step("Text", world.editor), step("Head", world.owner))
    post = yes(yes(forward(world), world.editor), world.owner)
    delivery = failed(world, post)
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        send_again(delivery=delivery, by=world.editor)
        assert reloaded(post).status == PendingStatus.PENDING
        assert reloaded(post).step == 1
