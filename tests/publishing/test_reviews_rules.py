"""Whatever happens in whatever order: nothing is approved that not everybody signed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic
from organizations.models import Membership, Notification, Role
from publishing.models import Approval, PendingPost, PendingStatus, SignOff
from publishing.services.approvals import content_hash, living_approval
from publishing.services.pending_posts import (
    edit_post,
    expire_posts,
    reopen_post,
    reschedule_post,
    withdraw_approval,
)
from publishing.services.reminders import remind_posts
from publishing.services.reviewers import Team, standing_of
from publishing.services.reviews import put_forward, sign_off
from publishing.services.workflows import Step
from tests import make_reviews
from tests.make_reviews import client_step, step
from tests.world import World

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), org_atomic(world.id):
        yield


class _Undo(Exception):
    pass


ACTS = st.lists(
    st.sampled_from(
        [
            *("editor_yes", "owner_yes", "client_yes", "admin_yes", "changes", "edit"),
            *("withdraw", "expire", "reopen", "move_far", "leave", "back", "reject"),
        ]
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(acts=ACTS)
@example(["editor_yes", "owner_yes", "client_yes", "move_far", "owner_yes"])
@example(["editor_yes", "owner_yes", "leave", "client_yes", "admin_yes", "back", "edit"])
@example(["editor_yes", "owner_yes", "edit", "client_yes", "editor_yes", "client_yes"])
@example(["owner_yes", "changes", "editor_yes", "owner_yes", "client_yes", "withdraw"])
def test_no_approval_stands_for_words_that_not_everybody_signed(
    world: World, acts: list[str]
) -> None:
    with suppress(_Undo), transaction.atomic():
        _play(world, acts)
        raise _Undo


def _play(world: World, acts: list[str]) -> None:
    make_reviews.workflow(
        world.brand, step("Text", world.editor, world.owner, every=True), client_step()
    )
    link = make_reviews.review_link(world.brand)
    post = make_reviews.written_post(world.brand, world.account, world.editor)
    post = put_forward(post=post, by=world.editor)
    words = 0
    for act in acts:
        row = PendingPost.objects.select_related("brand", "account").get(pk=post.pk)
        with suppress(DomainError), transaction.atomic():
            if act.endswith("_yes") and act != "client_yes":
                sign_off(post=row, answer="approved", by=getattr(world, act.removesuffix("_yes")))
            elif act == "client_yes":
                sign_off(post=row, answer="approved", link=link)
            elif act == "changes":
                sign_off(post=row, answer="changes", by=world.owner, comment="Softer.")
            elif act == "edit":
                words += 1
                edit_post(
                    post=row, content=f"Words {words}.", hashtags=[], link="", by=world.editor
                )
            elif act == "withdraw":
                withdraw_approval(post=row, by=world.owner)
            elif act == "expire":
                PendingPost.objects.waiting().filter(pk=row.pk).update(status=PendingStatus.EXPIRED)
            elif act == "reopen":
                reopen_post(post=row, by=world.editor)
            elif act == "move_far":
                reschedule_post(post=row, moment=NOW + timedelta(days=60), by=world.editor)
            elif act == "leave":
                Membership.objects.filter(user=world.owner).update(role=Role.ADMIN)
                Membership.objects.filter(user=world.editor).update(role=Role.VIEWER)
            elif act == "back":
                Membership.objects.filter(user=world.editor).update(role=Role.MEMBER)
            elif act == "reject":
                sign_off(post=row, answer="rejected", by=world.owner, comment="No.")
        _holds(world, post)


def _holds(world: World, post: PendingPost) -> None:
    row = PendingPost.objects.select_related("brand", "account").get(pk=post.pk)
    approval = living_approval(row)
    is_approved = row.status == PendingStatus.APPROVED
    assert is_approved == (approval is not None)
    assert Approval.objects.filter(pending_post=row, voided_at=None).count() <= 1
    if approval is None:
        return
    given_ = SignOff.objects.filter(
        pending_post=row, voided_at=None, answer="approved", content_hash=content_hash(row)
    )
    who = {each.user_id for each in given_}
    # The client signed, and both who are named, or an admin in the place of one who could not.
    assert given_.filter(user=None).exclude(link=None).exists()
    assert world.owner.pk in who or world.admin.pk in who
    assert world.editor.pk in who or {world.owner.pk, world.admin.pk} & who
    assert approval.valid_until is not None and row.scheduled_for <= approval.valid_until


IDS = [f"0198c000-0000-7000-8000-00000000000{each}" for each in range(5)]


@given(
    named=st.sets(st.sampled_from(IDS), max_size=4),
    able=st.sets(st.sampled_from(IDS)),
    admins=st.sets(st.sampled_from(IDS)),
    signers=st.sets(st.sampled_from(IDS)),
    authors=st.sets(st.sampled_from(IDS), max_size=2),
    every=st.booleans(),
    lets=st.booleans(),
)
def test_a_step_is_done_only_by_people_whose_word_counts(
    named: set[str],
    able: set[str],
    admins: set[str],
    signers: set[str],
    authors: set[str],
    every: bool,
    lets: bool,
) -> None:
    ids = {each: UUID(each) for each in IDS}

    def some(names: Iterable[str]) -> frozenset[UUID]:
        return frozenset(ids[each] for each in names)

    asked = Step(
        "Legal",
        rule="all" if every else "any",
        approvers=tuple(sorted(some(named))),
        lets_author=lets,
    )
    given_ = [SignOff(step=0, user_id=ids[each], answer="approved") for each in sorted(signers)]
    team = Team(some(able), some(admins & able))
    found = standing_of(asked, 0, given_, team, some(authors))
    counted = some(signers & able) - (frozenset() if lets else some(authors))
    if found.is_done:
        assert counted
        if named:
            assert counted & (some(named) | team.admins)
    if named and every and found.is_done and not found.gone:
        assert some(named) <= counted
    if named and not found.is_done and found.gone:
        assert not counted & team.admins or found.missing


def expiring(world: World, *steps: Step, hours: int = 3) -> PendingPost:
    make_reviews.workflow(world.brand, *steps, reminder_hours=6)
    post = make_reviews.written_post(world.brand, world.account, world.owner)
    post = put_forward(post=post, by=world.owner)
    PendingPost.objects.filter(pk=post.pk).update(expires_at=NOW + hours * HOUR)
    return post


def told(world: World) -> set[str]:
    rows = Notification.objects.filter(kind="approval_waiting", body__contains="It expires")
    return {each.user.email for each in rows.select_related("user")}


def test_those_who_are_asked_are_reminded_once_a_step(world: World) -> None:
    expiring(world, step("Legal", world.editor), step("Head", world.admin))
    assert (remind_posts(NOW), remind_posts(NOW)) == (1, 0)
    assert told(world) == {world.editor.email}


def test_the_next_step_is_reminded_too(world: World) -> None:
    post = expiring(world, step("Legal", world.editor), step("Head", world.admin))
    remind_posts(NOW)
    post.refresh_from_db()
    sign_off(post=post, answer="approved", by=world.editor)
    PendingPost.objects.filter(pk=post.pk).update(expires_at=NOW + HOUR)
    assert remind_posts(NOW) == 1
    assert told(world) == {world.editor.email, world.admin.email}


@pytest.mark.parametrize("hours", [7, -1])
def test_nobody_is_reminded_too_early_or_too_late(world: World, hours: int) -> None:
    expiring(world, step("Legal", world.editor), hours=hours)
    assert remind_posts(NOW) == 0


def test_a_client_with_a_link_is_reminded_by_mail(
    world: World, django_capture_on_commit_callbacks: object
) -> None:
    expiring(world, client_step())
    make_reviews.review_link(world.brand, client_email="klara@client.example")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert remind_posts(NOW) == 1
    assert [(each.to, each.subject) for each in mail.outbox] == [
        (["klara@client.example"], f"1 post for {world.brand.name} waits for your answer")
    ]


def test_a_post_expires_at_any_step_and_begins_anew(world: World) -> None:
    post = expiring(world, step("Legal", world.editor), step("Head", world.admin), hours=1)
    post.refresh_from_db()
    sign_off(post=post, answer="approved", by=world.editor)
    PendingPost.objects.filter(pk=post.pk).update(expires_at=NOW)
    assert expire_posts(NOW) == 1
    post.refresh_from_db()
    assert reopen_post(post=post, by=world.editor).step == 0
    assert not SignOff.objects.filter(pending_post=post, voided_at=None).exists()
