"""OpenAI, by chat completions."""

from __future__ import annotations

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from config.kernel.llm.routes import Route, Structured

STRUCTURED: Structured = "native"


def build(route: Route, http: httpx2.AsyncClient) -> Model:
    provider = OpenAIProvider(
        api_key=route.api_key, base_url=route.base_url or None, http_client=http
    )
    return OpenAIChatModel(route.model, provider=provider)
