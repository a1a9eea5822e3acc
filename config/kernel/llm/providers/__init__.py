"""One file a provider, imported when its key is first used: together they cost 155 MB.

Each file has `build(route, http) -> Model`, and `STRUCTURED`, its usual way to ask for a form.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol, cast

from config.kernel.llm.errors import ModelMisconfigured
from config.kernel.llm.routes import Route, Structured

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.models import Model

LABELS = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "google": "Google",
    "mistral": "Mistral",
    "openrouter": "OpenRouter",
    "compatible": "OpenAI-compatible",
}


class Provider(Protocol):
    STRUCTURED: Structured

    def build(self, route: Route, http: httpx2.AsyncClient) -> Model: ...


def provider_for(route: Route) -> Provider:
    """Raises ModelMisconfigured for a name that nobody knows or a route that lacks its key."""
    if route.provider not in LABELS:
        raise ModelMisconfigured(
            f"There is no model provider named {route.provider!r}. "
            f"Choose one of {', '.join(LABELS)}.",
            code="model_provider_unknown",
        )
    if not route.model:
        raise ModelMisconfigured(f"No model is chosen for {LABELS[route.provider]}. Name one.")
    if route.provider == "compatible" and not route.base_url:
        raise ModelMisconfigured("An OpenAI-compatible model needs its address. Enter it.")
    if route.provider != "compatible" and not route.api_key:
        raise ModelMisconfigured(f"The key for {LABELS[route.provider]} is missing. Enter it.")
    return cast("Provider", importlib.import_module(f"{__name__}.{route.provider}"))
