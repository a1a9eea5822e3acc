"""Any address that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp, a company's proxy."""

from __future__ import annotations

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from config.kernel.llm.routes import Route, Structured

# Local servers constrain the output by its schema; many of them know no forced tool.
STRUCTURED: Structured = "native"


def build(route: Route, http: httpx2.AsyncClient) -> Model:
    provider = OpenAICompatibleProvider(
        "compatible", base_url=route.base_url, api_key=route.api_key or None, http_client=http
    )
    return OpenAIChatModel(route.model, provider=provider)
