"""Which runs of a schedule are owed at a moment, and when it is asked again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from config.kernel.clock import Occurrence, occurrences
from publishing.models import CatchUp

GRACE = timedelta(minutes=10)
"""A run that is at most this late runs as if it were on time."""
RECOVERED_MOST = 3
ALERTING_MISSES = 5
"""More missed runs than this are told to people, not only counted."""


@dataclass(frozen=True, slots=True)
class Slot:
    """When a schedule runs; hashable, because thousands of schedules share a few."""

    times: tuple[time, ...]
    days: tuple[int, ...]
    zone: str
    next_run_at: datetime
    catch_up: str

    def runs(self, after: datetime, until: datetime) -> list[Occurrence]:
        return list(
            occurrences(after, times=self.times, weekdays=self.days, zone=self.zone, until=until)
        )

    def next_after(self, moment: datetime) -> datetime | None:
        found = occurrences(moment, times=self.times, weekdays=self.days, zone=self.zone, limit=1)
        return next((occurrence.moment for occurrence in found), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """`on_time` and `recovered` run now; `missed` counts every run beyond the grace."""

    on_time: tuple[Occurrence, ...]
    recovered: tuple[Occurrence, ...]
    missed: int
    next_run_at: datetime | None

    @property
    def is_alerting(self) -> bool:
        return self.missed > ALERTING_MISSES


def plan(slot: Slot, moment: datetime) -> Plan:
    """What a schedule owes at `moment` (specification 1c and 6.8).

    Missed runs are recovered by the schedule's policy: `once` runs the latest one, unless a run
    that is on time makes up for it; `all` runs the latest three at most; `skip` runs none.
    Raises Invalid when the schedule's zone has left the zone database.
    """
    # The span is open at its start, and several runs may share the moment of `next_run_at`.
    owed = slot.runs(slot.next_run_at - timedelta(seconds=1), moment)
    on_time = [run for run in owed if moment - run.moment <= GRACE]
    missed = owed[: len(owed) - len(on_time)]
    return Plan(
        on_time=tuple(on_time),
        recovered=tuple(_recovered(missed, slot.catch_up, has_on_time=bool(on_time))),
        missed=len(missed),
        next_run_at=slot.next_after(moment),
    )


def _recovered(missed: list[Occurrence], catch_up: str, *, has_on_time: bool) -> list[Occurrence]:
    if catch_up == CatchUp.ALL:
        return missed[-RECOVERED_MOST:]
    if catch_up == CatchUp.ONCE and not has_on_time:
        return missed[-1:]
    return []
