"""Which models there are, and which are taken where nobody named one."""

from __future__ import annotations

from typing import Any

import pytest

from config.kernel.llm.routes import Route, routes_for
from content.models import LanguageModel
from content.services import model_registry
from content.services.model_registry import default_model, ensure_models, registry_defaults
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _registry_starts_afresh() -> None:
    registry_defaults.forget()


def test_a_new_installation_knows_models_with_their_prices() -> None:
    assert ensure_models() > 15
    assert ensure_models() == 0

    luna = LanguageModel.objects.get(provider="openai", name="gpt-6-luna")
    assert (luna.kind, luna.is_default, luna.context_tokens) == ("fast", True, 1_050_000)
    # $0.10 and $0.50 a million tokens: list of genai-prices 0.2.3.
    assert (luna.input_micros_per_million, luna.output_micros_per_million) == (100_000, 500_000)
    unpriced = LanguageModel.objects.filter(input_micros_per_million=None)
    assert not unpriced.exists()


def test_every_provider_has_one_default_of_each_kind_that_is_used() -> None:
    ensure_models()

    for provider in LanguageModel.Provider.values:
        for kind in ("flagship", "fast"):
            found = default_model(provider, kind)
            assert found is not None and found.is_default


def test_writing_gets_the_flagship_and_everything_else_the_fast_model() -> None:
    names = {
        purpose: registry_defaults.model("openai", purpose) for purpose in ("copy", "analysis")
    }

    assert names == {"copy": "gpt-6.1-sol", "analysis": "gpt-6-luna"}
    LanguageModel.objects.filter(kind="flagship").update(is_default=False)
    registry_defaults.forget()
    assert registry_defaults.model("openai", "copy") == "gpt-6-luna"


def test_the_choice_is_kept_for_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 299.9, 300.0])
    monkeypatch.setattr(model_registry, "clock", lambda: next(moments))
    assert registry_defaults.model("openai", "analysis") == "gpt-6-luna"
    LanguageModel.objects.filter(name="gpt-6-luna").update(is_default=False)
    LanguageModel.objects.filter(name="gpt-6.1-terra").update(is_default=True)

    assert registry_defaults.model("openai", "analysis") == "gpt-6-luna"
    assert registry_defaults.model("openai", "analysis") == "gpt-6.1-terra"


def test_a_provider_without_a_model_takes_the_defaults_and_falls_back_in_order(
    world: World, settings: Any
) -> None:
    settings.WARREN_LLM_PROVIDER, settings.WARREN_LLM_API_KEY = "openai", "k"
    settings.WARREN_LLM_KEYS = {"mistral": "m", "anthropic": "a"}

    found = [(route.provider, route.model) for route in routes_for(world.id, "analysis")]

    assert found == [
        ("openai", "gpt-6-luna"),
        ("anthropic", "claude-haiku-5-5"),
        ("mistral", "mistral-small-latest"),
    ]


def test_an_agents_own_model_goes_first_where_there_is_a_key_for_it(
    world: World, settings: Any
) -> None:
    settings.WARREN_LLM_PROVIDER, settings.WARREN_LLM_API_KEY = "openai", "k"
    settings.WARREN_LLM_KEYS = {"mistral": "m"}
    usual = routes_for(world.id, "analysis")

    own = routes_for(world.id, "analysis", ("mistral", "mistral-large-latest"))
    keyless = routes_for(world.id, "analysis", ("google", "gemini-4-argon"))

    assert own[0] == Route("mistral", "mistral-large-latest", api_key="m", is_trusted_address=True)
    assert list(own[1:]) == list(usual) == list(keyless)
