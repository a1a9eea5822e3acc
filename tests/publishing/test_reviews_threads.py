"""Two people who sign at the same moment, on committed rows and real connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic
from organizations.models import User
from publishing.models import Approval, Delivery, PendingPost, PendingStatus, SignOff
from publishing.services.pending_posts import edit_post
from publishing.services.reviews import put_forward, sign_off
from tests import make_reviews
from tests.kernel.crowd import together
from tests.make_reviews import step
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def waiting(world: World, *steps: Any) -> PendingPost:
    with org_atomic(world.id):
        make_reviews.workflow(world.brand, *steps)
        post = make_reviews.written_post(world.brand, world.account, world.editor)
        return put_forward(post=post, by=world.editor)


def signer(world: World, post: PendingPost, by: User) -> Callable[[], Any]:
    def sign() -> PendingPost:
        with org_atomic(world.id):
            return sign_off(post=post, answer="approved", by=by)

    return sign


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    results = together(acts)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, DomainError):
            raise result
    return results


def test_two_approvers_at_once_make_one_transition_each(world: World) -> None:
    post = waiting(world, step("Text"), step("Legal"))
    at_once(signer(world, post, world.owner), signer(world, post, world.admin))
    with org_atomic(world.id):
        assert PendingPost.objects.get(pk=post.pk).step == 1
        assert list(SignOff.objects.values_list("step", flat=True)) == [0]
        assert not Approval.objects.filter(pending_post=post).exists()


def test_the_last_two_of_a_step_of_all_approve_once(world: World) -> None:
    post = waiting(world, step("Legal", world.owner, world.admin, every=True))
    at_once(signer(world, post, world.owner), signer(world, post, world.admin))
    with org_atomic(world.id):
        assert PendingPost.objects.get(pk=post.pk).status == PendingStatus.APPROVED
        assert Approval.objects.filter(pending_post=post).count() == 1
        assert Delivery.objects.filter(pending_post=post).count() == 1


def test_a_yes_and_an_edit_take_turns(world: World) -> None:
    post = waiting(world, step("Legal", world.owner))

    def edit() -> PendingPost:
        with org_atomic(world.id):
            return edit_post(
                post=post, content="Other words.", hashtags=[], link="", by=world.editor
            )

    at_once(signer(world, post, world.owner), edit)
    with org_atomic(world.id):
        row = PendingPost.objects.get(pk=post.pk)
        living = Approval.objects.filter(pending_post=post, voided_at=None)
        assert row.content == "Other words."
        # Either the yes came first and the edit voided it, or it came after and covers the new.
        assert living.exists() == (row.status == PendingStatus.APPROVED)
