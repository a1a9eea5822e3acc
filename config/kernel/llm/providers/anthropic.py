"""Anthropic, by messages."""

from __future__ import annotations

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from config.kernel.llm.routes import Route, Structured

STRUCTURED: Structured = "tool"


def build(route: Route, http: httpx2.AsyncClient) -> Model:
    provider = AnthropicProvider(
        api_key=route.api_key, base_url=route.base_url or None, http_client=http
    )
    return AnthropicModel(route.model, provider=provider)
