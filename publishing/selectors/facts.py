"""Which words of a post come from which sentence of its material. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import regex  # type: ignore[import-untyped, unused-ignore]

WORDS_LEAST = 3
"""Fewer words in a row are chance, unless there is a number among them."""

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[.,'’-][\p{L}\p{M}\p{N}]+)*")
_NUMBER = regex.compile(r"\p{N}")


@dataclass(frozen=True, slots=True)
class Fact:
    """Code points [start, end) of the text, and the source's place in its list."""

    start: int
    end: int
    source: int


def facts_in(text: str, sources: Sequence[str]) -> list[Fact]:
    """Runs of words that a text shares with a source, in the order of the text, none overlapping.

    A word belongs to the first source that has it in a run of three words, or of one number.
    """
    places = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    words = [text[start:end].casefold() for start, end in places]
    owner: list[int | None] = [None] * len(words)
    for number, source in enumerate(sources):
        theirs = [match.group().casefold() for match in _WORD.finditer(source)]
        for block in SequenceMatcher(None, words, theirs, autojunk=False).get_matching_blocks():
            run = range(block.a, block.a + block.size)
            if block.size >= WORDS_LEAST or any(_NUMBER.search(words[place]) for place in run):
                for place in run:
                    owner[place] = number if owner[place] is None else owner[place]
    return _runs(places, owner)


def _runs(places: Sequence[tuple[int, int]], owner: Sequence[int | None]) -> list[Fact]:
    found: list[Fact] = []
    before: int | None = None
    for (start, end), source in zip(places, owner, strict=True):
        if source is not None and source == before:
            found[-1] = Fact(found[-1].start, end, source)
        elif source is not None:
            found.append(Fact(start, end, source))
        before = source
    return found
