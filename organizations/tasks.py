from __future__ import annotations

from celery import shared_task

from config.kernel.tasks import record_work

from .privacy.purge import purge_deleted


@shared_task
def purge() -> None:
    """Every hour: what was deleted 30 days ago goes for good."""
    purge_deleted()
    record_work("purge", at_once=True)
