"""A post on its way: every verb, and what it does to approval and delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from content.models import Angle, Candidate
from content.services.similarity import check_text
from organizations.models import AuditRecord
from publishing.models import (
    AccountStatus,
    Approval,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    SocialAccount,
)
from publishing.services.approvals import content_hash, living_approval
from publishing.services.pending_posts import (
    approve_post,
    auto_approve_post,
    create_pending_post,
    edit_post,
    expire_posts,
    reject_post,
    reopen_post,
    reschedule_post,
    select_variation,
    submit_post,
    withdraw_approval,
)
from publishing.services.reviews_bulk import approve_posts, reject_posts
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), org_atomic(world.id):
        yield


def waiting(world: World, **fields: Any) -> PendingPost:
    return make.pending_post(world.brand, world.account, **fields)


def approved(world: World, **fields: Any) -> PendingPost:
    fields.setdefault("scheduled_for", NOW + HOUR)
    return approve_post(post=waiting(world, **fields), by=world.editor)


def reloaded(post: PendingPost) -> PendingPost:
    return PendingPost.objects.get(pk=post.pk)


def delivery_of(post: PendingPost) -> Delivery:
    return Delivery.objects.filter(pending_post=post).latest("created_at", "id")


def edit(post: PendingPost, world: World, **fields: Any) -> PendingPost:
    words: dict[str, Any] = {"content": post.content, "hashtags": post.hashtags, "link": post.link}
    return edit_post(post=post, by=world.editor, **{**words, **fields})


def set_state(post: PendingPost, status: str) -> PendingPost:
    PendingPost.objects.filter(pk=post.pk).update(status=status)
    return reloaded(post)


def test_an_approval_covers_one_text_on_one_account_by_one_person(world: World) -> None:
    post = approved(world)
    approval = living_approval(post)
    assert approval is not None
    assert approval.approver == world.editor
    assert approval.account_id == world.account.pk
    assert approval.content_hash == content_hash(post)


def test_the_hash_changes_with_every_part_that_readers_see(world: World) -> None:
    post = waiting(world)
    seen = {content_hash(post)}
    for name, value in [
        ("content", "Other."),
        ("hashtags", ["boats"]),
        ("link", "https://harbour.example"),
        ("media", [{"reference": "a.png", "content_type": "image/png"}]),
    ]:
        setattr(post, name, value)
        seen.add(content_hash(post))
    assert len(seen) == 5


def test_an_approved_post_waits_in_the_ledger_for_its_time(world: World) -> None:
    post = approved(world, scheduled_for=NOW + HOUR)
    assert (post.status, post.expires_at) == (PendingStatus.APPROVED, None)
    assert delivery_of(post).due_at == NOW + HOUR


def test_a_post_whose_time_has_passed_is_published_at_once(world: World) -> None:
    post = approved(world, scheduled_for=NOW - HOUR)
    assert post.scheduled_for == NOW
    assert delivery_of(post).due_at == NOW


def test_nothing_is_approved_twice(world: World) -> None:
    post = waiting(world)
    approve_post(post=post, by=world.editor)
    with pytest.raises(Conflict):
        approve_post(post=post, by=world.editor)
    assert Approval.objects.filter(pending_post=post).count() == 1
    assert Delivery.objects.filter(pending_post=post).count() == 1


def test_an_expired_post_cannot_be_approved_even_before_the_sweep(world: World) -> None:
    post = waiting(world, expires_at=NOW)
    with pytest.raises(Conflict, match="expired"):
        approve_post(post=post, by=world.editor)


def test_a_post_that_does_not_fit_cannot_be_approved(world: World) -> None:
    post = waiting(world, content="x" * 5_001)
    with pytest.raises(Invalid, match="shorten it by 1"):
        approve_post(post=post, by=world.editor)
    assert reloaded(post).status == PendingStatus.PENDING


def test_an_account_that_cannot_be_used_stops_the_approval(world: World) -> None:
    post = waiting(world)
    SocialAccount.objects.update(status=AccountStatus.NEEDS_RECONNECT)
    with pytest.raises(Conflict, match="Connect it again"):
        approve_post(post=post, by=world.editor)


def test_a_policy_approves_a_draft_by_name(world: World) -> None:
    post = auto_approve_post(post=waiting(world, status=PendingStatus.DRAFT), policy="The brand.")
    approval = living_approval(post)
    assert post.status == PendingStatus.AUTO_APPROVED
    assert approval is not None
    assert (approval.approver, approval.policy) == (None, "The brand.")
    assert delivery_of(post).state == DeliveryState.SCHEDULED


def test_a_policy_cannot_approve_what_a_person_should_see(world: World) -> None:
    with pytest.raises(Conflict):
        auto_approve_post(post=waiting(world), policy="The brand.")


def test_a_created_post_carries_its_candidate_and_marks_it(world: World) -> None:
    generation = make.generation(world.brand, make.material(world.brand))
    first, second = (
        make.candidate(generation, label=label, is_selected=label == "A") for label in "AB"
    )
    post = create_pending_post(
        brand=world.brand,
        account=world.account,
        material=generation.material,
        candidate=second,
        scheduled_for=NOW,
    )
    assert (post.status, post.content, post.angle) == (
        PendingStatus.DRAFT,
        second.text,
        second.angle,
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_selected, second.is_selected) == (False, True)


def test_a_submitted_post_has_the_brands_time_to_be_decided_on(world: World) -> None:
    post = submit_post(post=waiting(world, status=PendingStatus.DRAFT), notes="A guard failed.")
    assert post.status == PendingStatus.PENDING
    assert post.expires_at == NOW + timedelta(hours=world.brand.approval_timeout_hours)
    assert reloaded(post).review_notes == "A guard failed."


def test_an_edit_is_kept_and_marked(world: World) -> None:
    post = edit(waiting(world), world, content=" New words. ", hashtags=["#Boats", "boats"])
    assert (post.content, post.hashtags, post.was_edited) == ("New words.", ["Boats"], True)
    assert reloaded(post).content == "New words."


def test_edited_words_are_what_later_checks_compare_with(
    world: World, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"
    from publishing.tasks import remember_post

    post = waiting(world)
    with django_capture_on_commit_callbacks() as soon:
        edit(post, world, content="Entirely other words.")
    assert len(soon) == 1
    remember_post(str(world.id), str(post.pk))
    assert check_text(text="Entirely other words.").is_duplicate


def test_an_edit_after_approval_voids_it_and_stops_the_delivery(world: World) -> None:
    post = edit(approved(world), world, content="New words.")
    assert post.status == PendingStatus.PENDING
    assert post.expires_at == NOW + timedelta(hours=24)
    approval = Approval.objects.get(pending_post=post)
    assert (approval.voided_at, approval.void_reason) == (NOW, "The text was changed.")
    assert delivery_of(post).state == DeliveryState.CANCELLED


def test_an_edited_post_can_be_approved_again(world: World) -> None:
    post = edit(approved(world), world, content="New words.")
    again = approve_post(post=post, by=world.owner)
    assert living_approval(again) is not None
    assert delivery_of(again).state == DeliveryState.SCHEDULED
    assert "New words." in str(delivery_of(again).payload)


def test_saving_without_a_change_voids_nothing(world: World) -> None:
    post = edit(approved(world), world)
    assert post.status == PendingStatus.APPROVED
    assert not post.was_edited


def test_an_edit_is_measured_by_the_channel(world: World) -> None:
    post = waiting(world)
    with pytest.raises(Invalid) as refused:
        edit(post, world, content="x" * 5_001)
    assert refused.value.field == "content"
    assert reloaded(post).content == post.content


@pytest.mark.parametrize("link", ["javascript:alert(1)", "harbour.example", "ftp://a.example"])
def test_only_web_links_are_taken(world: World, link: str) -> None:
    with pytest.raises(Invalid) as refused:
        edit(waiting(world), world, link=link)
    assert refused.value.field == "link"


@pytest.mark.parametrize("state", [DeliveryState.SENDING, DeliveryState.UNKNOWN])
def test_a_post_that_is_leaving_is_not_changed(world: World, state: str) -> None:
    post = approved(world)
    Delivery.objects.filter(pending_post=post).update(state=state)
    acts: list[Callable[[], Any]] = [
        lambda: edit(post, world, content="New words."),
        lambda: reject_post(post=post, reason="No", by=world.editor),
        lambda: withdraw_approval(post=post, by=world.editor),
        lambda: reschedule_post(post=post, moment=NOW + HOUR * 5, by=world.editor),
    ]
    for act in acts:
        with pytest.raises(Conflict):
            act()
    assert living_approval(reloaded(post)) is not None


@pytest.mark.parametrize(
    "status", [PendingStatus.PUBLISHING, PendingStatus.PUBLISHED, PendingStatus.REJECTED]
)
def test_what_is_over_is_not_edited(world: World, status: str) -> None:
    post = set_state(waiting(world), status)
    with pytest.raises(Conflict):
        edit(post, world, content="New words.")


def test_another_variation_takes_the_place_of_the_first(world: World) -> None:
    post = edit(waiting(world), world, content="Edited.")
    other = make.candidate(
        post.generation, label="B", text="The other text.", angle=Angle.STORYTELLING
    )
    post = select_variation(post=post, candidate=other, by=world.editor)
    assert (post.content, post.angle, post.was_edited) == (
        "The other text.",
        Angle.STORYTELLING,
        False,
    )
    assert Candidate.objects.get(pk=other.pk).is_selected


def test_choosing_a_variation_voids_the_approval(world: World) -> None:
    post = approved(world)
    other = make.candidate(post.generation, label="B", text="The other text.")
    post = select_variation(post=post, candidate=other, by=world.editor)
    assert post.status == PendingStatus.PENDING
    assert delivery_of(post).state == DeliveryState.CANCELLED


def test_a_text_of_another_post_is_no_variation(world: World) -> None:
    with pytest.raises(Conflict):
        select_variation(post=waiting(world), candidate=waiting(world).candidate, by=world.editor)


def test_a_rejected_post_keeps_its_reason_and_its_credits(world: World) -> None:
    post = reject_post(post=waiting(world), reason=" Too loud. ", by=world.editor)
    assert (post.status, post.rejection_reason) == (PendingStatus.REJECTED, "Too loud.")
    record = AuditRecord.objects.get(action="post.rejected", target_id=post.pk)
    assert (record.actor, record.reason) == (world.editor, "Too loud.")


def test_rejecting_an_approved_post_stops_it(world: World) -> None:
    post = reject_post(post=approved(world), reason="Second thoughts", by=world.editor)
    assert delivery_of(post).state == DeliveryState.CANCELLED
    assert living_approval(post) is None


def test_a_published_post_cannot_be_rejected(world: World) -> None:
    post = set_state(waiting(world), PendingStatus.PUBLISHED)
    with pytest.raises(Conflict):
        reject_post(post=post, reason="", by=world.editor)


def test_a_withdrawn_approval_asks_again(world: World) -> None:
    post = withdraw_approval(post=approved(world), by=world.editor)
    assert post.status == PendingStatus.PENDING
    assert delivery_of(post).state == DeliveryState.CANCELLED
    with pytest.raises(Conflict):
        withdraw_approval(post=post, by=world.editor)


def test_an_approved_post_moves_in_time_with_its_delivery(world: World) -> None:
    post = reschedule_post(post=approved(world), moment=NOW + HOUR * 5, by=world.editor)
    assert (post.status, post.scheduled_for) == (PendingStatus.APPROVED, NOW + HOUR * 5)
    assert delivery_of(post).due_at == NOW + HOUR * 5
    open_ones = Delivery.objects.filter(pending_post=post).exclude(state=DeliveryState.CANCELLED)
    assert open_ones.count() == 1
    assert living_approval(post) is not None


@pytest.mark.parametrize("ahead", [timedelta(0), -HOUR, timedelta(seconds=29)])
def test_a_post_moves_only_into_the_future(world: World, ahead: timedelta) -> None:
    with pytest.raises(Invalid) as refused:
        reschedule_post(post=waiting(world), moment=NOW + ahead, by=world.editor)
    assert refused.value.field == "scheduled_for"


def test_posts_expire_at_their_deadline_in_every_organization(world: World) -> None:
    late = waiting(world, expires_at=NOW - HOUR)
    fresh = waiting(world, expires_at=NOW + HOUR)
    with org_atomic(world.foreign.id):
        foreign = make.pending_post(
            world.foreign_brand, world.foreign_account, expires_at=NOW - HOUR
        )
    assert expire_posts() == 2
    assert reloaded(late).status == PendingStatus.EXPIRED
    assert reloaded(fresh).status == PendingStatus.PENDING
    with org_atomic(world.foreign.id):
        assert reloaded(foreign).status == PendingStatus.EXPIRED
    assert expire_posts() == 0


@pytest.mark.parametrize("status", [PendingStatus.EXPIRED, PendingStatus.FAILED])
def test_expired_and_failed_posts_can_be_opened_again(world: World, status: str) -> None:
    post = set_state(waiting(world, failure_reason="No", expires_at=NOW - HOUR), status)
    post = reopen_post(post=post, by=world.editor)
    assert (post.status, post.failure_reason) == (PendingStatus.PENDING, "")
    assert post.expires_at == NOW + timedelta(hours=24)
    assert approve_post(post=post, by=world.editor).status == PendingStatus.APPROVED


def test_only_expired_and_failed_posts_open_again(world: World) -> None:
    with pytest.raises(Conflict):
        reopen_post(post=waiting(world), by=world.editor)


def test_in_a_bulk_one_that_cannot_be_approved_stops_no_other(world: World) -> None:
    posts = [waiting(world), set_state(waiting(world), PendingStatus.REJECTED), waiting(world)]
    outcome = approve_posts(posts=posts, by=world.editor)
    assert [post.pk for post in outcome.done] == [posts[0].pk, posts[2].pk]
    ((refused, sentence),) = outcome.problems
    assert refused == posts[1]
    assert "rejected" in sentence
    assert len(reject_posts(posts=posts, reason="All", by=world.editor).done) == 2
