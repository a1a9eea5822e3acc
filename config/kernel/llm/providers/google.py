"""Google's Gemini API."""

from __future__ import annotations

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider

from config.kernel.llm.routes import Route, Structured

STRUCTURED: Structured = "native"


def build(route: Route, http: httpx2.AsyncClient) -> Model:
    provider = GoogleProvider(
        api_key=route.api_key, base_url=route.base_url or None, http_client=http
    )
    return GoogleModel(route.model, provider=provider)
