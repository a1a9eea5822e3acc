"""How the text of a post is put together and counted: one implementation for all.

The browser's counter, the server's validation and the payload all count what `compose` returns, by
the rules that `Limits.as_json` carries. Nothing here shortens a post: what is too long is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import regex  # type: ignore[import-untyped, unused-ignore]

from .counters import (
    COUNTERS,
    LIGHT,
    OF_COMMENTS,
    codepoints,
    escape_linkedin,
    graphemes,
    utf8_bytes,
    utf16,
    weighted,
)
from .patterns import (
    BARE_LINK_PATTERN,
    BLANKS,
    EMOJI_PATTERN,
    HASHTAG,
    HASHTAG_PATTERN,
    LINK,
    LINK_OR_BARE,
    LINK_PATTERN,
    MENTION,
    MENTION_PATTERN,
)

if TYPE_CHECKING:
    from .shapes import Limits

__all__ = [
    "COUNTERS",
    "ELLIPSIS",
    "HASHTAG",
    "HASHTAG_PATTERN",
    "LINK",
    "LINK_PATTERN",
    "RULES",
    "SEPARATOR",
    "LinkSpan",
    "TextCount",
    "clean_hashtags",
    "codepoints",
    "comment_length",
    "compose",
    "displayed",
    "escape_linkedin",
    "graphemes",
    "hashtags_in",
    "links_in",
    "measure_text",
    "rules",
    "utf8_bytes",
    "utf16",
    "weighted",
]

SEPARATOR = "\n\n"
HASHTAG_SEPARATOR = " "
ELLIPSIS = "…"
FILLER = "x"
"""Stands for each character of a link that counts as a fixed number of them."""

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


def rules(limits: Limits) -> dict[str, Any]:
    """RULES, and those that only some platforms need."""
    more: dict[str, Any] = {}
    if limits.bare_links:
        more["counted_link_pattern"] = f"{LINK_PATTERN}|{BARE_LINK_PATTERN}"
    if limits.mention_rule == "local":
        more["mention_pattern"] = MENTION_PATTERN
    if limits.counter == "weighted":
        more |= {"emoji_pattern": EMOJI_PATTERN, "light": LIGHT}
    if limits.counter == "emoji_bytes":
        more["emoji_pattern"] = EMOJI_PATTERN
    return {**RULES, **more}


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
    body = text.replace("\r\n", "\n").replace("\r", "\n").strip(BLANKS)
    present = {tag.lower() for tag in hashtags_in(body)}
    missing = [tag for tag in clean_hashtags(hashtags) if tag.lower() not in present]
    parts = [body, HASHTAG_SEPARATOR.join(f"#{tag}" for tag in missing)]
    address = (link or "").strip(BLANKS)
    if address and address not in links_in(body):
        parts.append(address)
    return SEPARATOR.join(part for part in parts if part)


def clean_hashtags(hashtags: Iterable[str]) -> list[str]:
    """Hashtags without their #, blanks and punctuation, each once whatever its case; no numbers."""
    cleaned: dict[str, str] = {}
    for tag in hashtags:
        word = _NOT_IN_HASHTAG.sub("", tag)
        if word and not _NUMBER.fullmatch(word):
            cleaned.setdefault(word.lower(), word)
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


def measure_text(text: str, limits: Limits, *, has_media: bool = False) -> TextCount:
    """Count a composed text as the platform will. `has_media` matters where captions are shorter.

    Bytes are counted of what is displayed; links of a fixed length are sent whole.
    """
    shown, _ = displayed(text, limits)
    used = COUNTERS[limits.counter](_countable(shown, limits))
    most = limits.max_characters
    if has_media and limits.max_characters_with_media is not None:
        most = limits.max_characters_with_media
    return TextCount(used, most, utf8_bytes(shown), limits.max_bytes)


def comment_length(text: str, limits: Limits) -> int:
    """Characters of a comment, which no platform escapes."""
    count = OF_COMMENTS.get(limits.counter) or COUNTERS[limits.counter]
    return count(_countable(text, limits))


def _countable(text: str, limits: Limits) -> str:
    """The text with links as long as they count, and mentions without what is free."""
    if limits.link_rule == "fixed" and limits.link_length is not None:
        pattern = LINK_OR_BARE if limits.bare_links else LINK
        text = pattern.sub(FILLER * limits.link_length, text)
    if limits.mention_rule == "local":
        text = MENTION.sub(r"@\g<1>", text)
    return text


def _shown_link(url: str, limits: Limits) -> str:
    if limits.link_rule != "shortened" or limits.link_length is None:
        return url
    if len(url) <= limits.link_length:
        return url
    bare = url.split("://", 1)[1].removeprefix("www.").rstrip("/")
    if len(bare) <= limits.link_length:
        return bare
    return bare[: limits.link_length - len(ELLIPSIS)] + ELLIPSIS
