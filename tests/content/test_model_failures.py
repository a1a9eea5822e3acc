"""A model that fails in every way it can, over real HTTP, while a team's work goes on."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pytest_httpserver import HTTPServer

from billing.models import ModelSpend, Subscription
from billing.services.credits import credits_left
from config.kernel.clock import now
from config.kernel.errors import DomainError, PaymentRequired
from config.kernel.llm import gateway
from config.kernel.llm.connections import close_all
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.readers import Extracted
from config.kernel.scoping import org_atomic, scope
from content.agents import PlatformRules
from content.models import Angle, Candidate, Generation, Material
from content.services.angles import AngleChoice
from content.services.generation import generate_candidates
from content.services.understanding import understand
from publishing.delivery import ledger
from publishing.models import AutopilotRun, Delivery, DeliveryState, PendingPost, RunStatus
from tests import make
from tests.kernel.llm.protocol import (
    KEY,
    ModelServer,
    Reply,
    answers,
    hangs,
    refuses,
    says,
    status,
    truncated,
)
from tests.publishing.test_cycle import change_schedule, do, posts_of, queued, supply
from tests.world import World

pytestmark = pytest.mark.django_db

FEED = PlatformRules(slug="feed", label="Feed", max_characters=600, hashtags_max=5)
CHOICES = [
    AngleChoice(Angle.USER_BENEFIT, False, "Drawn first.", 0.6),
    AngleChoice(Angle.EDUCATIONAL, False, "Drawn second.", 0.5),
    AngleChoice(Angle.PRODUCT_FOCUS, False, "Drawn third.", 0.4),
]
MOST_REQUESTS = 3 * 3 * 2  # candidates, attempts, and one repair turn each
SENTENCES = [
    "Our workshop now rebuilds wooden masts in twelve days.",
    "Every mast is planed by hand from Douglas fir and gets seven coats of varnish.",
    "Last spring 34 boats went back to sea with one.",
    "Bring your old mast and we measure it while you wait.",
]
BUDGET = 1_000_000  # micros: one dollar


class Replies(deque[Reply]):
    """Replies without end: the n-th is what a function says."""

    def __init__(self, reply: Callable[[int], Reply]) -> None:
        super().__init__([Reply()])
        self._reply, self._numbers = reply, itertools.count()

    def popleft(self) -> Reply:
        return self._reply(next(self._numbers))


@pytest.fixture(scope="module")
def make_httpserver() -> Iterator[HTTPServer]:
    # Threaded, so that an answer that hangs holds up nobody else.
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def model(httpserver: HTTPServer, settings: Any, monkeypatch: Any) -> Iterator[ModelServer]:
    server = ModelServer(httpserver)
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"
    settings.WARREN_LLM_PROVIDER, settings.WARREN_LLM_MODEL = "openai", "gpt-4o-mini"
    settings.WARREN_LLM_API_KEY, settings.WARREN_LLM_BASE_URL = KEY, server.route().base_url
    monkeypatch.setattr(gateway, "pause", lambda seconds: None)
    yield server
    server.release()
    close_all()


@pytest.fixture(autouse=True)
def _budget(world: World) -> None:
    set_budget(world, BUDGET)


def set_budget(world: World, micros: int) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(
            model_budget_micros=micros, model_spent_micros=0, model_reserved_micros=0
        )


def replies(model: ModelServer, reply: Callable[[int], Reply]) -> None:
    model._replies[""] = Replies(reply)


def good(number: int) -> Reply:
    """A text of the material's own sentences, another one each time."""
    first, second = SENTENCES[number % 4], SENTENCES[(number + 1) % 4]
    return answers({"text": f"{second} {first}", "angle": "educational", "cited": [first]})


def always(reply: Reply) -> Callable[[int], Reply]:
    return lambda number: reply


def write(world: World, number: int = 1) -> Generation:
    with org_atomic(world.id):
        material = make.material(world.brand)
    with scope(world.id):
        return generate_candidates(
            brand=world.brand,
            material=material,
            platform="feed",
            rules=FEED,
            mode=Generation.Mode.AUTOPILOT,
            choices=CHOICES,
            generation_id=UUID(int=number),
        )


def outcome(world: World) -> Generation:
    with org_atomic(world.id):
        return Generation.objects.get(pk=UUID(int=1))


def check_books(world: World) -> int:
    """Nothing is held any more, and what the calls cost is what was spent, within the budget."""
    with org_atomic(world.id):
        row = Subscription.objects.get()
        costs = [each.cost_micros or 0 for each in ModelSpend.objects.all()]
        open_ones = ModelSpend.objects.filter(state=ModelSpend.State.RESERVED).count()
    assert row.model_reserved_micros == 0 and open_ones == 0
    assert sum(costs) == row.model_spent_micros <= row.model_budget_micros
    return row.model_spent_micros


