from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from config.kernel.checks import Finding
from config.kernel.clock import now
from organizations.models import WorkDone

SILENT_AFTER = timedelta(hours=3)


def retention_findings() -> Iterator[Finding]:
    """Retention runs every hour; when it does not, records stay longer than was promised."""
    last = WorkDone.objects.filter(kind="audit_prune").first()
    if last is None:
        yield Finding("Audit log", None, "Retention has not run yet; it does within an hour.")
    elif now() - last.finished_at > SILENT_AFTER:
        yield Finding(
            "Audit log",
            False,
            f"Retention ran last at {last.finished_at:%Y-%m-%d %H:%M} UTC: old records stay.",
            "See that beat and the worker run, and read var/log/worker.log.",
        )
    else:
        yield Finding("Audit log", True, "Old records are removed as promised.")
