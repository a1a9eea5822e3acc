"""A long text as the parts of a thread: at a paragraph, else a sentence, else a word.

Nothing is added, numbered or left out; only the blanks between two parts go.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

import regex  # type: ignore[import-untyped, unused-ignore]

from .patterns import BLANKS
from .shapes import Limits
from .text import measure_text

_PARAGRAPHS = regex.compile(r"\n[ \t]*\n\s*")
_SENTENCES = regex.compile(r"(?<=[.!?…。！？][\"'”’»)\]]*)\s+|(?<=[。！？])|\n")
_WORDS = regex.compile(r"\s+")
_GRAPHEMES = regex.compile(r"(?<=\X)")
ENOUGH = 0.4
"""A part that ends well must be at least so long, measured against one that ends at a word."""

Fits = Callable[[str], bool]


def split_thread(
    text: str,
    limits: Limits,
    *,
    whole: Callable[[str], str] = str,
    has_media: bool = False,
) -> tuple[str, ...]:
    """The parts, each of which fits as the platform counts. The first goes out as `whole` makes it,
    with its hashtags and link.

    Raises ValueError when those leave no room for a single character.
    """
    parts: list[str] = []
    rest = text.replace("\r\n", "\n").strip(BLANKS)
    while rest:

        def fits(part: str) -> bool:
            said = part if parts else whole(part)
            return not measure_text(said, limits, has_media=has_media and not parts).over

        part = _first_part(rest, fits)
        parts.append(part)
        rest = rest[len(part) :].strip(BLANKS)
    return tuple(parts)


def _first_part(text: str, fits: Fits) -> str:
    if fits(text):
        return text
    by_word = _longest(text, _ends(_WORDS, text), fits)
    least = len(by_word) * ENOUGH
    for pattern in (_PARAGRAPHS, _SENTENCES):
        found = _longest(text, _ends(pattern, text), fits)
        if found and len(found) >= least:
            return found
    # A word that is longer than a post is the one thing that is cut inside.
    part = by_word or _longest(text, _ends(_GRAPHEMES, text), fits)
    if not part:
        raise ValueError("There is no room for a single character.")
    return part


def _ends(pattern: regex.Pattern[str], text: str) -> Iterator[int]:
    """Where pieces end, without the blanks behind them, ascending."""
    return (match.start() for match in pattern.finditer(text) if match.start())


def _longest(text: str, ends: Iterable[int], fits: Fits) -> str:
    """The longest beginning that ends at one of `ends` and fits; "" if none does."""
    places: Sequence[int] = list(ends)
    # Counts grow with the text but for a character or two, so the exact place is near.
    near = bisect_right(places, False, key=lambda end: not fits(text[:end]))
    for end in reversed(places[: near + 2]):
        if fits(part := text[:end].rstrip(BLANKS)) and part:
            return part
    return ""
