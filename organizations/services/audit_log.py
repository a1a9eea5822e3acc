"""What people do with the audit log itself: take it along, and have it checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from config.kernel.scoping import org_atomic
from config.kernel.tables import write_csv
from config.kernel.throttle import throttle
from organizations.models import AuditCategory, User
from organizations.trail.reading import (
    COLUMNS,
    AuditFilter,
    Entry,
    as_json_line,
    as_row,
    audit_in_batches,
)
from organizations.trail.verify import ChainReport, verify_organization

from .audit import record

CHECKED_BLOCKS: Final = 50


def export_audit(
    *, organization_id: UUID, found: AuditFilter, kind: str, zone: str, by: User
) -> Iterator[str]:
    """The pieces of a file (`csv` or `jsonl`), one batch of records in memory at a time.

    Written down before it begins. Each batch is read in its own transaction, while the file is on
    its way. Raises TooMany after 10 an hour.
    """
    throttle("audit export", str(by.pk), limit=10, per_seconds=3_600)
    with org_atomic(organization_id):
        record(
            action="audit.exported",
            target=None,
            by=by,
            category=AuditCategory.PRIVACY,
            data={"format": kind},
        )
    read = _entries(organization_id, found, zone)
    if kind == "jsonl":
        return (as_json_line(entry) for entry in read)
    return write_csv(COLUMNS, (as_row(entry) for entry in read))


def check_audit(*, by: User) -> list[ChainReport]:
    """Compute the newest blocks of both chains anew; `manage.py verify_audit` takes them all."""
    throttle("audit check", str(by.pk), limit=6, per_seconds=60)
    with org_atomic() as organization_id:
        reports = verify_organization(organization_id, newest=CHECKED_BLOCKS)
        record(
            action="audit.checked",
            target=None,
            by=by,
            category=AuditCategory.SECURITY,
            succeeded=all(report.is_whole for report in reports),
        )
    return reports


def _entries(organization_id: UUID, found: AuditFilter, zone: str) -> Iterator[Entry]:
    batches = audit_in_batches(found, zone=zone)
    while True:
        # Entered for each batch: a scope must not stay open while the reader is slow.
        with org_atomic(organization_id):
            batch = next(batches, None)
        if batch is None:
            return
        yield from batch
