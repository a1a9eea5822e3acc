"""Mistral, by chat completions."""

from __future__ import annotations

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.mistral import MistralModel
from pydantic_ai.providers.mistral import MistralProvider

from config.kernel.llm.routes import Route, Structured

STRUCTURED: Structured = "tool"


def build(route: Route, http: httpx2.AsyncClient) -> Model:
    provider = MistralProvider(
        api_key=route.api_key, base_url=route.base_url or None, http_client=http
    )
    return MistralModel(route.model, provider=provider)
