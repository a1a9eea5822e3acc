"""How long each class of data is kept, with figures, and the job that sees to it every hour.

What a class covers says marks.Keep; its rule says what to remove that is older than its days. Each
app registers the rules of its own tables. The audit log, webhook messages and visits have jobs of
their own, and what people deleted has purge.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.contrib.sessions.models import Session
from django.db import DatabaseError, models
from django.db.models import Q

from config.kernel.checks import Finding
from config.kernel.clock import now
from config.kernel.hooks import Registry
from config.kernel.scoping import unscoped
from config.kernel.tasks import record_work
from organizations.models import (
    ContactMessage,
    IdempotentRequest,
    Invitation,
    Notification,
    OrganizationRequest,
    OutgoingNotice,
    PersonRequest,
    RequestKind,
    RequestState,
    SupportTicket,
    WorkDone,
)
from organizations.services.regions import media_roots

from .marks import Keep
from .subjects import FOLDER

log = structlog.get_logger(__name__)

WORK = "retention"
OVERDUE = timedelta(hours=26)
ROWS_A_STATEMENT = 500
ROWS_A_RUN = 20_000
# A folder of a copy that no request knows any more is a dead worker's.
STRAY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Rule:
    """One class of data: `remove(before)` deletes what ended before that moment, and counts it."""

    keep: Keep
    remove: Callable[[datetime], int]

    def before(self, moment: datetime) -> datetime:
        assert self.keep.days is not None, f"{self.keep} has no figure"
        return moment - timedelta(days=self.keep.days)


rules: Registry[Rule] = Registry("retention", Rule)


def enforce_retention(moment: datetime | None = None) -> dict[str, int]:
    """Remove what was kept long enough, over all organizations; returns counts a rule.

    Runs as the operator. A rule that fails is logged and does not stop the others, but then the
    run does not count as done, and the doctor says so after 26 hours.
    """
    moment, counts, failed = moment or now(), {}, False
    for name, rule in rules.items():
        try:
            with unscoped(f"retention of {name}"):
                counts[name] = rule.remove(rule.before(moment))
        except (DatabaseError, OSError):
            log.exception("retention_failed", rule=name)
            failed = True
    log.info("retention", **counts)
    if not failed:
        record_work(WORK, sum(counts.values()), at_once=True)
    return counts


def remove_rows(model: type[models.Model], which: Q) -> int:
    """Delete rows a few hundred at a time, so that no statement holds locks for long."""
    rows, removed = model._base_manager.using("operator").filter(which), 0
    while removed < ROWS_A_RUN:
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:ROWS_A_STATEMENT])
        if not keys:
            break
        model._base_manager.using("operator").filter(pk__in=keys).delete()
        removed += len(keys)
    return removed


def by_age(model: type[models.Model], column: str = "created_at") -> Callable[[datetime], int]:
    def remove(before: datetime) -> int:
        return remove_rows(model, Q(**{f"{column}__lt": before}))

    return remove


def _invitations(before: datetime) -> int:
    ended = Q(accepted_at__lt=before) | Q(revoked_at__lt=before) | Q(expires_at__lt=before)
    return remove_rows(Invitation, ended)


def _sessions(before: datetime) -> int:
    # They say themselves when they end.
    return remove_rows(Session, Q(expire_date__lt=now()))


def _copies(before: datetime) -> int:
    removed = 0
    for model in (OrganizationRequest, PersonRequest):
        over = Q(link_ends_at__lt=now()) | Q(downloaded_at__isnull=False)
        rows: Any = model._base_manager.using("operator").filter(
            over, kind=RequestKind.EXPORT, state=RequestState.DONE
        )
        for pk in rows.exclude(file="").values_list("pk", flat=True)[:ROWS_A_RUN]:
            for root in media_roots():
                (root / FOLDER / f"{pk}.zip").unlink(missing_ok=True)
            model._base_manager.using("operator").filter(pk=pk).update(file="")
            removed += 1
    return removed + sum(1 for path in _stray_files() if _removed(path))


def _stray_files() -> Iterator[Path]:
    oldest = (now() - STRAY).timestamp()
    for root in media_roots():
        for path in sorted((root / FOLDER).rglob("*"), reverse=True):
            if path.stat().st_mtime < oldest:
                yield path


def _removed(path: Path) -> bool:
    if path.is_dir():
        if not any(path.iterdir()):
            path.rmdir()
        return False
    path.unlink(missing_ok=True)
    return True


def retention_findings() -> Iterator[Finding]:
    """Runs every hour; when it has not for 26, data stays longer than was promised."""
    last = WorkDone.objects.filter(kind=WORK).first()
    if last is None:
        yield Finding("Retention", None, "has not run yet; it does within an hour")
    elif now() - last.finished_at > OVERDUE:
        yield Finding(
            "Retention",
            False,
            f"ran last at {last.finished_at:%Y-%m-%d %H:%M} UTC: data stays longer than promised",
            "See that beat and the worker run, and read var/log/worker.log.",
        )
    else:
        yield Finding("Retention", True, "old data is removed as promised")


rules.register("notifications", Rule(Keep.NOTICES, by_age(Notification)))
rules.register("notices to webhooks", Rule(Keep.NOTICES, by_age(OutgoingNotice)))
rules.register("invitations", Rule(Keep.INVITATIONS, _invitations))
rules.register("repeated requests", Rule(Keep.DAY, by_age(IdempotentRequest)))
rules.register("support tickets", Rule(Keep.TICKETS, by_age(SupportTicket, "resolved_at")))
rules.register("contact messages", Rule(Keep.TICKETS, by_age(ContactMessage, "resolved_at")))
rules.register("copies", Rule(Keep.DAY, _copies))
rules.register("sessions", Rule(Keep.SESSIONS, _sessions))
