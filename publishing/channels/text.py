"""How the text of a post is put together and counted: one implementation for all.

The browser's counter, the server's validation and the payload all count what `compose` returns, by
the rules that `Limits.as_json` carries. Nothing here shortens a post: what is too long is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import regex  # type: ignore[import-untyped, unused-ignore]

if TYPE_CHECKING:
    from .shapes import Limits

SEPARATOR = "\n\n"
HASHTAG_SEPARATOR = " "
ELLIPSIS = "…"

_NEVER_IN_LINK = (
    r'\s<>"()\u00ab\u00bb\u201c\u201d\u3001\u3002\u300c\u300d\u300e\u300f\u3010\u3011'
    r"\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
_IN_BRACKETS = rf"\([^{_NEVER_IN_LINK}]*\)"
LINK_PATTERN = (
    rf"https?://(?:[^{_NEVER_IN_LINK}]|{_IN_BRACKETS})*"
    rf"(?:[^{_NEVER_IN_LINK}.,;:!?\x27\u2019\u2026\]}}]|{_IN_BRACKETS})"
)
"""A web address in running text, without the punctuation (Latin or full-width) that ends a sentence
around it. Written so that Python's `regex` and JavaScript with the u flag read it alike."""

HASHTAG_PATTERN = (
    r"(?<![\p{L}\p{M}\p{N}_&/#])[#\uff03]([\p{L}\p{M}\p{N}_]*[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*)"
)
"""A hashtag in running text: letters, marks, digits and underscores, not digits alone."""

LINK = regex.compile(LINK_PATTERN)
HASHTAG = regex.compile(HASHTAG_PATTERN)
_GRAPHEME = regex.compile(r"\X")
_NUMBER = regex.compile(r"\p{N}+")
_NOT_IN_HASHTAG = regex.compile(r"[^\p{L}\p{M}\p{N}_]+")

RULES: Mapping[str, Any] = {
    "separator": SEPARATOR,
    "hashtag_separator": HASHTAG_SEPARATOR,
    "order": ["text", "hashtags", "link"],
    "link_pattern": LINK_PATTERN,
    "hashtag_pattern": HASHTAG_PATTERN,
    "ellipsis": ELLIPSIS,
}
"""What the browser needs to do as `compose` and `measure_text` do."""


def graphemes(text: str) -> int:
    """User-perceived characters (Unicode's extended grapheme clusters, UAX 29)."""
    return len(_GRAPHEME.findall(text))


def codepoints(text: str) -> int:
    return len(text)


def utf8_bytes(text: str) -> int:
    """Bytes in UTF-8; a lone surrogate, which no platform accepts, counts as its replacement."""
    return len(text.encode("utf-8", "replace"))


COUNTERS: dict[str, Callable[[str], int]] = {
    "graphemes": graphemes,
    "codepoints": codepoints,
    "bytes": utf8_bytes,
}
"""How `Limits.counter` names a way to count. The browser has the same names."""


@dataclass(frozen=True, slots=True)
class TextCount:
    """`used` of `limit` characters; `bytes_limit` is None where only characters count."""

    used: int
    limit: int
    bytes_used: int
    bytes_limit: int | None

    @property
    def over(self) -> bool:
        too_many_bytes = self.bytes_limit is not None and self.bytes_used > self.bytes_limit
        return self.used > self.limit or too_many_bytes

    @property
    def left(self) -> int:
        return self.limit - self.used


@dataclass(frozen=True, slots=True)
class LinkSpan:
    """A link as displayed: `start` and `end` are code point offsets in the displayed text."""

    start: int
    end: int
    url: str


def compose(text: str, hashtags: Iterable[str] = (), link: str | None = None) -> str:
    """The final text of a post: text, hashtags on one line, link, with blank lines between.

    A hashtag or link that the text already has is not repeated, so composing twice changes nothing.
    Never shortens.
    """
    body = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    present = {tag.casefold() for tag in hashtags_in(body)}
    missing = [tag for tag in clean_hashtags(hashtags) if tag.casefold() not in present]
    parts = [body, HASHTAG_SEPARATOR.join(f"#{tag}" for tag in missing)]
    address = (link or "").strip()
    if address and address not in links_in(body):
        parts.append(address)
    return SEPARATOR.join(part for part in parts if part)


def clean_hashtags(hashtags: Iterable[str]) -> list[str]:
    """Hashtags without their #, blanks and punctuation, each once whatever its case; no numbers."""
    cleaned: dict[str, str] = {}
    for tag in hashtags:
        word = _NOT_IN_HASHTAG.sub("", tag)
        if word and not _NUMBER.fullmatch(word):
            cleaned.setdefault(word.casefold(), word)
    return list(cleaned.values())


def hashtags_in(text: str) -> list[str]:
    """Hashtags that running text has, without their #, in order."""
    return [match.group(1) for match in HASHTAG.finditer(text)]


def links_in(text: str) -> list[str]:
    return [match.group(0) for match in LINK.finditer(text)]


def displayed(text: str, limits: Limits) -> tuple[str, tuple[LinkSpan, ...]]:
    """The text as readers see it, and where its links are.

    With the link rule "shortened" a long link is displayed without its scheme and with an ellipsis;
    the span keeps the whole address. With every other rule the text stays as it is.
    """
    pieces: list[str] = []
    spans: list[LinkSpan] = []
    length = position = 0
    for match in LINK.finditer(text):
        shown = _shown_link(match.group(0), limits)
        before = text[position : match.start()]
        start = length + len(before)
        pieces += (before, shown)
        length = start + len(shown)
        spans.append(LinkSpan(start, length, match.group(0)))
        position = match.end()
    return "".join((*pieces, text[position:])), tuple(spans)


def measure_text(text: str, limits: Limits) -> TextCount:
    """Count a composed text as the platform will."""
    count = COUNTERS[limits.counter]
    shown, spans = displayed(text, limits)
    used = count(shown)
    if limits.link_rule == "fixed" and limits.link_length is not None:
        used += sum(limits.link_length - count(shown[span.start : span.end]) for span in spans)
    return TextCount(used, limits.max_characters, utf8_bytes(shown), limits.max_bytes)


def _shown_link(url: str, limits: Limits) -> str:
    if limits.link_rule != "shortened" or limits.link_length is None:
        return url
    if len(url) <= limits.link_length:
        return url
    bare = url.split("://", 1)[1].removeprefix("www.").rstrip("/")
    if len(bare) <= limits.link_length:
        return bare
    return bare[: limits.link_length - len(ELLIPSIS)] + ELLIPSIS
