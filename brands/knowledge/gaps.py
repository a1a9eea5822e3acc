"""What a brand's knowledge lacks: a number from 0 to 100, and what to add first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .categories import Category

ENOUGH_CHARACTERS: Final = 1_500
"""Of a category's pages: about what one good page says."""
ENOUGH_ENTRIES: Final = 3
PAGES_SHARE: Final = 0.7
FEW: Final = 0.35
MOST_GAPS: Final = 8
# An answer once in a while that misses says little; the same question asked again says more.
URGENT_TIMES: Final = 3


@dataclass(frozen=True, slots=True)
class Held:
    """What there is of one category: characters of pages and the number of entries in use."""

    characters: int = 0
    pages: int = 0
    entries: int = 0

    @property
    def fill(self) -> float:
        """0 to 1. Pages alone do not make it whole: an agreed answer is worth a page."""
        pages = min(1.0, self.characters / ENOUGH_CHARACTERS)
        entries = min(1.0, self.entries / ENOUGH_ENTRIES)
        return min(1.0, max(pages * PAGES_SHARE + entries * (1 - PAGES_SHARE), entries))


@dataclass(frozen=True, slots=True)
class Unanswered:
    question: str
    times: int
    category: str = ""


@dataclass(frozen=True, slots=True)
class Gaps:
    """`categories` and `gaps` are rows for the page and for storage; the worst gap comes first."""

    completeness: int
    categories: list[dict[str, Any]]
    gaps: list[dict[str, Any]]


def gaps_in(
    held: Mapping[str, Held], unanswered: Sequence[Unanswered], categories: Sequence[Category]
) -> Gaps:
    """Completeness is the filled share of the categories, each by its weight."""
    total = sum(category.weight for category in categories) or 1
    fills = {each.slug: held.get(each.slug, Held()).fill for each in categories}
    filled = sum(fills[each.slug] * each.weight for each in categories)
    found = [_gap(each, fills[each.slug], unanswered) for each in categories]
    gaps = sorted((gap for gap in found if gap), key=lambda gap: -gap["loss"])
    return Gaps(
        completeness=round(100 * filled / total),
        categories=[_row(each, held.get(each.slug, Held())) for each in categories],
        gaps=gaps[:MOST_GAPS],
    )


def _row(category: Category, held: Held) -> dict[str, Any]:
    return {
        "slug": category.slug,
        "name": category.name,
        "fill": round(held.fill, 2),
        "pages": held.pages,
        "entries": held.entries,
    }


def _gap(
    category: Category, fill: float, unanswered: Sequence[Unanswered]
) -> dict[str, Any] | None:
    asked = [each for each in unanswered if each.category == category.slug]
    times = sum(each.times for each in asked)
    loss = (1 - fill) * category.weight + 2 * min(times, 5)
    if fill >= FEW and not asked:
        return None
    is_urgent = (category.weight >= 8 and fill < FEW) or times >= URGENT_TIMES
    return {
        "slug": category.slug,
        "name": category.name,
        "loss": round(loss, 2),
        "is_urgent": is_urgent,
        "why": _why(fill, times),
        "advice": category.asks or f"What should we know about {category.name.lower()}?",
        "questions": [each.question for each in asked[:5]],
    }


def _why(fill: float, times: int) -> str:
    known = "Nothing is known of it" if fill == 0 else "Little is known of it"
    if fill >= FEW:
        known = "Something is known of it"
    if not times:
        return f"{known}."
    return (
        f"{known}, and it was asked for {times} time{'s' if times > 1 else ''} without an answer."
    )
