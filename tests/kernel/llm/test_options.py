"""The gateway with options of operators: tries, models, switched-off agents, and cached prompts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from config.kernel.llm import is_offline, run
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.llm.options import AgentOptions, option_source
from config.kernel.llm.prices import cost_micros, worst_case_micros
from config.kernel.llm.routes import Route, own_keys
from config.kernel.llm.spec import Usage
from tests.kernel.llm.conftest import ORGANIZATION, SPEC, Books, Routes, Shelf, Text
from tests.kernel.llm.protocol import ModelServer, answers, status

GOOD = {"summary": "Bread is back.", "points": ["It is baked at 4 a.m."]}
VALUES = Text(material="We bake bread at 4 a.m. again.")

pytestmark = pytest.mark.usefixtures("pauses")


@dataclass
class Options:
    chosen: AgentOptions

    def options(self, organization_id: UUID | None, agent: str) -> AgentOptions:
        return self.chosen


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> Options:
    source = Options(AgentOptions())
    monkeypatch.setattr(option_source, "_value", source)
    return source


@dataclass
class Lent:
    """An organization that lent its key of one provider."""

    route: Route

    def has_key(self, organization_id: UUID, provider: str) -> bool:
        return provider == self.route.provider

    def route_to(self, organization_id: UUID, provider: str, model: str) -> Route | None:
        return replace(self.route, model=model) if provider == self.route.provider else None


def ask(step: str = "s", **changes: Any) -> Any:
    return run(replace(SPEC, **changes), VALUES, step_key=step, organization_id=ORGANIZATION)


@pytest.mark.parametrize(("retries", "tries"), [(0, 1), (1, 2), (None, 3), (4, 5)])
def test_retries_are_what_operators_say(
    provider: ModelServer,
    routes: Routes,
    options: Options,
    books: Books,
    retries: int | None,
    tries: int,
) -> None:
    routes.chosen = [provider.route()]
    options.chosen = AgentOptions(retries=retries)
    provider.will(*[status(503)] * 6)

    with pytest.raises(ModelUnavailable):
        ask(deadline_seconds=600.0)

    assert len(provider.requests) == tries and books.open == 0


def test_a_change_of_the_options_reaches_the_model_and_not_the_store(
    provider: ModelServer, routes: Routes, options: Options, shelf: Shelf
) -> None:
    routes.chosen = [provider.route()]
    provider.will(answers(GOOD), answers(GOOD))
    ask()
    options.chosen = AgentOptions(temperature=1.5, max_tokens=77, instructions="No puns.")

    assert not ask().cached and ask().cached

    body = provider.requests[1].body
    assert (body["temperature"], body["max_completion_tokens"]) == (1.5, 77)
    assert body["messages"][0]["content"].endswith("Summarize the material.\n\nNo puns.")
    assert len(shelf.kept) == 2


def test_an_agents_own_model_is_asked_first_and_the_usual_one_after_it(
    provider: ModelServer,
    routes: Routes,
    options: Options,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    routes.chosen = [provider.route("openai")]
    monkeypatch.setattr(own_keys, "_value", Lent(provider.route("mistral")))
    options.chosen = AgentOptions(model="mistral:mistral-large-latest")
    provider.will(answers(GOOD), at="mistral")
    assert ask("one").model == "mistral-large-latest"

    provider.will(status(401), at="mistral")
    provider.will(answers(GOOD), at="openai")
    assert ask("two").provider == "openai"


def test_an_agents_own_model_makes_an_organization_without_routes_work(
    provider: ModelServer, routes: Routes, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_keys, "_value", Lent(provider.route("mistral")))
    assert is_offline(ORGANIZATION, "analysis", "summarizer")

    options.chosen = AgentOptions(model="mistral:mistral-large-latest")

    assert not is_offline(ORGANIZATION, "analysis", "summarizer")


def test_what_varies_comes_last_with_a_mark_for_the_providers_cache(
    provider: ModelServer, routes: Routes
) -> None:
    class Two(Text):
        angle: str

    routes.chosen = [provider.route("anthropic")]
    provider.will(answers(GOOD))
    spec = replace(SPEC, input_type=Two, varying=("material",))

    run(spec, Two(material="Bread.", angle="a"), step_key="s", organization_id=ORGANIZATION)

    (message,) = provider.requests[0].body["messages"]
    first, last = message["content"]
    assert 'name="angle"' in first["text"] and first["cache_control"]["type"] == "ephemeral"
    assert 'name="material"' in last["text"] and "cache_control" not in last


def test_cached_tokens_are_charged_at_their_own_price() -> None:
    # Dollars a million: 4 in, 0.2 read from the cache, 5 written to it, 20 out (list 0.2.3).
    route = Route("anthropic", "claude-opus-5-5")
    plain = Usage(input_tokens=10_000, output_tokens=100)

    assert cost_micros(route, plain) == 42_000
    assert cost_micros(route, replace(plain, cache_read_tokens=9_000)) == 4_000 + 1_800 + 2_000
    assert cost_micros(route, replace(plain, cache_write_tokens=9_000)) == 4_000 + 45_000 + 2_000


def test_the_worst_case_holds_a_prompt_that_is_written_to_the_cache() -> None:
    route = Route("anthropic", "claude-opus-5-5")
    worst = worst_case_micros(route, prompt_bytes=20_000, max_tokens=100, requests=1)
    written = Usage(input_tokens=10_000, output_tokens=100, cache_write_tokens=10_000)

    assert worst >= cost_micros(route, written)
