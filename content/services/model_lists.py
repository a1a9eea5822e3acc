"""The providers' own lists of models, read through the one outbound door.

OpenAI `GET /v1/models` (one page), Anthropic `GET /v1/models` (`after_id` while `has_more`), Google
`GET /v1beta/models` (`nextPageToken`), Mistral `GET /v1/models` (one page). Shapes as the providers
document them, read 2026-11-21.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from config.kernel import http
from config.kernel.errors import Unavailable
from config.kernel.llm.providers import LABELS

MAX_BYTES: Final = 2_000_000  # of one page
TIMEOUT_SECONDS: Final = 20.0
MOST_PAGES: Final = 20
NAME_CHARACTERS: Final = 120

ADDRESSES: Final = {
    "openai": "https://api.openai.com/v1/models",
    "anthropic": "https://api.anthropic.com/v1/models",
    "google": "https://generativelanguage.googleapis.com/v1beta/models",
    "mistral": "https://api.mistral.ai/v1/models",
}
# Lists also hold models that write no text.
_OTHER_WORK: Final = re.compile(
    r"audio|realtime|image|tts|transcri|whisper|embed|moderation|search|instruct|codex|live|ocr|"
    r"voxtral|robotics|computer-use|banana|omni|veo|imagen|translate|dall|sora|davinci|babbage|"
    r"deep-research|aqa|codestral|devstral|vision-preview|cyber|rosalind"
)
_OPENAI_TEXT: Final = re.compile(r"^(gpt-|chatgpt-|o[0-9])")
_GOOGLE_TEXT: Final = re.compile(r"^gemini-")


@dataclass(frozen=True, slots=True)
class Offered:
    """One model as its provider lists it."""

    name: str
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    capabilities: Mapping[str, bool] = field(default_factory=dict)


class ListUnread(Unavailable):
    """A provider's list could not be read; the message says why, without the key."""

    default_code = "model_list_unread"


def read_list(provider: str, key: str, address: str = "") -> list[Offered]:
    """The text models that a provider offers this key. Raises ListUnread; a later try may help."""
    return list(_READERS[provider](key, address or ADDRESSES[provider]))


def _openai(key: str, address: str) -> Iterator[Offered]:
    page = _page("openai", address, {"Authorization": f"Bearer {key}"})
    for each in _rows("openai", page, "data"):
        name = _name(each.get("id"))
        if _OPENAI_TEXT.match(name) and not _OTHER_WORK.search(name):
            yield Offered(name, capabilities={"text": True})


def _anthropic(key: str, address: str) -> Iterator[Offered]:
    headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
    after = ""
    for _ in range(MOST_PAGES):
        query = f"?limit=100&after_id={after}" if after else "?limit=100"
        page = _page("anthropic", address + query, headers)
        for each in _rows("anthropic", page, "data"):
            if name := _name(each.get("id")):
                yield Offered(
                    name,
                    context_tokens=_number(each.get("max_input_tokens")),
                    max_output_tokens=_number(each.get("max_tokens")),
                    capabilities={"text": True},
                )
        after = _name(page.get("last_id")) if page.get("has_more") is True else ""
        if not after:
            return
    raise _endless("anthropic")


def _google(key: str, address: str) -> Iterator[Offered]:
    token = ""
    for _ in range(MOST_PAGES):
        query = f"?pageSize=200&pageToken={token}" if token else "?pageSize=200"
        page = _page("google", address + query, {"x-goog-api-key": key})
        for each in _rows("google", page, "models"):
            name = _name(each.get("name")).removeprefix("models/")
            methods = each.get("supportedGenerationMethods")
            writes = isinstance(methods, list) and "generateContent" in methods
            if writes and _GOOGLE_TEXT.match(name) and not _OTHER_WORK.search(name):
                yield Offered(
                    name,
                    context_tokens=_number(each.get("inputTokenLimit")),
                    max_output_tokens=_number(each.get("outputTokenLimit")),
                    capabilities={"text": True},
                )
        token = _token(page.get("nextPageToken"))
        if not token:
            return
    raise _endless("google")


def _mistral(key: str, address: str) -> Iterator[Offered]:
    page = _page("mistral", address, {"Authorization": f"Bearer {key}"})
    for each in _rows("mistral", page, "data"):
        name, can = _name(each.get("id")), each.get("capabilities")
        can = can if isinstance(can, dict) else {}
        if name and can.get("completion_chat") is True and not _OTHER_WORK.search(name):
            yield Offered(
                name,
                context_tokens=_number(each.get("max_context_length")),
                capabilities={"text": True, "pictures": can.get("vision") is True},
            )


_READERS: Final[dict[str, Callable[[str, str], Iterator[Offered]]]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "google": _google,
    "mistral": _mistral,
}


def _page(provider: str, url: str, headers: Mapping[str, str]) -> dict[str, Any]:
    label = LABELS[provider]
    try:
        # No redirect is followed: the key goes nowhere but where it was meant for.
        with http.client(timeout_seconds=TIMEOUT_SECONDS, max_bytes=MAX_BYTES) as door:
            found = door.get(url, headers={"Accept": "application/json", **headers})
    except http.OutboundError as error:
        raise ListUnread(f"{label}: {error.message}") from None
    if found.status_code != 200:
        raise ListUnread(f"{label} answered with status {found.status_code}.")
    try:
        page = json.loads(found.content)
    except (ValueError, RecursionError):
        page = None
    if not isinstance(page, dict):
        raise ListUnread(f"{label} did not answer with a list of models.")
    return page


def _rows(provider: str, page: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = page.get(name)
    if not isinstance(rows, list):
        raise ListUnread(f"{LABELS[provider]} did not answer with a list of models.")
    return [row for row in rows if isinstance(row, dict)]


def _endless(provider: str) -> ListUnread:
    return ListUnread(f"{LABELS[provider]}'s list did not end after {MOST_PAGES} pages.")


def _name(value: object) -> str:
    """A model's name as providers write them; empty for anything else."""
    is_name = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9._:/@+-]+", value)
    return value if is_name and len(str(value)) <= NAME_CHARACTERS else ""  # type: ignore[return-value]


def _token(value: object) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[\w=-]{1,500}", value) else ""


def _number(value: object) -> int | None:
    is_size = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
    return value if is_size else None  # type: ignore[return-value]
