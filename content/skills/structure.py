"""A structure: how a post is built, and never a word of what it says.

Every value is one of a closed list, so no text of anybody can stand in one; that is what makes it
safe to share. The same structure has the same fingerprint in every organization, which is how those
that several organizations found for themselves are recognised.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

from config.kernel.errors import Invalid

from .vocabulary import PART_LABELS, PARTS, TASKS

_FORMAT: Final = 1
_SLUG_LENGTH: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Raises Invalid for a value that is not in the list of its part (see vocabulary.PARTS)."""

    hook: str = "statement"
    body: str = "paragraph"
    closing: str = "question"
    length: str = "medium"
    paragraphs: str = "few"
    emoji: str = "none"
    hashtags: str = "end"
    person: str = "none"

    def __post_init__(self) -> None:
        for part, words in PARTS.items():
            if getattr(self, part) not in words:
                raise Invalid(
                    f"{PART_LABELS[part]} is none of the known kinds. Choose one of: "
                    f"{', '.join(word.label for word in words.values())}.",
                    code="structure_unknown",
                    field=part,
                )

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """Raises Invalid for anything but the eight parts, with words of the list."""
        if not isinstance(values, Mapping) or set(values) != set(PARTS):
            raise Invalid(
                f"A structure has exactly these parts: {', '.join(PARTS)}.",
                code="structure_unknown",
            )
        if not all(isinstance(value, str) for value in values.values()):
            raise Invalid("Every part of a structure is a word.", code="structure_unknown")
        return cls(**values)

    def as_json(self) -> dict[str, str]:
        return asdict(self)

    def canonical(self) -> str:
        """The same text for the same structure, whatever the order of its parts was."""
        return json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))

    def fingerprint(self, *, task: str, platform: str) -> str:
        """64 hexadecimal digits; the same in every organization. Raises Invalid for a task that is
        unknown, or a platform that is no short name."""
        known = platform == "" or (platform.isascii() and platform.isidentifier())
        if task not in TASKS or not known or len(platform) > _SLUG_LENGTH:
            raise Invalid("A skill is for a known task and platform.", code="skill_scope_unknown")
        parts = (str(_FORMAT), task, platform, self.canonical())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def but(self, **parts: str) -> Structure:
        return replace(self, **parts)

    def differs_in(self, other: Structure) -> list[str]:
        return [part for part in PARTS if getattr(self, part) != getattr(other, part)]


def name_of(structure: Structure) -> str:
    """A short name, such as “Question, list, call to action · short”."""
    main = [
        PARTS[part][getattr(structure, part)].label
        for part in ("hook", "body", "closing")
        if getattr(structure, part) != "none"
    ]
    named = ", ".join([main[0], *(label[:1].lower() + label[1:] for label in main[1:])])
    return f"{named} · {PARTS['length'][structure.length].label.lower()}"


def describe(structure: Structure) -> str:
    """The whole structure in a few sentences for people; the text that its vector is made of."""
    told = {part: words[getattr(structure, part)].told for part, words in PARTS.items()}
    sentences = (
        f"{told['hook']}, {told['body']}, {told['closing']}",
        f"{told['length']}, {told['paragraphs']}",
        told["person"],
        f"{told['emoji']}, {told['hashtags']}",
    )
    return " ".join(f"{sentence[:1].upper()}{sentence[1:]}." for sentence in sentences)


def describe_change(before: Structure, after: Structure) -> str:
    """What another version changes, in words: “Opening: Question instead of Number”."""
    return "; ".join(
        f"{PART_LABELS[part]}: {PARTS[part][getattr(after, part)].label.lower()} instead of "
        f"{PARTS[part][getattr(before, part)].label.lower()}"
        for part in after.differs_in(before)
    )


def lines_for_writer(structure: Structure) -> list[str]:
    """The structure as orders to a model. The brand's own rules and the platform's limits stand
    above it, and it never is a reason to invent something."""
    return [
        *(words[getattr(structure, part)].asked for part, words in PARTS.items()),
        "Where the material has nothing for one of these, do without it and invent nothing.",
    ]
