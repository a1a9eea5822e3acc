"""A second look, shortly before it leaves, at what a policy let go hours ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.models import Delivery, DeliveryState, PendingPost, PendingStatus
from publishing.services.contracts import signed_contract
from publishing.services.pending_posts import auto_approve_post
from tests import make
from tests.world import World

from .deliveries import again, deliver

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=7)


@pytest.fixture
def post(world: World, settings: Any) -> Iterator[PendingPost]:
    settings.WARREN_DELIVERY_THREADS = 0
    with org_atomic(world.id):
        draft = make.pending_post(
            world.brand,
            world.account,
            status=PendingStatus.DRAFT,
            content="A seaworthy mast in twelve days.",
            scheduled_for=now() + LATER - timedelta(minutes=1),
        )
        contract = signed_contract(world.brand.pk)
        yield auto_approve_post(post=draft, policy="Policy 1", contract=contract)


def sent_later(post: PendingPost) -> Delivery:
    row = Delivery.objects.get(pending_post=post)
    with time_machine.travel(now() + LATER, tick=False):
        deliver(row)
    post.refresh_from_db()
    return again(row)


def test_what_still_holds_is_sent(post: PendingPost) -> None:
    assert sent_later(post).state == DeliveryState.PUBLISHED


def forbid(world: World, what: str, post: PendingPost) -> None:
    brand = world.brand
    if what == "word":
        rules = {**brand.language_rules, "words_to_avoid": ["seaworthy"]}
        type(brand).objects.filter(pk=brand.pk).update(language_rules=rules)
    elif what == "crisis":
        type(brand).objects.filter(pk=brand.pk).update(guard_rules={"crisis_words": ["mast"]})
    elif what == "said":
        make.post(brand, world.account, content=post.content)
    else:
        PendingPost.objects.filter(pk=post.pk).update(link="https://elsewhere.example/a")


@pytest.mark.parametrize("what", ["word", "crisis", "said"])
def test_what_was_forbidden_since_waits_for_a_person(
    world: World, post: PendingPost, what: str
) -> None:
    forbid(world, what, post)
    row = sent_later(post)
    assert row.state == DeliveryState.CANCELLED
    assert post.status == PendingStatus.PENDING
    assert post.review_notes.startswith("Looked at once more before it was sent.")


def test_what_a_person_let_go_is_not_looked_at_again(world: World, post: PendingPost) -> None:
    post.approvals.update(contract=None, approver=world.owner)
    forbid(world, "word", post)
    assert sent_later(post).state == DeliveryState.PUBLISHED
