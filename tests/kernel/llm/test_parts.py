"""The gateway's parts by themselves: loop, routes, prices, keys, double."""

from __future__ import annotations

import asyncio
import multiprocessing
import subprocess
import sys
import threading
from typing import Any

import pytest
from pydantic import BaseModel

from config.kernel.llm import describe, double, is_offline, run
from config.kernel.llm.answers import LONGEST_KEY, full_key
from config.kernel.llm.errors import ModelMisconfigured, ModelUnavailable
from config.kernel.llm.loop import run_on_loop
from config.kernel.llm.prices import cost_micros, worst_case_micros
from config.kernel.llm.routes import Price, Route, routes_for
from config.kernel.llm.spec import Usage
from tests.kernel.llm.conftest import ORGANIZATION, SPEC, Routes, Shelf, Summary, Text

VALUES = Text(material="Bread.")


async def _which_loop() -> int:
    await asyncio.sleep(0)
    return id(asyncio.get_running_loop())


def _ask_for_loop(found: Any) -> None:
    found.put(run_on_loop(_which_loop(), timeout_seconds=5))


def test_all_threads_of_a_process_share_one_loop() -> None:
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(run_on_loop(_which_loop(), timeout_seconds=5)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 6 and len(set(found)) == 1


def test_a_forked_child_gets_a_loop_that_runs() -> None:
    run_on_loop(_which_loop(), timeout_seconds=5)
    context = multiprocessing.get_context("fork")
    found = context.SimpleQueue()
    child = context.Process(target=_ask_for_loop, args=(found,))
    child.start()
    child.join(10)

    assert child.exitcode == 0
    assert isinstance(found.get(), int)


def test_a_coroutine_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        run_on_loop(asyncio.sleep(5), timeout_seconds=0.05)


def test_settings_give_a_model_per_purpose_and_a_fallback(settings: Any) -> None:
    settings.WARREN_LLM_PROVIDER = "openai"
    settings.WARREN_LLM_MODEL = "gpt-4o-mini"
    settings.WARREN_LLM_FALLBACK_MODEL = "gpt-4.1-mini"
    settings.WARREN_LLM_MODELS = {"analysis": "gpt-4o"}
    settings.WARREN_LLM_API_KEY = "sk-secret"

    assert [r.model for r in routes_for(None, "analysis")] == ["gpt-4o", "gpt-4.1-mini"]
    assert [r.model for r in routes_for(None, "copy")] == ["gpt-4o-mini", "gpt-4.1-mini"]
    assert "sk-secret" not in repr(routes_for(None, "copy"))
    assert not is_offline(ORGANIZATION)


def test_an_organizations_own_route_comes_before_the_settings(
    settings: Any, routes: Routes
) -> None:
    settings.WARREN_LLM_PROVIDER = "openai"
    settings.WARREN_LLM_MODEL = "gpt-4o-mini"
    own = Route(provider="mistral", model="mistral-small-latest", api_key="k")
    routes.chosen = [own]

    assert routes_for(ORGANIZATION, "copy") == [own]


def test_an_organization_may_choose_the_offline_writer(settings: Any, routes: Routes) -> None:
    settings.WARREN_LLM_PROVIDER = "openai"
    settings.WARREN_LLM_MODEL = "gpt-4o-mini"
    routes.chosen = [Route(provider="offline", model="")]

    assert is_offline(ORGANIZATION)


@pytest.mark.parametrize(
    ("route", "cost"),
    [
        (Route("openai", "gpt-4o-mini"), 150 + 600),
        (Route("compatible", "qwen3", price=Price(2_000_000, 4_000_000)), 2_000 + 4_000),
        (Route("compatible", "llama3.2", is_free=True), 0),
    ],
)
def test_a_call_costs_what_the_list_says(route: Route, cost: int) -> None:
    # Dollars a million tokens: 0.15 in and 0.60 out for gpt-4o-mini (list of 2026-11-10).
    assert cost_micros(route, Usage(input_tokens=1_000, output_tokens=1_000)) == cost


def test_the_worst_case_holds_two_whole_requests() -> None:
    route = Route("openai", "gpt-4o-mini")
    once = worst_case_micros(route, prompt_bytes=4_000, max_tokens=1_000, requests=1)
    twice = worst_case_micros(route, prompt_bytes=4_000, max_tokens=1_000, requests=2)
    real = cost_micros(route, Usage(input_tokens=1_000, output_tokens=1_000))

    assert real < once < twice


def test_an_unknown_model_has_no_price() -> None:
    with pytest.raises(ModelMisconfigured):
        cost_micros(Route("openai", "gpt-from-the-future"), Usage(1, 1))


def test_long_step_keys_fit_the_column_and_stay_apart() -> None:
    keys = {full_key(SPEC, "x" * 500 + tail) for tail in "ab"}

    assert len(keys) == 2 and all(len(key) <= LONGEST_KEY for key in keys)
    assert full_key(SPEC, "step-1") == "summarizer@1:step-1"


@pytest.mark.parametrize(
    ("given", "ok", "says"),
    [
        ({}, True, "offline writer"),
        ({"PROVIDER": "openai", "MODEL": "gpt-4o-mini"}, False, "key for OpenAI is missing"),
        ({"PROVIDER": "nobody", "MODEL": "m"}, False, "no model provider named 'nobody'"),
        ({"PROVIDER": "compatible", "MODEL": "m"}, False, "needs its address"),
        (
            {"PROVIDER": "openai", "MODEL": "gpt-4o-mini", "API_KEY": "k"},
            True,
            "gpt-4o-mini at OpenAI",
        ),
    ],
)
def test_doctor_hears_whether_the_configuration_can_work(
    given: dict[str, str], ok: bool, says: str, settings: Any
) -> None:
    for name, value in given.items():
        setattr(settings, f"WARREN_LLM_{name}", value)

    found, sentence = describe()

    assert found is ok
    assert says in sentence


def test_the_double_answers_by_agent_in_order(shelf: Shelf) -> None:
    good = Summary(summary="s", points=["p"])

    def ask(step: str) -> Summary:
        return run(SPEC, VALUES, step_key=step, organization_id=ORGANIZATION).output

    with double.script({"summarizer": [good, ModelUnavailable("busy"), _echo]}) as calls:
        assert not is_offline(ORGANIZATION)
        assert ask("1") == good
        with pytest.raises(ModelUnavailable):
            ask("2")
        assert ask("2").summary == "Bread."
        assert ask("1") == good  # stored, so nobody is asked
        with pytest.raises(LookupError):
            ask("3")

    assert [call.values for call in calls] == [VALUES] * 4
    assert is_offline(ORGANIZATION)


def _echo(values: BaseModel) -> dict[str, Any]:
    assert isinstance(values, Text)
    return {"summary": values.material, "points": []}


def test_importing_the_gateway_loads_no_provider_library() -> None:
    heavy = "{'pydantic_ai', 'openai', 'anthropic', 'google.genai', 'mistralai', 'genai_prices'}"
    code = f"import config.kernel.llm, sys; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert out.stdout.strip() == "[]"
