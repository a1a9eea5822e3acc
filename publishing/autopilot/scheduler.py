"""The tick: finds schedules that are due and queues a run for each, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.db import DatabaseError, connections

from billing.services.credits import credits_left
from brands.models import BrandProfile
from config.kernel.clock import Occurrence, now
from config.kernel.due import by_organization, due_rows
from config.kernel.errors import Invalid
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from content.models import Material
from organizations.models import ActorKind
from organizations.selectors import is_being_closed
from organizations.services.audit import record
from publishing.models import RunStatus, Schedule, ScheduleStatus
from publishing.services.schedules import pause_schedule
from publishing.services.standing import Standstill, first_of, standing

from .plan import Plan, Slot, plan

log = structlog.get_logger(__name__)

MOST_A_TICK = 10_000
EXHAUSTED_RECHECK = timedelta(minutes=2)

NO_CREDITS = (
    "Skipped: no credits are left in this period, or the plan is paused, so nothing was written. "
    "Add credits, wait for the renewal, or take the plan up again."
)
CLOSING = "Skipped: the team is being closed, so nothing is written or posted for it."
BRAND_PAUSED = "Skipped: the brand is paused. Resume it and the next run goes ahead."


@dataclass(slots=True)
class Tick:
    """What one tick did, over all organizations."""

    due: int = 0
    queued: int = 0
    skipped: int = 0
    missed: int = 0
    woken: int = 0


@dataclass(slots=True)
class _Due:
    """One due schedule, as values: ten thousand of them are read a tick."""

    id: UUID
    brand_id: UUID
    name: str
    status: str
    platforms: list[str]
    slot: Slot


class _Run(NamedTuple):
    """One row to insert, in the order of the statement's arrays."""

    id: UUID
    schedule_id: UUID
    occurrence: str
    scheduled_for: datetime
    obstacle: str


@dataclass(slots=True)
class _Work:
    """What one organization's due schedules come to, written in a few statements."""

    runs: list[_Run] = field(default_factory=list)
    moved: list[tuple[UUID, datetime | None, bool, int]] = field(default_factory=list)
    alerts: list[tuple[UUID, Plan]] = field(default_factory=list)
    broken: list[tuple[UUID, str]] = field(default_factory=list)


def tick(moment: datetime | None = None, *, most: int = MOST_A_TICK) -> Tick:
    """Queue the runs that are owed at `moment` (by default now), of every organization.

    A schedule's row is locked while its run is inserted and its next run is set, and a run is
    unique by schedule, local date and wall time: two ticks at once queue a run once. One
    organization's failure never stops the others.
    """
    moment = moment or now()
    done = Tick()
    for organization_id, ids in by_organization(
        due_rows(Schedule, moment=moment, most=most)
    ).items():
        try:
            with org_atomic(organization_id):
                _serve(ids, moment, done)
        except DatabaseError:
            log.exception("tick_failed", organization_id=str(organization_id))
    return done


def _serve(ids: list[UUID], moment: datetime, done: Tick) -> None:
    due = _locked(ids, moment)
    if not due:
        return
    _wake([each for each in due if each.status == ScheduleStatus.EXHAUSTED], moment, done)
    active = [each for each in due if each.status == ScheduleStatus.ACTIVE]
    work = _planned(active, moment)
    done.due += len(active)
    done.missed += sum(missed for *_, missed in work.moved)
    states = _insert(work.runs, moment)
    done.skipped += states[RunStatus.SKIPPED]
    done.queued += states[RunStatus.QUEUED]
    _advance(work.moved, moment)
    _tell(work)


def _locked(ids: list[UUID], moment: datetime) -> list[_Due]:
    # NO KEY: the inserted runs point at the row and would else wait for themselves elsewhere.
    rows = (
        Schedule.objects.filter(
            pk__in=ids,
            status__in=[ScheduleStatus.ACTIVE, ScheduleStatus.EXHAUSTED],
            next_run_at__lte=moment,
        )
        .select_for_update(skip_locked=True, no_key=True)
        .order_by("next_run_at", "pk")
        .values_list(
            *("id", "brand_id", "name", "status", "platforms"),
            *("times", "days_of_week", "timezone", "next_run_at", "catch_up"),
        )
    )
    return [_due(row) for row in rows]


def _due(row: tuple[Any, ...]) -> _Due:
    pk, brand_id, name, status, platforms, times, days, zone, next_run, catch_up = row
    slot = Slot(tuple(times), tuple(days), zone, next_run, catch_up)
    return _Due(pk, brand_id, name, status, platforms, slot)


def _planned(due: list[_Due], moment: datetime) -> _Work:
    work = _Work()
    if not due:
        return work
    brands = dict(
        BrandProfile.objects.filter(pk__in={each.brand_id for each in due}).values_list(
            "id", "paused_at"
        )
    )
    stops = standing(since=min(each.slot.next_run_at for each in due))
    is_closing = is_being_closed()
    has_credits = is_closing or credits_left() > 0
    for each in due:
        try:
            owed = _plan(each.slot, moment)
        except Invalid as error:
            work.broken.append((each.id, error.message))
            continue
        if each.brand_id in brands:
            obstacle = "" if has_credits else NO_CREDITS
            if brands[each.brand_id] is not None:
                obstacle = BRAND_PAUSED
            if is_closing:
                obstacle = CLOSING
            work.runs += _runs(each, owed, obstacle, stops)
        work.moved.append(
            (each.id, owed.next_run_at, bool(owed.on_time or owed.recovered), owed.missed)
        )
        if owed.is_alerting:
            work.alerts.append((each.id, owed))
    return work