def test_invalid_json_in_three_of_ten_answers_is_repaired_and_paid_for(
    world: World, model: ModelServer
) -> None:
    broken = {1, 4, 7}
    replies(model, lambda n: says("{not json") if n % 10 in broken else good(n))

    generation = write(world)

    with org_atomic(world.id):
        found = list(Candidate.objects.filter(generation=generation))
    assert generation.status == "done" and any(each.is_valid for each in found)
    assert not any(each.is_offline for each in found)
    assert len(model.requests) <= MOST_REQUESTS
    # 200 tokens in and 100 out each, at $0.15 and $0.60 a million.
    assert check_books(world) == len(model.requests) * (200 * 15 + 100 * 60) // 100


@pytest.mark.parametrize(
    ("reply", "says_so", "most"),
    [
        (refuses(), "declined to write", 3),
        (truncated(), "ran into its length limit", 6),
        (says("no json at all"), "did not answer in the agreed form", 6),
        (answers({"text": "x" * 3_000_000, "angle": "educational"}), "agreed form", 6),
        (says("y" * 3_000_000), "agreed form", 6),
    ],
    ids=["refusal", "truncation", "no-json", "3-mb-text", "3-mb-noise"],
)
def test_what_cannot_be_used_ends_in_its_caps_with_a_sentence_and_a_next_step(
    world: World, model: ModelServer, reply: Reply, says_so: str, most: int
) -> None:
    replies(model, always(reply))

    generation = write(world)

    assert generation.status == "failed" and says_so in generation.failure
    assert any(
        word in generation.failure for word in ("Try again", "Use another", "choose another")
    )
    assert len(model.requests) <= most
    assert KEY not in generation.failure
    assert check_books(world) > 0 or reply.finish == "refused"


def test_an_hour_of_429_costs_nothing_and_gives_the_credit_back(
    world: World, model: ModelServer
) -> None:
    replies(model, always(status(429, retry_after="3600")))
    with org_atomic(world.id):
        before = credits_left()

    with pytest.raises(ModelUnavailable) as caught:
        write(world)

    assert caught.value.retry_after == 3600 and len(model.requests) == 1
    assert "Warren tries again later" in outcome(world).failure
    assert check_books(world) == 0
    with org_atomic(world.id):
        assert credits_left() == before


def test_a_model_that_hangs_is_given_up_and_charged_at_its_worst(
    world: World, model: ModelServer, settings: Any
) -> None:
    settings.WARREN_LLM_TIMEOUT_SECONDS = 0.1
    replies(model, always(hangs(30.0)))

    with pytest.raises(ModelUnavailable):
        write(world)

    assert len(model.requests) <= 3
    assert "did not answer in time" in outcome(world).failure
    assert check_books(world) > 0


@pytest.mark.parametrize("micros", [900, 60_000])
def test_the_budget_holds_to_the_last_millionth_and_the_person_is_told(
    world: World, model: ModelServer, settings: Any, micros: int
) -> None:
    settings.WARREN_LLM_MODEL = "gpt-4o"  # at its worst a try costs more than half of the budget
    set_budget(world, micros)
    replies(model, good)

    refused: DomainError | None = None
    for number in range(1, 6):
        try:
            write(world, number)
        except PaymentRequired as error:
            refused = error
            break

    assert refused is not None and "Raise the budget, or wait" in refused.message
    assert check_books(world) <= micros
    assert bool(model.requests) is (micros > 900)


def test_an_analysis_without_the_model_is_made_offline_and_says_so(
    world: World, model: ModelServer
) -> None:
    replies(model, always(says("{")))
    text = " ".join(SENTENCES)
    with org_atomic(world.id):
        material = make.material(world.brand, text=text)

    with scope(world.id):
        columns = understand(
            Material(pk=material.pk, brand=world.brand, name="Masts"),
            Extracted(text=text, title="Masts", language="en"),
            is_last_try=True,
        )

    assert columns["analyzed_by"] == "offline" and columns["key_points"]
    assert len(model.requests) == 2 and check_books(world) > 0


def test_posts_that_wait_go_out_while_the_model_is_down_and_the_run_goes_on_after(
    world: World, model: ModelServer, settings: Any
) -> None:
    with scope(world.id):
        change_schedule(world, auto_approve=True)
        supply(world, name="First")
        settings.WARREN_LLM_PROVIDER = ""
        (waiting,) = posts_of(do(queued(world)))
        with org_atomic():
            delivery = Delivery.objects.get(pending_post=waiting)
        settings.WARREN_LLM_PROVIDER = "openai"
        replies(model, always(status(503)))
        supply(world, name="Second", text=" ".join(SENTENCES))

        run = do(queued(world))

        assert run.status == RunStatus.QUEUED and run.due_at is not None and run.due_at > now()
        settings.WARREN_DELIVERY_THREADS = 0
        with org_atomic():
            Delivery.objects.filter(pk=delivery.pk).update(due_at=now() - timedelta(seconds=1))
            assert ledger.deliver(delivery_ids=[delivery.pk]) == 1
            kept = PendingPost.objects.get(pk=waiting.pk)
            assert kept.content == waiting.content
            assert Delivery.objects.get(pk=delivery.pk).state == DeliveryState.PUBLISHED
        assert check_books(world) == 0

        replies(model, good)
        with org_atomic():
            AutopilotRun.objects.filter(pk=run.pk).update(due_at=now() - timedelta(seconds=1))
        assert do(run).status == RunStatus.DONE
    assert check_books(world) > 0
