from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import shared_task

from config.celery import app
from config.kernel.tasks import OrgTask, hint, record_work

from .notices.mailing import sweep_mail
from .notices.outgoing import sweep_outgoing
from .privacy import retention, worker
from .privacy.purge import purge_deleted
from .services.backups import back_up_if_due
from .trail.retention import prune_audit as remove_aged_records
from .trail.seals import seal_records
from .webhooks import delivery, forgetting

# Packing a large copy is one step; its lease is as long.
PATIENT: dict[str, Any] = {"soft_time_limit": 3_500, "time_limit": 3_600}


@shared_task
def purge() -> None:
    """Every hour: what was deleted 30 days ago goes for good."""
    purge_deleted()
    record_work("purge", at_once=True)


@shared_task
def back_up() -> bool:
    """Every hour, whether the daily backup is due."""
    return back_up_if_due()


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


@shared_task
def sweep_outgoing_notices() -> int:
    """Send what is due to people's webhooks, and to mailboxes and webhooks of brands."""
    return sweep_outgoing()


@shared_task
def sweep_webhooks() -> int:
    """Every 30 s: hand due messages to the workers."""
    return delivery.sweep_webhooks()


@app.task(base=OrgTask, name="organizations.tasks.deliver_webhooks")
def deliver_webhooks(organization_id: str) -> int:
    """Send what is due to the endpoints of one organization. Safe to run twice."""
    return delivery.deliver_due(UUID(organization_id))


@shared_task
def hide_webhook_bodies() -> int:
    """Every hour: bodies and answers of 30 days ago are emptied."""
    return forgetting.hide_bodies()


@shared_task
def enforce_retention() -> None:
    """Every hour: what was kept long enough goes, class by class."""
    retention.enforce_retention()


@shared_task
def sweep_requests() -> None:
    """Every 30 s: copies and ends that are due go on their way."""
    for row in worker.due_team_requests():
        hint(do_team_request, str(row.organization_id), str(row.id))
    for request_id in worker.due_person_requests():
        hint(do_person_request, str(request_id))


@app.task(base=OrgTask, name="organizations.tasks.do_team_request", **PATIENT)
def do_team_request(organization_id: str, request_id: str) -> None:
    """Take a copy or an end of one organization a step on. Safe to run twice."""
    worker.do_team_request(organization_id=UUID(organization_id), request_id=UUID(request_id))


@app.task(name="organizations.tasks.do_person_request", **PATIENT)
def do_person_request(request_id: str) -> None:
    """Take a copy or an end of one person a step on. Safe to run twice."""
    worker.do_person_request(request_id=UUID(request_id))
