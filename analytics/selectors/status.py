from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models

from brands.models import KnowledgeSource, StrategyPaper, VoiceAnalysis
from config.beat import (
    ACCOUNTS_SECONDS,
    EXPIRY_SECONDS,
    FEEDS_SECONDS,
    RECURRENCES_SECONDS,
)
from config.kernel.clock import now
from config.kernel.tasks import SWEEPS
from config.liveness import age_seconds
from content.models import Material, MaterialFeed
from organizations.models import Notification, OutgoingNotice, WorkDone
from publishing.models import (
    AutopilotRun,
    Delivery,
    PendingPost,
    Post,
    PostImport,
    PostingQueue,
    Recurrence,
    Schedule,
    SocialAccount,
)

SILENT_SECONDS = 120.0

# What sweepers look for.
DUE: dict[str, type[models.Model]] = {
    "material": Material,
    "knowledge": KnowledgeSource,
    "strategy": StrategyPaper,
    "voice": VoiceAnalysis,
    "material_feed": MaterialFeed,
    "schedule": Schedule,
    "run": AutopilotRun,
    "delivery": Delivery,
    "expiry": PendingPost,
    "metrics": Post,
    "notification": Notification,
    "outgoing_notice": OutgoingNotice,
    "account": SocialAccount,
    "recurrence": Recurrence,
    "post_import": PostImport,
    "evergreen": PostingQueue,
}
# Kinds that are not looked for every few seconds, with the seconds that they may lie about.
MAY_WAIT = {
    "expiry": EXPIRY_SECONDS,
    "account": ACCOUNTS_SECONDS,
    "material_feed": FEEDS_SECONDS,
    "recurrence": RECURRENCES_SECONDS,
    "evergreen": RECURRENCES_SECONDS,
}
# Kinds of finished work that say nothing about what waits.
UPKEEP = frozenset(
    {
        "ledger_check",
        "ledger_mismatch",
        "purge",
        "audit_seal",
        "audit_prune",
        "webhook_log",
        "backup",
        "retention",
        "account_upkeep",
        "recurrence",
        "post_import",
        "evergreen",
        "skill_count",
        "skill_sharing",
        "material_feed",
        "model_discovery",
    }
)


@dataclass(frozen=True)
class InstallationStatus:
    """How the installation's work goes. Ages in seconds; None where there is nothing.

    `late` is the kind whose oldest row waits longest beyond its time, if any does.
    """

    oldest_due_seconds: dict[str, float | None]
    last_done_seconds: dict[str, float]
    alive_seconds: dict[str, float | None]
    late: str | None

    @property
    def is_working(self) -> bool:
        return self.late is None or self.last_work_seconds is not None

    @property
    def last_work_seconds(self) -> float | None:
        """Since anything was finished, if that is recent enough to count."""
        ages = [
            age
            for kind, age in self.last_done_seconds.items()
            if kind not in SWEEPS | UPKEEP and age <= SILENT_SECONDS
        ]
        return min(ages, default=None)

    @property
    def ledger(self) -> str:
        """What the last night's sum of the credits' two books found."""
        checked = self.last_done_seconds.get("ledger_check")
        differed = self.last_done_seconds.get("ledger_mismatch")
        if checked is None:
            return "not added up yet"
        return "balanced" if differed is None or differed > checked else "does not add up"

    def as_json(self) -> dict[str, object]:
        sweeps = [age for kind, age in self.last_done_seconds.items() if kind in SWEEPS]
        return {
            "status": "working" if self.is_working else "silent",
            "oldest_due_seconds": self.oldest_due_seconds,
            "last_done_seconds": self.last_done_seconds,
            "last_sweep_seconds": min(sweeps, default=None),
            "alive_seconds": self.alive_seconds,
            "ledger": self.ledger,
        }


def installation_status() -> InstallationStatus:
    """Health as work done: silent when something is due and nothing was finished for 2 minutes."""
    moment = now()
    due = {kind: _oldest_due(model, moment) for kind, model in DUE.items()}
    done = {row.kind: (moment - row.finished_at).total_seconds() for row in WorkDone.objects.all()}
    return InstallationStatus(
        oldest_due_seconds=due,
        last_done_seconds=done,
        alive_seconds={who: age_seconds(who) for who in ("beat", "worker")},
        late=_late(due),
    )


def _late(due: dict[str, float | None]) -> str | None:
    over = {
        kind: age - MAY_WAIT.get(kind, 0.0) - SILENT_SECONDS
        for kind, age in due.items()
        if age is not None
    }
    worst = max(over, key=lambda kind: over[kind], default=None)
    return worst if worst is not None and over[worst] > 0 else None


def _oldest_due(model: type[models.Model], moment: datetime) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(due_at) FROM due_{model._meta.db_table}(%s, 1000)",  # noqa: S608
            [moment],
        )
        oldest = cursor.fetchone()[0]
    return (moment - oldest).total_seconds() if oldest else None
