"""Finding a brand's words in a text as a reader would: whole words, any case, any spacing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex  # type: ignore[import-untyped, unused-ignore]

from .spans import Span

_HUMP = regex.compile(r"(?<=\p{Ll}|\p{N})(?=\p{Lu})|_+")


def find_words(text: str, phrase: str) -> Iterator[Span]:
    """Offsets of a word or phrase that stands alone in the text.

    Case, accents' encoding and the width of blanks and dashes do not matter; endings do, unless the
    phrase ends in *: "cheap" leaves "cheaper" alone, "cheap*" does not.
    """
    pattern = _pattern(phrase)
    if pattern is None:
        return
    folded, origin = _folded(text)
    for match in pattern.finditer(folded):
        yield origin[match.start()][0], origin[match.end() - 1][1]


def has_words(text: str, phrase: str) -> bool:
    return next(find_words(text, phrase), None) is not None


def spoken(hashtag: str) -> str:
    """A hashtag as it is read out: "CheapDeals" and "cheap_deals" are "Cheap Deals"."""
    return str(_HUMP.sub(" ", hashtag.lstrip("#＃")))


@lru_cache(maxsize=512)
def _pattern(phrase: str) -> regex.Pattern[str] | None:
    core = _fold(phrase).strip()
    is_stem = core.endswith("*")
    words = core.rstrip("*").split()
    if not words:
        return None
    body = r"[\s\-‐-―]+".join(regex.escape(word) for word in words)
    ending = r"[\p{L}\p{M}\p{N}]*" if is_stem else ""
    # A boundary only where a word stands at the edge: "C++" and "#ad" end and begin with signs.
    before = r"(?<![\p{L}\p{M}\p{N}_])" if words[0][0].isalnum() else ""
    after = r"(?![\p{L}\p{M}\p{N}_])" if is_stem or words[-1][-1].isalnum() else ""
    return regex.compile(before + body + ending + after)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=32)  # a text is looked through for one word after another
def _folded(text: str) -> tuple[str, list[Span]]:
    """The folded text, and for each of its characters the offsets that it came from.

    Folded by grapheme clusters, so that a letter and its accent stay together.
    """
    if text.isascii():
        return text.lower(), [(place, place + 1) for place in range(len(text))]
    pieces: list[str] = []
    origin: list[Span] = []
    for cluster in regex.finditer(r"\X", text):
        piece = _fold(cluster.group(0))
        pieces.append(piece)
        origin += [cluster.span()] * len(piece)
    return "".join(pieces), origin
