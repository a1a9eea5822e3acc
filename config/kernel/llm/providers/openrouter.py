"""OpenRouter: many vendors behind one key; model names look like `vendor/model`."""

from __future__ import annotations

import httpx2
from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.openrouter import OpenRouterModel
from pydantic_ai.providers.openrouter import OpenRouterProvider

from config.kernel.llm.routes import Route, Structured

BASE_URL = "https://openrouter.ai/api/v1"

STRUCTURED: Structured = "tool"


def build(route: Route, http: httpx2.AsyncClient) -> Model:
    client = AsyncOpenAI(
        api_key=route.api_key,
        base_url=route.base_url or BASE_URL,
        http_client=http,
        max_retries=0,
    )
    return OpenRouterModel(route.model, provider=OpenRouterProvider(openai_client=client))
