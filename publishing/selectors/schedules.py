"""Schedules as a page shows them: in words, with their next runs and what became of the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from django.db.models import Prefetch

from config.kernel.clock import Occurrence
from publishing.channels.registry import channels, platform_label
from publishing.models import (
    AutopilotRun,
    CatchUp,
    MaterialStrategy,
    PendingPost,
    Schedule,
    ScheduleStatus,
)
from publishing.services.schedules import (
    TIMING_FIELDS,
    ScheduleValues,
    checked,
    next_runs,
)

RUNS_SHOWN = 8
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
STRATEGY_WORDS: Final[Mapping[str, str]] = {
    MaterialStrategy.ROUND_ROBIN: "In turn: what was used least comes next",
    MaterialStrategy.RANDOM: "At random: every ready material has the same odds",
    MaterialStrategy.WEIGHTED: "By success: what did well is drawn more often",
    MaterialStrategy.PILLAR_BALANCED: (
        "By pillars: the pillar that is furthest behind its share comes next"
    ),
}
CATCH_UP_WORDS: Final[Mapping[str, str]] = {
    CatchUp.ONCE: "Make up for the latest one",
    CatchUp.SKIP: "Let them go",
    CatchUp.ALL: "Make up for the last three",
}
WEEK = (1, 2, 3, 4, 5, 6, 0)


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    schedule: Schedule
    when: str
    where: str
    advice: str

    @property
    def is_paused(self) -> bool:
        return self.schedule.status == ScheduleStatus.PAUSED

    @property
    def strategy(self) -> str:
        return STRATEGY_WORDS[MaterialStrategy(self.schedule.material_strategy)]

    @property
    def catch_up(self) -> str:
        return CATCH_UP_WORDS[CatchUp(self.schedule.catch_up)]

    @property
    def runs(self) -> list[Occurrence]:
        return next_runs(self.schedule) if not self.is_paused else []


def schedules_for_list() -> list[ScheduleRow]:
    """All schedules of living brands; a team has few, so they are not paged."""
    schedules = Schedule.objects.filter(brand__deleted_at=None).select_related("brand")
    return [schedule_row(each) for each in schedules.order_by("brand__name", "name")]


def schedule_row(schedule: Schedule) -> ScheduleRow:
    return ScheduleRow(
        schedule,
        when=timing_in_words(schedule),
        where=", ".join(platform_label(slug) for slug in schedule.platforms),
        advice=_advice(schedule),
    )


def runs_of_schedule(schedule: Schedule) -> Sequence[AutopilotRun]:
    made = Prefetch("pending_posts", PendingPost.objects.only("id", "run_id", "status", "content"))
    runs = AutopilotRun.objects.filter(schedule=schedule).select_related("material")
    return list(runs.prefetch_related(made).order_by("-created_at")[:RUNS_SHOWN])


def runs_of_timing(
    *, frequency: str, times: Sequence[str | time], days_of_week: Sequence[int], timezone: str
) -> list[Occurrence]:
    """The next runs of what is not saved yet. Raises Invalid for what saving would refuse."""
    fields: dict[str, Any] = checked(
        ScheduleValues(
            name="Preview",
            platforms=[next(iter(channels))],
            frequency=frequency,
            times=times,
            days_of_week=days_of_week,
            timezone=timezone,
        )
    )
    return next_runs(Schedule(**{name: fields[name] for name in TIMING_FIELDS}))


def timing_in_words(schedule: Schedule) -> str:
    """`Mon to Fri at 09:00 and 17:00`."""
    times = [f"{each:%H:%M}" for each in schedule.times]
    spoken = times[0] if len(times) == 1 else f"{', '.join(times[:-1])} and {times[-1]}"
    return f"{_days_in_words(schedule.days_of_week)} at {spoken}" if times else "No times given"


def _days_in_words(days: Sequence[int]) -> str:
    places = sorted(WEEK.index(day) for day in set(days))
    if len(places) == 7:
        return "Every day"
    if not places:
        return "On no day"
    names = [_DAYS[WEEK[place]] for place in places]
    is_run = len(places) > 2 and places[-1] - places[0] == len(places) - 1
    return f"{names[0]} to {names[-1]}" if is_run else ", ".join(names)


def _advice(schedule: Schedule) -> str:
    """What a schedule that does not run needs from a person; empty when it runs."""
    if schedule.status == ScheduleStatus.PAUSED:
        reason = schedule.pause_reason or "Paused by hand."
        return f"{reason} Resume it to let the agent write again."
    if schedule.status == ScheduleStatus.EXHAUSTED:
        reason = schedule.pause_reason or "No material is left that may be used now."
        return f"{reason} Add material, or wait until used material has rested 7 days."
    if schedule.status == ScheduleStatus.ERROR:
        return f"{schedule.last_error or 'Its runs fail.'} Mend the cause, then resume it."
    if schedule.brand.paused_at:
        return f"The brand {schedule.brand.name} is paused, so nothing is written for it."
    if schedule.consecutive_errors:
        return f"The last {schedule.consecutive_errors} runs failed: {schedule.last_error}"
    return ""
