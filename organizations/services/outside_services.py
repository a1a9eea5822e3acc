"""What outside services are, and one cheap real question to each that says whether a key works."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from config.kernel import http
from config.kernel.errors import DomainError, Invalid, Unavailable

Check = Callable[[str, str], str]

CHECK_SECONDS: Final = 10.0
CHECK_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class OutsideService:
    """`check(key, address)` asks the service something cheap and answers in a sentence.

    It raises a DomainError whose message says what is wrong. Call it with no transaction open.
    """

    name: str
    label: str
    check: Check
    needs_address: bool = False


@dataclass(frozen=True, slots=True)
class _Listing:
    """Where a provider lists its models, and how it wants the key. Read in their references,
    2026-11: api.openai.com/v1/models, api.anthropic.com/v1/models,
    generativelanguage.googleapis.com/v1beta/models, api.mistral.ai/v1/models; OpenRouter lists
    models to everybody, so it is asked about the key itself."""

    base: str
    path: str
    headers: Callable[[str], Mapping[str, str]]
    rows: str = "data"


def _bearer(key: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


_LISTINGS: Final[Mapping[str, _Listing]] = {
    "openai": _Listing("https://api.openai.com/v1", "/models", _bearer),
    "anthropic": _Listing(
        "https://api.anthropic.com",
        "/v1/models?limit=1000",
        lambda key: {"x-api-key": key, "anthropic-version": "2023-06-01"},
    ),
    "google": _Listing(
        "https://generativelanguage.googleapis.com",
        "/v1beta/models?pageSize=1000",
        lambda key: {"x-goog-api-key": key},
        rows="models",
    ),
    "mistral": _Listing("https://api.mistral.ai", "/v1/models", _bearer),
    "openrouter": _Listing("https://openrouter.ai/api/v1", "/key", _bearer),
    "compatible": _Listing("", "/models", _bearer),
}


def models_of(provider: str) -> Check:
    """A check that lists the models which a key opens."""
    listing = _LISTINGS[provider]

    def check(key: str, address: str) -> str:
        url = (address.rstrip("/") or listing.base) + listing.path
        answer = http.fetch(
            url,
            max_bytes=CHECK_BYTES,
            timeout_seconds=CHECK_SECONDS,
            accept="application/json",
            headers=listing.headers(key),
        )
        _refuse_status(answer.status)
        return _counted(answer.body, listing.rows)

    return check


def _refuse_status(status: int) -> None:
    if status in (401, 403):
        raise Invalid("The service refuses this key. Replace it.", code="key_refused")
    if status == 429:
        raise Unavailable("The service asks for a pause. Check again later.", retry_after=60)
    if not 200 <= status < 300:
        raise Unavailable(f"The service answered with status {status}. Check again later.")


def _counted(body: bytes, rows: str) -> str:
    try:
        told: Any = json.loads(body)
    except ValueError:
        raise Invalid(
            "What answers there is not the service. Look at the address.", code="not_the_service"
        ) from None
    found = told.get(rows) if isinstance(told, dict) else None
    if not isinstance(found, list):
        return "The key works."
    return f"The key works; it opens {len(found)} model{'' if len(found) == 1 else 's'}."


def words_of(error: DomainError) -> str:
    """What a page says of a check that failed, in the room that its column has."""
    return error.message[:300]
