"""How well a structure serves an intent: 0 to 1, so that 0.80 and 0.65 mean something.

Compared in the closed words themselves and not by vectors of descriptions: of 30 labelled pairs
(tests/content/skills/test_matching.py) this gets 30 right at 0.80 and 0.65, cosines of descriptions
12 (MiniLM) and 13 (hashed n-grams), and 24 with thresholds fitted to the very pairs (2026-11-21).

A part counts for its weight times how well its word serves: 1 for the best word for this angle,
less for the second and third, 0.15 for one that the angle does not ask for, and nothing for what
the material cannot give (a quotation where nobody is quoted). So a structure that fits in all but
its opening or its middle comes out between 0.65 and 0.80: worth adapting; one that fits in neither
is below: another one is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from .intent import Feature, Intent
from .structure import Structure
from .vocabulary import PARTS

REUSE: Final = 0.80
ADAPT: Final = 0.65

WEIGHTS: Final[Mapping[str, float]] = {
    "hook": 0.25,
    "body": 0.25,
    "length": 0.15,
    "closing": 0.10,
    "person": 0.05,
    "emoji": 0.05,
    "hashtags": 0.03,
    "paragraphs": 0.02,
}
PLATFORM_WEIGHT: Final = 0.10
_ANY_PLATFORM, _OTHER_PLATFORM = 0.9, 0.3

_BY_RANK = (1.0, 0.85, 0.7, 0.6)
_UNASKED = 0.15
_NOT_IN_MATERIAL = 0.8  # a question can be made from a statement, though not word for word
_MENDED_BELOW = 0.5

_HOOKS: Mapping[str, Sequence[str]] = {
    "product_focus": ("statement", "number", "contrast", "question"),
    "user_benefit": ("question", "statement", "contrast"),
    "storytelling": ("story", "quote", "statement"),
    "educational": ("question", "number", "contrast", "statement"),
    "social_proof": ("quote", "number", "statement"),
    "promotional": ("command", "number", "statement", "question"),
}
_BODIES: Mapping[str, Sequence[str]] = {
    "product_focus": ("list", "paragraph", "comparison"),
    "user_benefit": ("paragraph", "list", "comparison"),
    "storytelling": ("story", "paragraph"),
    "educational": ("steps", "list", "paragraph", "comparison"),
    "social_proof": ("proof", "paragraph", "story"),
    "promotional": ("paragraph", "list"),
}
_PERSONS: Mapping[str, Sequence[str]] = {
    "product_focus": ("none", "we", "you"),
    "user_benefit": ("you", "we"),
    "storytelling": ("we", "me", "none"),
    "educational": ("you", "none", "we"),
    "social_proof": ("none", "we"),
    "promotional": ("you", "we", "none"),
}
_CLOSINGS: Mapping[str, Sequence[str]] = {
    "none": ("none", "fact"),
    "soft": ("question", "thanks", "fact", "none"),
    "direct": ("call", "question", "thanks"),
}
_EMOJI: Mapping[str, Sequence[str]] = {
    "none": ("none",),
    "minimal": ("none", "front", "end"),
    "moderate": ("front", "end", "throughout"),
    "heavy": ("throughout", "front"),
}
# What a word needs of the material, any one of these; without it the part cannot be honoured.
_NEEDS: Mapping[tuple[str, str], frozenset[Feature]] = {
    ("hook", "number"): frozenset({"number"}),
    ("hook", "quote"): frozenset({"quote"}),
    ("hook", "story"): frozenset({"story"}),
    ("body", "story"): frozenset({"story"}),
    ("body", "proof"): frozenset({"quote", "number"}),
    ("body", "list"): frozenset({"items", "several"}),
    ("body", "steps"): frozenset({"items"}),
}
# What is better with it, and can be done without.
_LIKES: Mapping[tuple[str, str], Feature] = {
    ("hook", "question"): "question",
    ("hook", "command"): "command",
    ("hook", "contrast"): "contrast",
    ("body", "comparison"): "contrast",
}
_LENGTHS = tuple(PARTS["length"])
_LENGTH_STEPS = (1.0, 0.6, 0.2, 0.0)


def similarity(intent: Intent, structure: Structure, *, platform: str = "") -> float:
    """How well a structure serves, 0 to 1; `platform` is that of its skill, empty for every one."""
    fit = sum(
        weight * grade(intent, part, getattr(structure, part)) for part, weight in WEIGHTS.items()
    )
    return round(fit + PLATFORM_WEIGHT * _platform(intent, platform), 6)


def grade(intent: Intent, part: str, word: str) -> float:
    """How well one word serves an intent, 0 to 1."""
    if part == "length":
        return _length(intent, word)
    needed = _NEEDS.get((part, word))
    if needed is not None and not needed & intent.features:
        return 0.0
    wanted = _wanted(intent, part)
    best = _BY_RANK[min(wanted.index(word), 3)] if word in wanted else _UNASKED
    liked = _LIKES.get((part, word))
    return best if liked is None or liked in intent.features else best * _NOT_IN_MATERIAL


def ideal(intent: Intent) -> Structure:
    """The structure that serves an intent best: the first among the best words of each part."""
    return Structure(**{part: _best(intent, part) for part in PARTS})


def adapted(structure: Structure, intent: Intent) -> Structure:
    """The same structure, with every part that serves badly put right and all others left alone."""
    bad = [part for part in PARTS if grade(intent, part, getattr(structure, part)) < _MENDED_BELOW]
    return structure.but(**{part: _best(intent, part) for part in bad})


def next_best(structure: Structure, intent: Intent, part: str) -> Structure:
    """The same structure with another word for one part: the best that the intent leaves."""
    others = [word for word in PARTS[part] if word != getattr(structure, part)]
    return structure.but(**{part: max(others, key=lambda word: grade(intent, part, word))})


def possible(intent: Intent, part: str) -> list[str]:
    """Words of a part that the material and the platform allow, the best first."""
    graded = {word: grade(intent, part, word) for word in PARTS[part]}
    return sorted((word for word in graded if graded[word] > 0), key=lambda w: -graded[w])


def _best(intent: Intent, part: str) -> str:
    wanted = [*_wanted(intent, part), *PARTS[part]]
    return max(wanted, key=lambda word: grade(intent, part, word))


def _wanted(intent: Intent, part: str) -> Sequence[str]:
    match part:
        case "hook":
            return _HOOKS[intent.angle]
        case "body":
            return _body(intent)
        case "closing":
            is_offer = intent.angle == "promotional" and intent.call != "none"
            return _CLOSINGS["direct" if is_offer else intent.call]
        case "person":
            opinion = ("me", "we") if intent.content_type == "opinion" else ()
            return (*opinion, *_PERSONS[intent.angle])
        case "emoji":
            formal = intent.tone == "professional" and intent.emoji == "minimal"
            return _EMOJI["none" if formal else intent.emoji]
        case "hashtags":
            return ("none",) if intent.hashtags == "none" else ("end", "inline")
        case "paragraphs":
            return ("one", "few") if intent.room <= 320 else ("few", "many", "one")
        case _:
            return ()


def _body(intent: Intent) -> Sequence[str]:
    if intent.is_short_material:
        return ("none", "paragraph")
    if intent.content_type == "tutorial":
        return ("steps", *_BODIES[intent.angle])
    return _BODIES[intent.angle]


def _length(intent: Intent, word: str) -> float:
    """By the distance from the length that people read there; nothing for what does not fit."""
    least = {"line": 0, "short": 140, "medium": 320, "long": 700}[word]
    if least >= intent.room:
        return 0.0
    return _LENGTH_STEPS[abs(_LENGTHS.index(word) - _LENGTHS.index(_wanted_length(intent)))]


def _wanted_length(intent: Intent) -> str:
    if intent.room <= 320 or intent.is_short_material:
        return "short"
    if intent.room > 1_000 and intent.angle in ("storytelling", "educational"):
        return "long"
    return "medium"


def _platform(intent: Intent, platform: str) -> float:
    if not platform:
        return _ANY_PLATFORM
    return 1.0 if platform == intent.platform else _OTHER_PLATFORM
