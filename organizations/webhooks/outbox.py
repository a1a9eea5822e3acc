"""From audit records to messages, in the transaction that wrote the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from config.kernel.clock import now
from config.kernel.models import uuid7
from config.kernel.scoping import current_organization_id
from config.kernel.tasks import hint
from organizations.models import AuditRecord, WebhookDelivery, WebhookEndpoint

from .catalogue import WebhookEvent, events_of


def enqueue(records: Sequence[AuditRecord]) -> None:
    """Write one message for each endpoint that wants to hear of these records.

    Acts that are no event cost nothing; others one indexed query when nobody listens.
    """
    told = [(record, event) for record in records for event in events_of(record.action)]
    if not told:
        return
    endpoints = list(
        WebhookEndpoint.objects.filter(
            is_active=True, events__overlap=sorted({event.name for _, event in told})
        ).defer("secret", "previous_secret")
    )
    if not endpoints:
        return
    wanted = {name for endpoint in endpoints for name in endpoint.events}
    facts = _facts([(record, event) for record, event in told if event.name in wanted])
    WebhookDelivery.objects.bulk_create(
        message(endpoint, event.name, record=record, facts=facts.get((event.name, record.pk), {}))
        for record, event in told
        for endpoint in endpoints
        if event.name in endpoint.events
    )
    send_soon()


def message(
    endpoint: WebhookEndpoint,
    event: str,
    *,
    record: AuditRecord | None = None,
    facts: Mapping[str, Any] | None = None,
) -> WebhookDelivery:
    """One message, not saved yet. Its id is in its body, so that repetitions can be told apart."""
    row = WebhookDelivery(id=uuid7(), endpoint=endpoint, record=record, event=event, due_at=now())
    row.payload = {
        "id": str(row.pk),
        "type": event,
        "timestamp": (record.created_at if record else now()).isoformat(),
        "data": {**(_said(record) if record else {}), **(facts or {})},
    }
    return row


def send_soon() -> None:
    """A hint to the workers once the transaction is through; the sweeper comes anyway."""
    from organizations.tasks import deliver_webhooks

    organization_id = str(current_organization_id())
    transaction.on_commit(lambda: hint(deliver_webhooks, organization_id))


def _said(record: AuditRecord) -> dict[str, Any]:
    target = {"type": record.target_type, "id": str(record.target_id)} if record.target_id else None
    return {
        "organization": str(record.organization_id),
        "action": record.action,
        "target": target,
        "actor": {
            "kind": record.actor_kind,
            "id": str(record.actor_id) if record.actor_id else None,
        },
        "reason": record.reason,
        "details": record.data,
    }


def _facts(told: Sequence[tuple[AuditRecord, WebhookEvent]]) -> dict[tuple[str, UUID], Any]:
    found: dict[tuple[str, UUID], Any] = {}
    for event in {event.name: event for _, event in told}.values():
        if event.facts is not None:
            records = [record for record, of in told if of.name == event.name]
            found |= {(event.name, pk): each for pk, each in event.facts(records).items()}
    return found
