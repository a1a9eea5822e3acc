from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, models

from brands.models import KnowledgeSource, StrategyPaper, VoiceAnalysis
from config.beat import (
    ACCOUNTS_SECONDS,
    EXPIRY_SECONDS,
    FEEDS_SECONDS,
    RECURRENCES_SECONDS,
    REPORTS_SECONDS,
)
from config.kernel.clock import now
from config.kernel.due import due_rows
from config.kernel.halting import halted_brands, is_halted
from config.kernel.scoping import org_atomic
from config.kernel.tasks import SWEEPS
from config.liveness import age_seconds
from content.models import Material, MaterialFeed
from organizations.models import Notification, OutgoingNotice, WorkDone
from publishing.channels.registry import platform_label
from publishing.models import (
    AutopilotRun,
    Delivery,
    PendingPost,
    PortalLink,
    Post,
    PostImport,
    PostingQueue,
    Recurrence,
    Schedule,
    SocialAccount,
)
from publishing.services.standing import Standstill, known_to_stand

SILENT_SECONDS = 120.0
MOST_READ = 1_000
"""Due rows of a kind that are looked at, dealt out in turns of the organizations."""

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
    "client_report": PortalLink,
}
# Kinds that are not looked for every few seconds, with the seconds that they may lie about.
MAY_WAIT = {
    "expiry": EXPIRY_SECONDS,
    "account": ACCOUNTS_SECONDS,
    "material_feed": FEEDS_SECONDS,
    "recurrence": RECURRENCES_SECONDS,
    "evergreen": RECURRENCES_SECONDS,
    "client_report": REPORTS_SECONDS,
}
# Kinds that lie where they are while a stop stands, each with the way to a brand whose own stop
# holds it; none where only its whole team's does. All others are put off, or go on.
LIES_STILL = {
    "material": "",
    "knowledge": "bucket__brand",
    "strategy": "brand",
    "voice": "brand",
    "material_feed": "brand",
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
        "client_report",
        "skill_count",
        "skill_sharing",
        "material_feed",
        "model_discovery",
    }
)


@dataclass(frozen=True)
class InstallationStatus:
    """How the installation's work goes. Ages in seconds; None where there is nothing.

    `late` is the kind whose oldest row waits longest beyond its time, if any does; what a stop
    holds is not late. `stops` are the installation's own.
    """

    oldest_due_seconds: dict[str, float | None]
    last_done_seconds: dict[str, float]
    alive_seconds: dict[str, float | None]
    late: str | None
    stops: Sequence[Standstill] = ()

    @property
    def word(self) -> str:
        """As it is said to the outside: silent, stopped by its operator, or working."""
        if not self.is_working:
            return "silent"
        return "working" if all(each.platform for each in self.stops) else "stopped"

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
            "status": self.word,
            "stopped": [
                {
                    "what": platform_label(each.platform) if each.platform else "everything",
                    "by": each.who,
                    "since": each.since.isoformat(timespec="seconds"),
                }
                for each in self.stops
            ],
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
        late=_late(due, moment),
        stops=known_to_stand(None),
    )


def _late(due: dict[str, float | None], moment: datetime) -> str | None:
    over = {kind: beyond for kind, age in due.items() if (beyond := _beyond(kind, age)) > 0}
    for kind in LIES_STILL.keys() & over.keys():
        over[kind] = _beyond(kind, _oldest_that_goes_on(kind, moment))
    worst = max(over, key=lambda kind: over[kind], default=None)
    return worst if worst is not None and over[worst] > 0 else None


def _beyond(kind: str, age: float | None) -> float:
    """Seconds beyond the time that a kind may wait; negative while it may."""
    return (age or 0.0) - MAY_WAIT.get(kind, 0.0) - SILENT_SECONDS


def _oldest_that_goes_on(kind: str, moment: datetime) -> float | None:
    """The age of the oldest due row that no stop holds: its own team is asked, the oldest first."""
    rows = sorted(due_rows(DUE[kind], moment=moment, most=MOST_READ), key=lambda row: row.due_at)
    ids: dict[UUID, list[UUID]] = {}
    for row in rows:
        ids.setdefault(row.organization_id, []).append(row.id)
    held: dict[UUID, Collection[UUID]] = {}
    for row in rows:
        team = row.organization_id
        if team not in held:
            held[team] = _held(kind, team, ids[team])
        if row.id not in held[team]:
            return (moment - row.due_at).total_seconds()
    return None


def _held(kind: str, organization_id: UUID, ids: Collection[UUID]) -> Collection[UUID]:
    """Those rows of one team that a stop leaves where they are."""
    if is_halted(organization_id):
        return set(ids)
    brands = halted_brands(organization_id) if LIES_STILL[kind] else frozenset()
    if not brands:
        return frozenset()
    with org_atomic(organization_id):
        stopped = {"pk__in": ids, f"{LIES_STILL[kind]}__in": brands}
        return set(DUE[kind]._default_manager.filter(**stopped).values_list("pk", flat=True))


def _oldest_due(model: type[models.Model], moment: datetime) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(due_at) FROM due_{model._meta.db_table}(%s, %s)",  # noqa: S608
            [moment, MOST_READ],
        )
        oldest = cursor.fetchone()[0]
    return (moment - oldest).total_seconds() if oldest else None
