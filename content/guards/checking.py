"""All guards over one candidate: check, fix what can be fixed, check once more."""

from __future__ import annotations

from dataclasses import dataclass

from .base import CandidateText, Guard, GuardBrief, Verdict
from .registry import guards


@dataclass(frozen=True, slots=True)
class Checked:
    """One guard's last word on a candidate; `was_fixed` when its own fix made it pass."""

    guard: Guard
    verdict: Verdict
    was_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Inspection:
    """The candidate as it stands after the fixes, and what every guard says of it."""

    candidate: CandidateText
    results: tuple[Checked, ...]

    @property
    def is_passed(self) -> bool:
        return not any(result.verdict.blocks for result in self.results)

    @property
    def pass_ratio(self) -> float:
        """Share of guards that passed, 0 to 1."""
        passed = sum(result.verdict.ok for result in self.results)
        return passed / len(self.results) if self.results else 1.0

    @property
    def reasons(self) -> list[str]:
        """Why it is blocked, as sentences for people and for the writer's next turn."""
        return [result.verdict.reason for result in self.results if result.verdict.blocks]


def inspect(candidate: CandidateText, brief: GuardBrief) -> Inspection:
    """Run every guard, apply the fixes of those that fail, and run every guard once more.

    Pure: the same texts give the same answer. Source: specification 2c, guards.
    """
    fixed, mended = candidate, set()
    for slug, guard in guards.items():
        verdict = guard.check(fixed, brief)
        if not verdict.ok and verdict.fix is not None and verdict.fix != fixed:
            fixed = verdict.fix
            mended.add(slug)
    results = []
    for slug, guard in guards.items():
        verdict = guard.check(fixed, brief)
        results.append(Checked(guard, verdict, was_fixed=slug in mended and verdict.ok))
    return Inspection(fixed, tuple(results))
