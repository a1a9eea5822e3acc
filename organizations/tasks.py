from __future__ import annotations

from celery import shared_task

from config.kernel.tasks import record_work

from .notices.mailing import sweep_mail
from .privacy.purge import purge_deleted
from .trail.retention import prune_audit as remove_aged_records
from .trail.seals import seal_records


@shared_task
def purge() -> None:
    """Every hour: what was deleted 30 days ago goes for good."""
    purge_deleted()
    record_work("purge", at_once=True)


@shared_task
def seal_audit() -> int:
    """Every 30 s: what was written since is closed into blocks."""
    return seal_records()


@shared_task
def prune_audit() -> int:
    """Every hour: audit records that were kept long enough go, their seals stay."""
    return remove_aged_records()


@shared_task
def sweep_notifications() -> None:
    """Mail the notices that are due, bundled by person."""
    sweep_mail()
