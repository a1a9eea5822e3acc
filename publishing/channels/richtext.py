"""Links, hashtags and mentions of an AT Protocol text, by UTF-8 byte offsets (not characters).

Source: the lexicon app.bsky.richtext.facet as it comes with @atproto/pds 0.5.35.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex  # type: ignore[import-untyped, unused-ignore]

from .text import HASHTAG, LinkSpan, graphemes

FACET = "app.bsky.richtext.facet"
TAG_MAX_GRAPHEMES = 64
TAG_MAX_BYTES = 640

HANDLE_PATTERN = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]{0,61}"
MENTION = regex.compile(rf"(?<![\p{{L}}\p{{N}}_@./-])@({HANDLE_PATTERN})(?![\p{{L}}\p{{N}}_-])")
INVISIBLE = regex.compile(r"[\p{Cf}\p{Cc}\s]+")


def facets(text: str, links: Iterable[LinkSpan]) -> list[dict[str, Any]]:
    """Facets of the links and the hashtags, in order; hashtags inside links are not hashtags."""
    spans = list(links)
    found = [
        _facet(text, span.start, span.end, {"$type": f"{FACET}#link", "uri": span.url})
        for span in spans
    ]
    for match in HASHTAG.finditer(text):
        tag = match.group(1)
        fits = graphemes(tag) <= TAG_MAX_GRAPHEMES and len(tag.encode()) <= TAG_MAX_BYTES
        if fits and not _inside(match.start(), spans):
            feature = {"$type": f"{FACET}#tag", "tag": tag}
            found.append(_facet(text, match.start(), match.end(), feature))
    return in_order(found)


def mentions(text: str, links: Iterable[LinkSpan]) -> list[dict[str, Any]]:
    """Handles that the text names after an @, and where; who they are is not known yet."""
    spans = list(links)
    return [
        {"handle": match.group(1).lower(), "index": _index(text, match.start(), match.end())}
        for match in MENTION.finditer(text)
        if not _inside(match.start(), spans)
    ]


def mention_facet(mention: dict[str, Any], did: str) -> dict[str, Any]:
    return {"index": mention["index"], "features": [{"$type": f"{FACET}#mention", "did": did}]}


def in_order(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda facet: int(facet["index"]["byteStart"]))


def clean_handle(typed: str) -> str:
    """A handle as people paste it: with an @, blanks and invisible direction marks."""
    return str(INVISIBLE.sub("", typed)).removeprefix("@").lower()


def _facet(text: str, start: int, end: int, feature: dict[str, str]) -> dict[str, Any]:
    return {"index": _index(text, start, end), "features": [feature]}


def _index(text: str, start: int, end: int) -> dict[str, int]:
    before = len(text[:start].encode())
    return {"byteStart": before, "byteEnd": before + len(text[start:end].encode())}


def _inside(position: int, spans: list[LinkSpan]) -> bool:
    return any(span.start <= position < span.end for span in spans)
