"""Writing by hand: from a material to a post that waits for a choice."""

from __future__ import annotations

import pytest
from django.test import Client

from billing.models import CreditTransaction, Subscription
from config.kernel.scoping import org_atomic
from publishing.models import BrandAccountLink, PendingPost, PendingStatus
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def test_three_variations_are_written_and_wait_for_a_choice(world: World, page: Client) -> None:
    with org_atomic(world.id):
        source = make.material(world.brand)
    body = page.get(f"{world.path}/writing/").content.decode()
    assert source.name in body and world.account.name.replace("&", "&amp;") in body
    answer = page.post(
        f"{world.path}/writing/",
        {"material": str(source.pk), "platforms": ["feed"], "instruction": "Name the workshop."},
        follow=True,
    )
    with org_atomic(world.id):
        post = PendingPost.objects.get()
        assert post.status == PendingStatus.PENDING
        assert post.generation.candidates.count() == 3
        assert CreditTransaction.objects.filter(action="generate").count() == 1
    assert answer.redirect_chain[-1][0] == f"{world.path}/approvals/{post.pk}/"
    assert "Three variations are written" in answer.content.decode()


def test_without_credits_it_says_so_and_keeps_what_was_typed(world: World, page: Client) -> None:
    with org_atomic(world.id):
        source = make.material(world.brand)
        Subscription.objects.update(credits_total=0)
    answer = page.post(
        f"{world.path}/writing/",
        {"material": str(source.pk), "platforms": ["feed"], "instruction": "For regulars."},
    )
    assert answer.status_code == 422
    assert "credit" in answer.content.decode() and "For regulars." in answer.content.decode()


def test_no_channel_is_refused(world: World, page: Client) -> None:
    with org_atomic(world.id):
        source = make.material(world.brand)
    answer = page.post(f"{world.path}/writing/", {"material": str(source.pk)})
    assert answer.status_code == 422
    assert "Choose at least one channel." in answer.content.decode()


def test_what_is_missing_is_offered_first(world: World, page: Client) -> None:
    assert "has no ready material" in page.get(f"{world.path}/writing/").content.decode()
    with org_atomic(world.id):
        make.material(world.brand)
        BrandAccountLink.objects.all().delete()
    assert "has no channel" in page.get(f"{world.path}/writing/").content.decode()
