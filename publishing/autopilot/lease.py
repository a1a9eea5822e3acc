"""A run in one worker's hands: claimed, kept, and closed, each write under the run's fence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from config.kernel.clock import now
from config.kernel.models import claim
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from organizations.models import ActorKind
from organizations.services.audit import record
from publishing.models import AutopilotRun, RunStatus, Schedule, ScheduleStatus
from publishing.services.schedules import PAUSING_ERRORS, pause_schedule

LEASE_SECONDS = 180.0
"""Longer than the longest step: one generation with its repairs."""
MOST_ATTEMPTS = 5
OPEN = (RunStatus.QUEUED, RunStatus.RUNNING)


class LostRun(Exception):
    """Another worker has the run, because this one took too long. Nothing more may be written."""


def claim_run(run_id: UUID) -> AutopilotRun | None:
    """Take a due run, also one whose worker is gone. None when there is nothing to take.

    A run that was taken too often without an end is closed as failed.
    """
    open_run = AutopilotRun.objects.filter(pk=run_id, status__in=OPEN)
    with org_atomic():
        claimed = claim(
            open_run, lease_seconds=LEASE_SECONDS, changes={"status": RunStatus.RUNNING}
        )
        if not claimed:
            return None
        run = claimed[0]
        if run.attempts > MOST_ATTEMPTS:
            close(
                run,
                RunStatus.FAILED,
                f"Given up after {MOST_ATTEMPTS} tries that ended without a result.",
            )
            return None
        if run.started_at is None:
            keep(run, started_at=now())
    return run


def keep(run: AutopilotRun, **fields: Any) -> None:
    """Renew the lease and write fields of the run; raises LostRun if it is ours no more."""
    moment = now()
    changes = {
        "claimed_until": moment + timedelta(seconds=LEASE_SECONDS),
        "updated_at": moment,
        **fields,
    }
    with org_atomic():
        ours = AutopilotRun.objects.filter(
            pk=run.pk, fence=run.fence, status=RunStatus.RUNNING
        ).update(**changes)
    if not ours:
        raise LostRun
    for name, value in changes.items():
        setattr(run, name, value)


def put_off(run: AutopilotRun, *, seconds: float, reason: str, counts: bool = True) -> None:
    """Give the run back to the queue, to be taken again later. `counts` says whether this was a
    try of it."""
    keep(
        run,
        status=RunStatus.QUEUED,
        due_at=now() + timedelta(seconds=seconds),
        claimed_until=None,
        outcome=reason,
        attempts=run.attempts if counts else max(run.attempts - 1, 0),
    )


def close(run: AutopilotRun, status: str, outcome: str) -> None:
    """End a run with a sentence, and tell its schedule: a failure counts, a success forgives."""
    with org_atomic():
        keep(
            run,
            status=status,
            outcome=outcome,
            finished_at=now(),
            due_at=None,
            claimed_until=None,
        )
        record(action=f"run.{status}", target=run, kind=ActorKind.AGENT, reason=outcome)
        if run.schedule_id is not None and status == RunStatus.DONE:
            _forgive(run.schedule_id)
        if run.schedule_id is not None and status == RunStatus.FAILED:
            _count_error(run.schedule_id, outcome)


def exhaust(run: AutopilotRun, reason: str) -> None:
    """Let the run's schedule sleep until its brand has material again; the tick wakes it."""
    if run.schedule_id is None:
        return
    with org_atomic():
        schedule = Schedule.objects.select_for_update(no_key=True).get(pk=run.schedule_id)
        if schedule.status == ScheduleStatus.ACTIVE:
            move(schedule, ScheduleStatus.EXHAUSTED, pause_reason=reason[:200])
            record(
                action="schedule.exhausted", target=schedule, kind=ActorKind.AGENT, reason=reason
            )


def _forgive(schedule_id: UUID) -> None:
    moment = now()
    Schedule.objects.filter(pk=schedule_id).update(
        consecutive_errors=0, last_error="", last_generated_at=moment, updated_at=moment
    )


def _count_error(schedule_id: UUID, error: str) -> None:
    Schedule.objects.filter(pk=schedule_id).update(
        consecutive_errors=F("consecutive_errors") + 1, last_error=error, updated_at=now()
    )
    schedule = Schedule.objects.get(pk=schedule_id)
    is_running = schedule.status in (ScheduleStatus.ACTIVE, ScheduleStatus.EXHAUSTED)
    if is_running and schedule.consecutive_errors >= PAUSING_ERRORS:
        pause_schedule(
            schedule=schedule,
            by=None,
            reason=f"Paused after {schedule.consecutive_errors} errors in a row. Last: {error}",
        )
