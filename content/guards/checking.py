"""All guards over one candidate: check, fix what can be fixed, check once more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .base import CandidateText, Citation, Guard, GuardBrief, Severity, Verdict
from .registry import guards

# What the platform itself would refuse stays forbidden, whatever a brand decides.
_PLATFORM = frozenset({"length", "hashtags"})


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

    @property
    def doubts(self) -> list[str]:
        """Why only a person may let it out, as sentences; empty when the agent may."""
        return [result.verdict.reason for result in self.results if result.verdict.asks]

    @property
    def faults(self) -> list[str]:
        """What the writer is told to mend: all that blocks it or asks a person, and can be."""
        found = [result.verdict for result in self.results]
        return [each.reason for each in found if (each.blocks or each.asks) and each.is_mendable]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Where its claims are written, in the order of the text."""
        found = [cited for result in self.results for cited in result.verdict.citations]
        return tuple(sorted(found, key=lambda cited: cited.span))


def inspect(candidate: CandidateText, brief: GuardBrief) -> Inspection:
    """Run every guard, apply the fixes of those that fail, and run every guard once more.

    Pure: the same texts give the same answer. Source: specification 2c, guards.
    """
    fixed, mended = candidate, set()
    first: dict[str, Verdict] = {}
    for slug, guard in guards.items():
        verdict = first[slug] = guard.check(fixed, brief)
        if not verdict.ok and verdict.fix is not None and verdict.fix != fixed:
            fixed = verdict.fix
            mended.add(slug)
    results = []
    for slug, guard in guards.items():
        # Without a fix the second look would see what the first one saw.
        verdict = guard.check(fixed, brief) if mended else first[slug]
        weighed = _weighed(slug, verdict, brief)
        results.append(Checked(guard, weighed, was_fixed=slug in mended and verdict.ok))
    return Inspection(fixed, tuple(results))


def _weighed(slug: str, verdict: Verdict, brief: GuardBrief) -> Verdict:
    """Where a brand does not demand its guards, what they find asks a person instead."""
    if brief.requires_guards or not verdict.blocks or slug in _PLATFORM:
        return verdict
    return replace(verdict, severity=Severity.REVIEW)
