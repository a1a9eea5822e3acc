"""Runs that wait or whose worker is gone, over all organizations."""

from __future__ import annotations

from uuid import UUID

from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.scoping import scope
from config.kernel.tasks import record_work
from publishing.models import AutopilotRun

RUNS_A_SWEEP = 200


def due_runs(*, most: int = RUNS_A_SWEEP) -> list[Due]:
    """Runs that nobody holds, one of each organization after another."""
    return due_rows(AutopilotRun, moment=now(), most=most)


def sweep_runs(*, most: int = RUNS_A_SWEEP) -> int:
    """Do the due runs here, one after another. Returns how many were this worker's."""
    return sum(do_run(row.organization_id, row.id) for row in due_runs(most=most))


def do_run(organization_id: UUID, run_id: UUID) -> bool:
    """Do one run of one organization; False when it was not ours to do."""
    # Web processes import the tasks to send hints; the writers' libraries stay out of them.
    from .cycle import run_cycle

    with scope(organization_id):
        done = run_cycle(run_id=run_id) is not None
    if done:
        record_work("autopilot_run")
    return done
