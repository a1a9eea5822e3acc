"""How a structure bends the offline writer: which sentence opens, what follows, how it is set.

A structure is followed as far as the material has what it asks for. The brand's amounts of emoji
and hashtags stand above it, and so does coherence: what leans on its neighbour stays beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.sentences import Sentence
from content.agents.offline.cues import is_advice, is_command
from content.skills.reading import read_structure
from content.skills.structure import Structure

OPENS: Final = 1.4
"""What the wanted kind of opening is worth beside everything else that speaks for a sentence: more
than any cue of an angle, less than that the same sentence opened another post."""

FOLLOWS: Final = 0.6
_TARGETS: Final = {"line": 140, "short": 320, "medium": 650, "long": 1_400}
_PAST = regex.compile(
    r"\b(?:was|were|had|began|started|came|went|then|later|war|waren|hatte|était|avait|fue|era)\b",
    regex.IGNORECASE,
)
_WE = regex.compile(r"\b(?:we|our|us|wir|unser\p{L}*|nous|notre|nuestr\p{L}*)\b", regex.IGNORECASE)
_YOU = regex.compile(r"\b(?:you|your|Sie|Ihr\p{L}*|vous|votre|usted\p{L}*)\b", regex.IGNORECASE)
_ME = regex.compile(r"\b(?:I|my|ich|mein\p{L}*|je|mon|yo)\b")
_PERSONS: Final = {"we": _WE, "you": _YOU, "me": _ME}


def opening_worth(sentence: Sentence, structure: Structure | None) -> float:
    """How much better a sentence opens a post of this structure."""
    if structure is None:
        return 0.0
    worth = OPENS * opens_as(sentence, structure.hook)
    if structure.length == "line":
        worth -= 0.5 * (len(sentence.text) > _TARGETS["line"])
    return worth + _spoken(sentence, structure)


def opens_as(sentence: Sentence, hook: str) -> bool:
    match hook:
        case "quote":
            return sentence.is_quote
        case "command":
            return is_command(sentence) or is_advice(sentence)
        case _:
            return read_structure(sentence.text).hook == hook


def following_worth(group: Sequence[Sentence], structure: Structure | None) -> float:
    """How much better some sentences go on in a post of this structure."""
    if structure is None:
        return 0.0
    fits = any(_goes_on_as(sentence, structure.body) for sentence in group)
    return FOLLOWS * fits + max(_spoken(sentence, structure) for sentence in group)


def target_length(structure: Structure | None, most: int, usual: int) -> int:
    """Characters to aim at, never above the platform's limit."""
    return usual if structure is None else min(most, _TARGETS[structure.length])


def takes_more(structure: Structure | None) -> bool:
    return structure is None or structure.body != "none"


def fitting_closes(closes: Sequence[str], own: Sequence[str], structure: Structure) -> list[str]:
    """Closings of the wanted kind: `own` are the material's requests, `closes` the phrase book's.

    Where the phrase book of a language has none of the kind, any of it is better than another end.
    """
    match structure.closing:
        case "question":
            asked = [close for close in closes if close.endswith("?")]
            return asked or list(closes)
        case "call":
            called = [c for c in closes if not c.endswith("?") and not _is_thanks(c)]
            return [*own, *called] or list(closes)
        case "thanks":
            thanked = [
                close for close in closes if read_structure(f"A. {close}").closing == "thanks"
            ]
            return thanked or list(closes)
        case _:
            return []


def _is_thanks(close: str) -> bool:
    return read_structure(f"So. {close}").closing == "thanks"


def ended_with_fact(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The last sentence with a figure at the very end, if nothing leans on it or it on another."""
    for at in range(len(sentences) - 1, 0, -1):
        one = sentences[at]
        after = sentences[at + 1] if at + 1 < len(sentences) else None
        is_tied = (
            one.leans or one.is_quote or (after is not None and (after.leans or after.is_quote))
        )
        if one.has_number and not is_tied:
            return [*sentences[:at], *sentences[at + 1 :], one]
    return list(sentences)


def blocks_of(first: str, rest: Sequence[Sentence], structure: Structure) -> list[str] | None:
    """The opening and what follows, set as the structure asks; None where the usual way serves."""
    if not rest:
        return None
    mark = {"list": "– ", "steps": "→ "}.get(structure.body)
    is_loose = len(rest) > 1 and not any(one.leans or one.is_quote for one in rest)
    if mark and is_loose:
        return [first, "\n".join(f"{mark}{one.text}" for one in rest)]
    if structure.paragraphs == "one":
        return [" ".join([first, *(one.text for one in rest)])]
    if structure.paragraphs == "many":
        return _each_apart(first, rest)
    return None


def _each_apart(first: str, rest: Sequence[Sentence]) -> list[str]:
    blocks = [first]
    for sentence in rest:
        if sentence.leans:
            blocks[-1] += f" {sentence.text}"
        else:
            blocks.append(sentence.text)
    return blocks


def _goes_on_as(sentence: Sentence, body: str) -> bool:
    match body:
        case "list" | "steps":
            return sentence.is_item
        case "proof":
            return sentence.is_quote or sentence.has_number
        case "story":
            return bool(_PAST.search(sentence.text))
        case "comparison":
            return read_structure(f"A. {sentence.text} B.").body == "comparison"
        case _:
            return False


def _spoken(sentence: Sentence, structure: Structure) -> float:
    pattern = _PERSONS.get(structure.person)
    return 0.15 if pattern is not None and pattern.search(sentence.text) else 0.0
