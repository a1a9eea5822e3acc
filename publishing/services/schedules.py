"""Schedules: what they may say, when they run next, and how they pause and wake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.clock import (
    MONDAY,
    Occurrence,
    is_zone,
    now,
    occurrences,
)
from config.kernel.errors import Conflict, Invalid
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from organizations.models import ActorKind, User
from organizations.services.audit import changed_fields, record
from publishing.channels.registry import channels
from publishing.delivery.ledger import wake_deliveries
from publishing.models import (
    AutopilotRun,
    CatchUp,
    MaterialStrategy,
    RunStatus,
    Schedule,
    ScheduleStatus,
)

POSTS_A_DAY_MOST = 10
PAUSING_ERRORS = 5
"""Errors in a row after which a schedule pauses itself."""
BY_HAND = "by hand"
"""How the occurrence of a run begins that a person started."""
WORKDAYS = (1, 2, 3, 4, 5)
TIMING_FIELDS = ("times", "days_of_week", "timezone")


@dataclass(frozen=True, slots=True)
class Preset:
    times: tuple[time, ...]
    days: tuple[int, ...]


PRESETS: dict[str, Preset] = {
    Schedule.Frequency.ONCE_A_DAY: Preset((time(10),), WORKDAYS),
    Schedule.Frequency.TWICE_A_DAY: Preset((time(9), time(17)), WORKDAYS),
    Schedule.Frequency.THRICE_A_DAY: Preset((time(8), time(12), time(18)), WORKDAYS),
    Schedule.Frequency.WEEKLY: Preset((time(10),), (MONDAY,)),
}
"""What a frequency means when no times or days are given (specification 1c)."""


@dataclass(frozen=True, slots=True)
class ScheduleValues:
    """What a person fills in. `times` are HH:MM in `timezone`; days count from 0 = Sunday.

    Empty times or days take the preset of the frequency; custom has none.
    """

    name: str
    platforms: Sequence[str]
    timezone: str
    frequency: str = Schedule.Frequency.ONCE_A_DAY
    times: Sequence[str | time] = ()
    days_of_week: Sequence[int] = ()
    material_strategy: str = MaterialStrategy.ROUND_ROBIN
    auto_approve: bool | None = None
    is_unique_per_platform: bool = False
    exploration_ratio: float | None = None
    catch_up: str = CatchUp.ONCE


def create_schedule(*, brand: BrandProfile, values: ScheduleValues, by: User | None) -> Schedule:
    """Add a schedule to a brand; it is active and knows its next run at once.

    Raises Invalid with the `field` that is wrong; only other values help.
    """
    fields = checked(values)
    with org_atomic():
        schedule = Schedule(brand=brand, **fields)
        schedule.next_run_at = next_run_at(schedule, after=now())
        schedule.save(force_insert=True)
        record(action="schedule.created", target=schedule, by=by)
    return schedule


def update_schedule(*, schedule: Schedule, values: ScheduleValues, by: User | None) -> Schedule:
    """Change a schedule. New times count from now on; what was missed before is not caught up."""
    fields = checked(values)
    before, after = changed_fields({name: getattr(schedule, name) for name in fields}, fields)
    for name, value in fields.items():
        setattr(schedule, name, value)
    changed = [*fields, "updated_at"]
    if any(name in after for name in TIMING_FIELDS):
        schedule.next_run_at = next_run_at(schedule, after=now())
        changed.append("next_run_at")
    with org_atomic():
        schedule.save(update_fields=changed)
        record(action="schedule.updated", target=schedule, by=by, before=before, after=after)
    return schedule


def pause_schedule(*, schedule: Schedule, by: User | None, reason: str = "") -> None:
    """Stop a schedule until somebody resumes it. Runs that are already going on finish.

    Raises Conflict when it is paused already.
    """
    with org_atomic():
        paused = schedule.status != ScheduleStatus.PAUSED and move(
            schedule,
            ScheduleStatus.PAUSED,
            paused_at=now(),
            pause_reason=reason[:200] or "Paused by hand.",
        )
        if not paused:
            raise Conflict(f"“{schedule.name}” is paused already. Nothing was changed.")
        kind = None if by else ActorKind.SYSTEM
        record(action="schedule.paused", target=schedule, by=by, kind=kind, reason=reason)


def resume_schedule(*, schedule: Schedule, by: User | None) -> None:
    """Let a schedule run again from its next time on; errors are forgotten.

    Raises Conflict when it is active already.
    """
    with org_atomic():
        resumed = schedule.status != ScheduleStatus.ACTIVE and move(
            schedule,
            ScheduleStatus.ACTIVE,
            paused_at=None,
            pause_reason="",
            consecutive_errors=0,
            last_error="",
            next_run_at=next_run_at(schedule, after=now()),
        )
        if not resumed:
            raise Conflict(f"“{schedule.name}” is running already. Nothing was changed.")
        wake_deliveries(schedule=schedule)
        kind = None if by else ActorKind.SYSTEM
        record(action="schedule.resumed", target=schedule, by=by, kind=kind)


def delete_schedule(*, schedule: Schedule, by: User | None) -> None:
    """Remove a schedule. Posts that it made stay, and say so without it."""
    with org_atomic():
        record(action="schedule.deleted", target=schedule, by=by, data={"name": schedule.name})
        schedule.delete()


def start_run(
    *,
    brand: BrandProfile,
    by: User | None,
    schedule: Schedule | None = None,
    platforms: Sequence[str] = (),
    material_id: UUID | None = None,
) -> AutopilotRun:
    """Queue one turn of the loop by hand, beside the schedule's own times.

    With a material the choice is made already. Raises Invalid without a platform to write for.
    """
    chosen = list(platforms or (schedule.platforms if schedule else ()))
    _refuse_platforms(chosen)
    moment = now()
    with org_atomic():
        run = AutopilotRun.objects.create(
            brand=brand,
            schedule=schedule,
            material_id=material_id,
            platforms=chosen,
            occurrence=f"{BY_HAND} {uuid7()}",
            scheduled_for=moment,
            due_at=moment,
            status=RunStatus.QUEUED,
        )
        record(action="run.started", target=run, by=by)
    return run


def is_by_hand(run: AutopilotRun) -> bool:
    return run.occurrence.startswith(BY_HAND)


def next_runs(
    schedule: Schedule, *, count: int = 5, after: datetime | None = None
) -> list[Occurrence]:
    """The next runs of a schedule, whatever its state, for people to look at."""
    return list(
        occurrences(
            after or now(),
            times=schedule.times,
            weekdays=schedule.days_of_week,
            zone=schedule.timezone,
            limit=count,
        )
    )


def next_run_at(schedule: Schedule, *, after: datetime) -> datetime | None:
    runs = next_runs(schedule, count=1, after=after)
    return runs[0].moment if runs else None


def posts_a_day(times: int, days: int) -> float:
    """Mean posts a day of a week with `days` posting days (specification 6.8)."""
    return times * days / 7


def checked(values: ScheduleValues) -> dict[str, object]:
    """The fields of a Schedule, presets filled in. Raises Invalid with `field` and what to do."""
    name = values.name.strip()
    if not name:
        raise Invalid("Give the schedule a name, such as “Weekdays at ten”.", field="name")
    _refuse_platforms(values.platforms)
    _refuse_choices(values)
    preset = PRESETS.get(values.frequency)
    times = _times(values.times or (preset.times if preset else ()))
    days = _days(values.days_of_week or (preset.days if preset else ()))
    _refuse_too_many(len(times), len(days))
    return {
        "name": name[:120],
        "platforms": list(dict.fromkeys(values.platforms)),
        "timezone": values.timezone,
        "frequency": values.frequency,
        "times": times,
        "days_of_week": days,
        "material_strategy": values.material_strategy,
        "auto_approve": values.auto_approve,
        "is_unique_per_platform": values.is_unique_per_platform,
        "exploration_ratio": values.exploration_ratio,
        "catch_up": values.catch_up,
    }


def _refuse_platforms(platforms: Sequence[str]) -> None:
    if not platforms:
        raise Invalid("Choose at least one channel to write for.", field="platforms")
    if unknown := [slug for slug in platforms if slug not in channels]:
        raise Invalid(
            f"“{unknown[0]}” is not a channel of this installation. Choose another one.",
            field="platforms",
        )


def _refuse_choices(values: ScheduleValues) -> None:
    if not is_zone(values.timezone):
        raise Invalid(
            f"“{values.timezone}” is not a time zone. Choose one such as Europe/Berlin.",
            field="timezone",
        )
    if values.frequency not in Schedule.Frequency.values:
        raise Invalid("Choose how often to post from the list.", field="frequency")
    if values.material_strategy not in MaterialStrategy.values:
        raise Invalid("Choose from the list how to pick material.", field="material_strategy")
    if values.catch_up not in CatchUp.values:
        raise Invalid("Choose from the list what to do with missed runs.", field="catch_up")
    ratio = values.exploration_ratio
    if ratio is not None and not 0 <= ratio <= 1:
        raise Invalid("The share of experiments is between 0 and 100 %.", field="exploration_ratio")


def _times(given: Sequence[str | time]) -> list[time]:
    if not given:
        raise Invalid("Give at least one time, such as 09:00.", field="times")
    return sorted({_time(each) for each in given})


def _time(given: str | time) -> time:
    if isinstance(given, time):
        return given.replace(second=0, microsecond=0, tzinfo=None, fold=0)
    hours, colon, minutes = given.strip().partition(":")
    is_clock = colon and len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal()
    if not is_clock or int(hours) > 23 or int(minutes) > 59:
        raise Invalid(
            f"“{given}” is not a time. Write hours and minutes, such as 09:00.", field="times"
        )
    return time(int(hours), int(minutes))


def _days(given: Sequence[int]) -> list[int]:
    if not given:
        raise Invalid("Choose at least one day of the week.", field="days_of_week")
    if wrong := [day for day in given if day not in range(7)]:
        raise Invalid(
            f"{wrong[0]} is not a day: they count from 0 (Sunday) to 6 (Saturday).",
            field="days_of_week",
        )
    return sorted(set(given))


def _refuse_too_many(times: int, days: int) -> None:
    mean = posts_a_day(times, days)
    if mean > POSTS_A_DAY_MOST:
        raise Invalid(
            f"{times} times on {days} days make {mean:.1f} posts a day, and networks punish more "
            f"than {POSTS_A_DAY_MOST}. Take away some times or days.",
            field="times",
        )
