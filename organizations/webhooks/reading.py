"""The delivery log as people read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from config.kernel.clock import now
from config.kernel.pagination import Page, paginate
from organizations.models import WebhookDelivery, WebhookEndpoint, WebhookState

from .catalogue import TEST_EVENT, webhook_events

SOON: Final = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class Message:
    """One message with what was sent and what came back."""

    row: WebhookDelivery
    words: str
    body: str

    @property
    def is_under_way(self) -> bool:
        """Its outcome is a matter of seconds, so it is worth looking again."""
        due = self.row.due_at
        return due is not None and due <= now() + SOON

    @property
    def may_be_resent(self) -> bool:
        ended = (WebhookState.DELIVERED, WebhookState.FAILED)
        return self.row.state in ended and self.row.payload is not None


def endpoints_for_list() -> QuerySet[WebhookEndpoint]:
    """With how many messages wait and how many failed for good."""
    state = "deliveries__state"
    return (
        WebhookEndpoint.objects.defer("secret", "previous_secret")
        .annotate(
            waiting=Count("deliveries", filter=Q(**{state: WebhookState.WAITING})),
            failed=Count("deliveries", filter=Q(**{state: WebhookState.FAILED})),
        )
        .order_by("name")
    )


def endpoint_by_id(pk: UUID) -> WebhookEndpoint | None:
    return WebhookEndpoint.objects.filter(pk=pk).first()


def message_by_id(endpoint: UUID, pk: UUID) -> WebhookDelivery | None:
    rows = WebhookDelivery.objects.filter(pk=pk, endpoint_id=endpoint)
    return rows.select_related("endpoint").first()


def messages_page(endpoint: WebhookEndpoint, *, state: str, cursor: str | None) -> Page[Message]:
    rows = WebhookDelivery.objects.filter(endpoint=endpoint)
    if state in WebhookState.values:
        rows = rows.filter(state=state)
    page = paginate(rows, order=("-created_at",), cursor=cursor, size=30)
    return Page(
        tuple(Message(row, words_of(row.event), _body(row.payload)) for row in page.items),
        page.next_cursor,
        page.previous_cursor,
    )


def words_of(event: str) -> str:
    if event == TEST_EVENT:
        return "A test"
    known = webhook_events.get(event)
    return known.words if known else event


def is_rotating(endpoint: WebhookEndpoint) -> bool:
    ends = endpoint.previous_ends_at
    return ends is not None and ends > now()


def _body(payload: dict[str, Any] | None) -> str:
    if not payload:
        return ""
    first = {name: payload[name] for name in ("id", "type", "timestamp") if name in payload}
    return json.dumps({**first, **payload}, indent=2, ensure_ascii=False)
