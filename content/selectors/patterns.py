"""What the agent learned of a brand's people, with its evidence, as the page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from brands.models import BrandProfile
from content.models import Feedback, LearnedPattern
from content.services.feedback import is_lesson, patterns_of

MOST_EVIDENCE = 200  # acts that one page looks up


@dataclass(frozen=True, slots=True)
class Learned:
    """One pattern with the latest acts behind it, newest first."""

    pattern: LearnedPattern
    is_told: bool
    evidence: Sequence[Feedback]

    @property
    def for_count(self) -> int:
        return int(self.pattern.data.get("for", 0))

    @property
    def against_count(self) -> int:
        return int(self.pattern.data.get("against", 0))


@dataclass(frozen=True, slots=True)
class Lessons:
    """`told` the writer heeds, `watched` has too little evidence, `off` a person switched off."""

    told: Sequence[Learned]
    watched: Sequence[Learned]
    off: Sequence[Learned]
    acts_count: int

    @property
    def is_empty(self) -> bool:
        return not (self.told or self.watched or self.off)


def lessons_page(brand: BrandProfile) -> Lessons:
    """Everything learned of the brand's people, in three groups, the surest first."""
    patterns = patterns_of(brand)
    acts = _acts(patterns)
    learned = [
        Learned(pattern, is_lesson(pattern), list(_evidence(pattern, acts))) for pattern in patterns
    ]
    active = [each for each in learned if each.pattern.is_active]
    return Lessons(
        told=[each for each in active if each.is_told],
        watched=[each for each in active if not each.is_told],
        off=[each for each in learned if not each.pattern.is_active],
        acts_count=Feedback.objects.filter(brand=brand).count(),
    )


def _acts(patterns: Iterable[LearnedPattern]) -> Mapping[UUID, Feedback]:
    ids = [UUID(each) for pattern in patterns for each in pattern.data.get("recent", ())]
    rows: Any = Feedback.objects.select_related("by").in_bulk(ids[:MOST_EVIDENCE])
    return dict(rows)


def _evidence(pattern: LearnedPattern, acts: Mapping[UUID, Feedback]) -> Iterable[Feedback]:
    for each in pattern.data.get("recent", ()):
        if act := acts.get(UUID(each)):
            yield act