@lru_cache(maxsize=4096)
def _plan(slot: Slot, moment: datetime) -> Plan:
    return plan(slot, moment)


def _runs(due: _Due, owed: Plan, obstacle: str, stops: Sequence[Standstill]) -> list[_Run]:
    return [
        _Run(
            uuid7(),
            due.id,
            occurrence_key(run),
            run.moment,
            stop_of_run(due.brand_id, due.platforms, run.moment, stops) or obstacle,
        )
        for run in (*owed.recovered, *owed.on_time)
    ]


def stop_of_run(
    brand_id: UUID, platforms: Sequence[str], moment: datetime, stops: Sequence[Standstill]
) -> str:
    """Why a run is skipped that is due at `moment`: a stop stands, or stood at that time.

    What was due meanwhile is never made up for. Where only some of its networks stand still, the
    run writes for the others.
    """
    those = [each for each in stops if each.stands or each.stood_at(moment)]
    found = [first_of(those, brand_id=brand_id, platform=each) for each in platforms or [""]]
    if not found or None in found:
        return ""
    assert found[0] is not None
    return f"Skipped: {found[0].sentence} It is not made up for."


def _insert(runs: list[_Run], moment: datetime) -> Counter[str]:
    """Insert every run in one statement; one that stands there already is left as it is.

    Written out by hand, because as objects ten thousand runs take ten times as long.
    """
    if not runs:
        return Counter()
    queued, skipped = str(RunStatus.QUEUED), str(RunStatus.SKIPPED)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """INSERT INTO publishing_autopilotrun (id, organization_id, brand_id, schedule_id,
                 platforms, occurrence, scheduled_for, due_at, status, outcome, finished_at,
                 fence, attempts, created_at, updated_at)
               SELECT v.id, s.organization_id, s.brand_id, s.id, s.platforms, v.occurrence,
                 v.scheduled_for,
                 CASE WHEN v.obstacle = '' THEN %(moment)s END,
                 CASE WHEN v.obstacle = '' THEN %(queued)s ELSE %(skipped)s END,
                 v.obstacle,
                 CASE WHEN v.obstacle <> '' THEN %(moment)s END,
                 0, 0, %(moment)s, %(moment)s
               FROM unnest(%(ids)s::uuid[], %(schedules)s::uuid[], %(occurrences)s::text[],
                 %(times)s::timestamptz[], %(obstacles)s::text[])
                 AS v(id, schedule_id, occurrence, scheduled_for, obstacle)
               JOIN publishing_schedule s ON s.id = v.schedule_id
               ON CONFLICT DO NOTHING RETURNING status""",
            {
                **dict(zip(_COLUMNS, map(list, zip(*runs, strict=True)), strict=True)),
                "moment": moment,
                "queued": queued,
                "skipped": skipped,
            },
        )
        return Counter(status for (status,) in cursor.fetchall())


_COLUMNS = ("ids", "schedules", "occurrences", "times", "obstacles")


def occurrence_key(occurrence: Occurrence) -> str:
    """A run's identity: local date and wall time, so that an hour that comes twice is one run."""
    return f"{occurrence.date.isoformat()} {occurrence.wall:%H:%M}"


def _advance(moved: list[tuple[UUID, datetime | None, bool, int]], moment: datetime) -> None:
    """Set every schedule's next run in one statement, whatever their number."""
    if not moved:
        return
    ids, next_runs, has_run, missed = zip(*moved, strict=True)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """UPDATE publishing_schedule AS s SET next_run_at = v.next_run_at,
                 last_run_at = CASE WHEN v.has_run THEN %s ELSE s.last_run_at END,
                 missed_count = s.missed_count + v.missed, updated_at = %s
               FROM unnest(%s::uuid[], %s::timestamptz[], %s::boolean[], %s::integer[])
                 AS v(id, next_run_at, has_run, missed)
               WHERE s.id = v.id""",
            [moment, moment, list(ids), list(next_runs), list(has_run), list(missed)],
        )


def _wake(exhausted: list[_Due], moment: datetime, done: Tick) -> None:
    """Bring schedules back whose brand has material again; look at the others soon again."""
    if not exhausted:
        return
    usable = Material.objects.usable()
    for_all = usable.filter(brand_id=None).exists()
    supplied = set(
        usable.filter(brand_id__in={each.brand_id for each in exhausted}).values_list(
            "brand_id", flat=True
        )
    )
    woken = [each for each in exhausted if for_all or each.brand_id in supplied]
    still = [each.id for each in exhausted if each not in woken]
    Schedule.objects.filter(pk__in=still).update(
        next_run_at=moment + EXHAUSTED_RECHECK, updated_at=moment
    )
    Schedule.objects.filter(pk__in=[each.id for each in woken]).update(
        status=ScheduleStatus.ACTIVE, pause_reason="", updated_at=moment
    )
    _advance([(each.id, each.slot.next_after(moment), False, 0) for each in woken], moment)
    for each in woken:
        record(
            action="schedule.woken",
            target=Schedule(pk=each.id),
            kind=ActorKind.AGENT,
            reason=f"{each.name} has material to write from again.",
        )
    done.woken += len(woken)


def _tell(work: _Work) -> None:
    for schedule_id, owed in work.alerts:
        record(
            action="schedule.runs_missed",
            target=Schedule(pk=schedule_id),
            kind=ActorKind.SYSTEM,
            reason=f"{owed.missed} runs were missed while Warren was not running; "
            f"{len(owed.recovered)} of them run now.",
            data={"missed": owed.missed, "recovered": len(owed.recovered)},
        )
    for schedule_id, message in work.broken:
        pause_schedule(schedule=Schedule.objects.get(pk=schedule_id), by=None, reason=message)
