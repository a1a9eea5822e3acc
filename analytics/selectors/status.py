from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models

from config.kernel.clock import now
from content.models import Material
from organizations.models import WorkDone
from publishing.models import AutopilotRun, Delivery, PendingPost, Post, Schedule

SILENT_SECONDS = 120.0

# What sweepers look for, by the name under which finished work is recorded.
DUE: dict[str, type[models.Model]] = {
    "material": Material,
    "schedule": Schedule,
    "run": AutopilotRun,
    "delivery": Delivery,
    "expiry": PendingPost,
    "metrics": Post,
}


@dataclass(frozen=True)
class InstallationStatus:
    """How the installation's work goes. Ages in seconds; None where there is nothing."""

    is_working: bool
    oldest_due_seconds: dict[str, float | None]
    last_done_seconds: dict[str, float]

    def as_json(self) -> dict[str, object]:
        sweeps = [age for kind, age in self.last_done_seconds.items() if kind.startswith("sweep")]
        return {
            "status": "working" if self.is_working else "silent",
            "oldest_due_seconds": self.oldest_due_seconds,
            "last_done_seconds": self.last_done_seconds,
            "last_sweep_seconds": min(sweeps, default=None),
        }


def installation_status() -> InstallationStatus:
    """Health as work done: silent when something is due and nothing was finished for 2 minutes."""
    moment = now()
    due = {kind: _oldest_due(model, moment) for kind, model in DUE.items()}
    done = {row.kind: (moment - row.finished_at).total_seconds() for row in WorkDone.objects.all()}
    work = [age for kind, age in done.items() if not kind.startswith(("sweep", "beat"))]
    waiting = _longest(age for age in due.values() if age is not None)
    is_silent = waiting > SILENT_SECONDS and min(work, default=waiting) > SILENT_SECONDS
    return InstallationStatus(
        is_working=not is_silent, oldest_due_seconds=due, last_done_seconds=done
    )


def _oldest_due(model: type[models.Model], moment: datetime) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(due_at) FROM due_{model._meta.db_table}(%s, 1000)",  # noqa: S608
            [moment],
        )
        oldest = cursor.fetchone()[0]
    return (moment - oldest).total_seconds() if oldest else None


def _longest(ages: Iterable[float]) -> float:
    return max(ages, default=0.0)
