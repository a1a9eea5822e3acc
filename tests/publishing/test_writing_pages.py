"""Writing by hand: from a material, over the worker, to a post that waits for a choice."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from billing.models import CreditTransaction, Subscription
from config.kernel.scoping import org_atomic
from content.models import Candidate
from publishing.autopilot import sweep
from publishing.models import (
    AutopilotRun,
    BrandAccountLink,
    PendingPost,
    PendingStatus,
    RunStatus,
)
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


HTMX = {"HX-Request": "true"}


def ask(world: World, page: Client, **fields: Any) -> AutopilotRun:
    """Send the form; answers with the run that it queued."""
    with org_atomic(world.id):
        source = make.material(world.brand)
    values = {"material": str(source.pk), "platforms": ["feed"], "instruction": "", **fields}
    answer = page.post(f"{world.path}/writing/", values)
    with org_atomic(world.id):
        run = AutopilotRun.objects.latest("created_at")
        # Nothing is written in the request: that is the worker's.
        assert not Candidate.objects.exists() and not CreditTransaction.objects.filter(amount__lt=0)
    assert (answer.status_code, answer["Location"]) == (303, f"{world.path}/runs/{run.pk}/")
    return run


def test_three_variations_are_written_by_the_worker_and_wait_for_a_choice(
    world: World, page: Client
) -> None:
    run = ask(world, page, instruction="Name the workshop.")
    followed = f"{world.path}/runs/{run.pk}/"
    body = page.get(followed).content.decode()
    assert 'data-behavior="poll"' in body and "Waiting for the worker" in body
    assert "Name the workshop." in body and "step 1 of 6" in body
    assert sweep.sweep_runs() == 1
    with org_atomic(world.id):
        post = PendingPost.objects.get()
        assert post.status == PendingStatus.PENDING
        assert post.generation.candidates.count() == 3
        assert CreditTransaction.objects.filter(action="generate").count() == 1
    led = page.get(followed, headers=HTMX)
    assert led["HX-Redirect"] == f"{world.path}/approvals/{post.pk}/"
    body = page.get(led["HX-Redirect"]).content.decode()
    assert "Three variations are written" in body and body.count('class="variation"') == 3
    body = page.get(followed).content.decode()
    assert "See the three texts" in body and "Let you choose" in body


def test_what_failed_says_why_and_is_asked_again_with_what_was_typed(
    world: World, page: Client
) -> None:
    run = ask(world, page, instruction="For regulars.")
    with org_atomic(world.id):
        AutopilotRun.objects.update(status=RunStatus.FAILED, outcome="The model was away.")
    body = page.get(f"{world.path}/runs/{run.pk}/").content.decode()
    assert "The model was away." in body and "Change what you asked" in body
    typed = page.get(f"{world.path}/writing/?brand={run.brand_id}&again={run.pk}")
    assert "For regulars." in typed.content.decode()
    answer = page.post(f"{world.path}/runs/{run.pk}/repetition/")
    with org_atomic(world.id):
        again = AutopilotRun.objects.latest("created_at")
    assert answer["Location"] == f"{world.path}/runs/{again.pk}/"
    assert (again.instruction, again.status) == ("For regulars.", RunStatus.QUEUED)


def test_sending_the_form_twice_asks_once(world: World, page: Client) -> None:
    run = ask(world, page)
    values = {"material": str(run.material_id), "platforms": ["feed"], "instruction": ""}
    assert page.post(f"{world.path}/writing/", values)["Location"].endswith(f"{run.pk}/")
    with org_atomic(world.id):
        assert AutopilotRun.objects.count() == 1


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
