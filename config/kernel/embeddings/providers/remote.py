"""OpenAI, Google and any address that speaks OpenAI's embeddings, through pydantic-ai."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from config.kernel.embeddings.vectors import DIMENSIONS, Vectors, unit
from config.kernel.errors import Invalid, Unavailable
from config.kernel.llm.loop import run_on_loop
from config.kernel.llm.routes import Route
from config.kernel.llm.transport import model_client

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.embeddings import EmbeddingModel

Purpose = Literal["document", "query"]

DEADLINE_SECONDS = 30.0
BATCH = 64  # texts a request; every provider takes at least 100
LONGEST_TEXT = 8_000  # characters, about the 2,048 tokens of the tightest model
MOST_TRIES = 3
FIRST_WAIT_SECONDS = 1.0  # doubled with each try


def embed(texts: Sequence[str], route: Route, *, purpose: Purpose) -> Vectors:
    """Shape (n, 768) float32, unit length. Asks for the largest size up to 768 and zero-pads.

    Raises Unavailable when the provider is busy or away (another run helps) and Invalid when the
    key, the model or its size do not fit (it does not).
    """
    from pydantic_ai.exceptions import AgentRunError

    cut = [text[:LONGEST_TEXT] or " " for text in texts]
    try:
        rows = run_on_loop(_embed_all(cut, route, purpose), timeout_seconds=DEADLINE_SECONDS + 2.0)
    except AgentRunError as error:
        # No chaining: the provider's text may repeat a part of the key.
        raise _in_our_words(error, route) from None
    except TimeoutError:
        raise _away(route) from None
    if rows and len(rows[0]) > DIMENSIONS:
        raise Invalid(
            f"{route.model} answers with {len(rows[0])} numbers, and Warren stores {DIMENSIONS}. "
            "Choose an embedding model that can give 768 or fewer.",
            code="embedding_too_wide",
        )
    return unit(np.asarray(rows, dtype=np.float32).reshape(len(texts), -1))


async def _embed_all(texts: Sequence[str], route: Route, purpose: Purpose) -> list[Sequence[float]]:
    """A client for each call: this runs rarely, and nothing is left open between loops."""
    import asyncio

    rows: list[Sequence[float]] = []
    async with model_client(route) as http:
        model = _model(route, http)
        async with asyncio.timeout(DEADLINE_SECONDS):
            for start in range(0, len(texts), BATCH):
                rows += await _batch(model, texts[start : start + BATCH], purpose)
    return rows


async def _batch(
    model: EmbeddingModel, texts: Sequence[str], purpose: Purpose
) -> Sequence[Sequence[float]]:
    import asyncio

    from pydantic_ai.exceptions import ModelAPIError, ModelRequestRejectedError

    for tries in range(1, MOST_TRIES + 1):
        try:
            result = await model.embed(
                texts, input_type=purpose, settings={"dimensions": DIMENSIONS}
            )
        except ModelRequestRejectedError:
            raise
        except ModelAPIError as error:
            if tries == MOST_TRIES:
                raise
            await asyncio.sleep(error.retry_after or FIRST_WAIT_SECONDS * 2 ** (tries - 1))
        else:
            return result.embeddings
    raise AssertionError("unreachable: the last try returns or raises")


def _model(route: Route, http: httpx2.AsyncClient) -> EmbeddingModel:
    if route.provider == "google":
        from pydantic_ai.embeddings.google import GoogleEmbeddingModel
        from pydantic_ai.providers.google import GoogleProvider

        google = GoogleProvider(
            api_key=route.api_key, base_url=route.base_url or None, http_client=http
        )
        return GoogleEmbeddingModel(route.model, provider=google)
    from openai import AsyncOpenAI
    from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
    from pydantic_ai.providers.openai import OpenAIProvider

    client = AsyncOpenAI(
        api_key=route.api_key or "none",
        base_url=route.base_url or None,
        http_client=http,
        max_retries=0,
    )
    return OpenAIEmbeddingModel(route.model, provider=OpenAIProvider(openai_client=client))


def _in_our_words(error: Any, route: Route) -> Invalid | Unavailable:
    from pydantic_ai.exceptions import ModelAuthenticationError, ModelRequestRejectedError

    if isinstance(error, ModelAuthenticationError):
        return Invalid(
            f"The key for embeddings at {route.provider} was refused. Enter it again.",
            code="embedding_key_refused",
        )
    if isinstance(error, ModelRequestRejectedError):
        return Invalid(
            f"{route.provider} rejected the embedding model {route.model}. Check its name, and "
            "that it can give 768 numbers.",
            code="embedding_rejected",
        )
    return _away(route)


def _away(route: Route) -> Unavailable:
    return Unavailable(
        f"Embeddings from {route.provider} are not available at the moment. Posts go out without "
        "the similarity check; Warren tries again later.",
        code="embedding_unavailable",
    )
