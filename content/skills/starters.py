"""The skills that every organization begins with, for every platform: nothing is learned yet."""

from __future__ import annotations

from typing import Final

from .structure import Structure

STARTERS: Final[tuple[Structure, ...]] = (
    Structure(hook="statement", body="paragraph", closing="question", length="medium", person="we"),
    Structure(hook="question", body="paragraph", closing="question", length="medium", person="you"),
    Structure(hook="number", body="list", closing="question", length="medium", person="none"),
    Structure(
        hook="story", body="story", closing="question", length="long", person="we", emoji="front"
    ),
    Structure(hook="quote", body="proof", closing="fact", length="medium", person="none"),
    Structure(hook="question", body="steps", closing="thanks", length="long", person="you"),
    Structure(
        hook="command",
        body="paragraph",
        closing="call",
        length="short",
        paragraphs="one",
        person="you",
    ),
    Structure(
        hook="contrast", body="comparison", closing="question", length="medium", person="you"
    ),
    Structure(
        hook="statement",
        body="none",
        closing="none",
        length="short",
        paragraphs="one",
        person="none",
    ),
)
