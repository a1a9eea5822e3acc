"""A document in passages of at most 1,000 characters that can be found, cited and shown in place.

A passage never runs over a heading: an edit under one heading then changes the passages under it
and no others, and only those are embedded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from .headings import sections_of

if TYPE_CHECKING:
    from semantic_text_splitter import TextSplitter

CHARACTERS: Final = 1_000  # specification 3c
OVERLAP: Final = 200
CHARACTERS_A_TOKEN: Final = 4  # near enough to say how much of a prompt a passage takes


@dataclass(frozen=True, slots=True)
class Chunk:
    """`text` is what stands at [start, end) of the document, in code points."""

    number: int
    heading: str
    text: str
    start: int
    end: int

    @property
    def hash(self) -> str:
        """Of all that its vector and its words are made of."""
        return text_hash(f"{self.heading}\n{self.text}")

    @property
    def token_count(self) -> int:
        return max(1, len(self.text) // CHARACTERS_A_TOKEN)


def chunks_of(text: str) -> list[Chunk]:
    """In their order; neighbours under one heading share up to 200 characters.

    Cut at the ends of sentences where there are any (specification 3c).
    """
    return [
        Chunk(number, heading, piece, start, start + len(piece))
        for number, (heading, piece, start) in enumerate(_pieces(text))
    ]


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def embedded_text(heading: str, text: str) -> str:
    """What a passage's vector is made of: the heading says what the passage is about."""
    return f"{heading}\n{text}" if heading else text


def _pieces(text: str) -> Iterator[tuple[str, str, int]]:
    for section in sections_of(text):
        body = text[section.start : section.end]
        for offset, piece in _splitter().chunk_indices(body):
            if any(character.isalnum() for character in piece):
                yield section.heading, piece, section.start + offset


@cache
def _splitter() -> TextSplitter:
    from semantic_text_splitter import TextSplitter

    return TextSplitter(CHARACTERS, overlap=OVERLAP)
