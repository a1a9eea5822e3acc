"""What a skill's record is worth: shrunk rates, tiers, when it retires. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

WINDOW: Final = timedelta(days=30)
"""How far back a record reaches (specification 2c, ranking query)."""

LEAST_USES: Final = 10
PRIOR: Final = 2.0
"""Approvals and refusals that every record is given: Beta(2, 2), a half with little conviction."""

UNKNOWN: Final = 0.5
LEAST_DECIDED: Final = 5
"""Ours: so many judgements before a skill changes its tier, or one bad day would end it."""

CHAMPION_RATE, ACTIVE_RATE, TESTING_RATE = 0.85, 0.70, 0.50
TESTING_USES: Final = 50
FAILING_FOR: Final = timedelta(days=7)
DEFECTIVE: Final = 0.50

TIER_WEIGHTS: Final = {"champion": 2.0, "active": 1.0, "testing": 0.5, "failing": 0.1}

_GRID = np.linspace(0.0, 1.0, 1001)
_INTERVAL = (0.10, 0.90)


@dataclass(frozen=True, slots=True)
class Record:
    """Counts of the last 30 days. `decided` are the uses that a person said anything of, `approved`
    those of them that went out, `defective` those in which something was wrong.

    The success of a skill is its approval rate (specification 6.6).
    """

    uses: int = 0
    decided: int = 0
    approved: int = 0
    defective: int = 0

    @property
    def approval_rate(self) -> float:
        return self.approved / self.decided if self.decided else 0.0

    @property
    def defect_rate(self) -> float:
        return self.defective / self.decided if self.decided else 0.0

    @property
    def is_telling(self) -> bool:
        """Used often enough to be ranked by, and judged at all."""
        return self.uses >= LEAST_USES and self.decided > 0

    @property
    def history(self) -> float | None:
        """Expected approval rate, drawn to a half where there is little; None below ten uses."""
        if not self.is_telling:
            return None
        return (self.approved + PRIOR) / (self.decided + 2 * PRIOR)

    def interval(self) -> tuple[float, float]:
        """Bounds between which the approval rate lies eight times in ten."""
        wins, losses = self.approved + PRIOR, self.decided - self.approved + PRIOR
        with np.errstate(divide="ignore"):
            logs = (wins - 1) * np.log(_GRID) + (losses - 1) * np.log1p(-_GRID)
        mass = np.cumsum(np.exp(logs - logs.max()))
        low, high = (float(_GRID[np.searchsorted(mass, part * mass[-1])]) for part in _INTERVAL)
        return low, high


@dataclass(frozen=True, slots=True)
class Verdict:
    """`status` as models.SkillStatus; `reason` in a sentence where it is retired."""

    status: str
    reason: str = ""


def judged(
    record: Record, *, status: str, moment: datetime, failing_since: datetime | None
) -> Verdict:
    """The tier that a record stands for. Source: specification 2c, skill tiers.

    Below ten uses, or five judgements, everything stays as it is. Retired: more than half
    defective; still in testing after 50 uses; failing for seven days.
    """
    if status == "retired" or not record.is_telling or record.decided < LEAST_DECIDED:
        return Verdict(status)
    if record.defect_rate > DEFECTIVE:
        return Verdict("retired", f"Something was wrong in {record.defect_rate:.0%} of its posts.")
    rate = record.approval_rate
    if rate >= CHAMPION_RATE:
        return Verdict("champion")
    if rate >= ACTIVE_RATE:
        return Verdict("active")
    if rate >= TESTING_RATE:
        if record.uses >= TESTING_USES:
            return Verdict(
                "retired", f"No better than {rate:.0%} approved after {record.uses} uses."
            )
        return Verdict("testing")
    if failing_since is not None and moment - failing_since >= FAILING_FOR:
        return Verdict("retired", f"Below {TESTING_RATE:.0%} approved for seven days.")
    return Verdict("failing")
