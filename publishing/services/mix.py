"""What a brand speaks of against what it wants to speak of: shares of its pillars, and the gap.

Counted are posts that are out in the last thirty days and those planned for the next fourteen. A
post of a person has its pillar on itself, one of the agent that of its material. Targets are the
percentages of the brand's pillars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

BACK_DAYS: Final = 30
AHEAD_DAYS: Final = 14
FEWEST: Final = 4
"""Posts below which a share says nothing."""
NOTABLE_POINTS: Final = 5
OTHER: Final = ""
"""Posts of no pillar, or of one that the brand does not have."""


@dataclass(frozen=True, slots=True)
class PillarShare:
    """One pillar: posts out and planned, its share of all and the share that is wanted, 0 to 1.

    `target` is None where nothing is wanted: posts of no pillar.
    """

    name: str
    out: int
    planned: int
    share: float
    target: float | None

    @property
    def count(self) -> int:
        return self.out + self.planned

    @property
    def points(self) -> int:
        """Percentage points above the target (below: negative)."""
        return 0 if self.target is None else round((self.share - self.target) * 100)

    @property
    def short(self) -> int:
        """Percentage points that are missing."""
        return max(0, -self.points)

    @property
    def band_low(self) -> float:
        """Where the share may lie without a word: a few points around the target."""
        return max(0.0, (self.target or 0) - NOTABLE_POINTS / 100)

    @property
    def band_high(self) -> float:
        return min(1.0, (self.target or 0) + NOTABLE_POINTS / 100)


@dataclass(frozen=True, slots=True)
class Mix:
    shares: tuple[PillarShare, ...]
    total: int

    @property
    def is_enough(self) -> bool:
        return self.total >= FEWEST

    @property
    def behind(self) -> PillarShare | None:
        """The pillar that is furthest below its target, if any is notably."""
        aimed = [each for each in self.shares if each.target is not None]
        last = min(aimed, key=lambda each: each.points, default=None)
        return last if last and self.is_enough and last.points <= -NOTABLE_POINTS else None


def targets_of(pillars: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Name -> share from 0 to 1. Percentages that do not add up to 100 are taken by proportion;
    where there are none, each pillar counts alike."""
    wanted: dict[str, float] = {}
    for each in pillars:
        name = str(each.get("name", "")).strip()
        percentage = each.get("percentage")
        if name:
            is_number = isinstance(percentage, int | float) and not isinstance(percentage, bool)
            wanted[name] = max(0.0, float(percentage)) if is_number else 0.0  # type: ignore[arg-type]
    whole = sum(wanted.values())
    if not whole:
        return dict.fromkeys(wanted, 1 / len(wanted)) if wanted else {}
    return {name: value / whole for name, value in wanted.items()}


def mix_of(
    *, pillars: Sequence[Mapping[str, Any]], out: Mapping[str, int], planned: Mapping[str, int]
) -> Mix:
    """Shares of the counted posts; pillars in the brand's order, then what is of none.

    Names are compared without regard to case and blanks at their ends.
    """
    targets = targets_of(pillars)
    known = {name.casefold(): name for name in targets}
    published, coming = _gathered(out, known), _gathered(planned, known)
    total = sum(published.values()) + sum(coming.values())
    names = [*targets, *([OTHER] if published.get(OTHER) or coming.get(OTHER) else [])]
    return Mix(
        tuple(
            PillarShare(
                name,
                published.get(name, 0),
                coming.get(name, 0),
                (published.get(name, 0) + coming.get(name, 0)) / total if total else 0.0,
                targets.get(name),
            )
            for name in names
        ),
        total,
    )


def _gathered(counts: Mapping[str, int], known: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in counts.items():
        key = known.get(name.strip().casefold(), OTHER)
        found[key] = found.get(key, 0) + count
    return found
