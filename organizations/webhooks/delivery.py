"""Bring messages to their endpoints: claim, call with no transaction open, settle by the fence."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from time import monotonic
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from config.kernel import http
from config.kernel.clock import now
from config.kernel.due import by_organization, due_rows
from config.kernel.models import claim
from config.kernel.scoping import org_atomic, scope
from config.kernel.tasks import hint, record_work
from config.kernel.vault import SecretUnreadable
from organizations.models import WebhookDelivery, WebhookEndpoint, WebhookState

from . import signing
from .settling import MOST_TRIES, Answer, settle

TIMEOUT_SECONDS: Final = 10.0
MOST_ANSWER_BYTES: Final = 64_000
KEPT_ANSWER_CHARACTERS: Final = 2_000
LEASE_SECONDS: Final = 60.0
RUN_SECONDS: Final = 40.0
"""A slow receiver of one organization must not keep a worker from everything else."""
MOST_A_SWEEP: Final = 1_000

ENDLESS: Final = Answer(error="It was begun ten times, and no worker lived to see the answer.")
"""Without an end, a message that kills its workers would come back every minute."""

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def sweep_webhooks(moment: datetime | None = None) -> int:
    """Hand every organization with due messages to the workers; at once when no broker listens."""
    from organizations.tasks import deliver_webhooks

    due = by_organization(due_rows(WebhookDelivery, moment=moment or now(), most=MOST_A_SWEEP))
    for organization_id in due:
        if not hint(deliver_webhooks, str(organization_id)):
            with scope(organization_id):
                deliver_due(organization_id)
    return len(due)


def deliver_due(organization_id: UUID) -> int:
    """Send what is due in one organization, one message after another, for at most 40 s.

    An endpoint that did not answer well is left alone for the rest of the run. Safe to run twice
    and beside others: each message is claimed by one. Returns how many were called.
    """
    until, called, tired = monotonic() + RUN_SECONDS, 0, set[UUID]()
    _hold_back(organization_id)
    while monotonic() < until and (row := _next(organization_id, tired)):
        answer = call(row) if row.attempts <= MOST_TRIES else ENDLESS
        if settle(organization_id, row, answer) and not answer.ok:
            tired.add(row.endpoint_id)
        called += 1
    if called:
        record_work("webhook", called)
    return called


def call(row: WebhookDelivery) -> Answer:
    """POST one message, signed. Opens no transaction and follows no redirect."""
    began = monotonic()
    try:
        status, body, retry_after = _post(row)
        answer = Answer(status=status, text=_readable(body), retry_after=retry_after)
    except http.OutboundError as error:
        answer = Answer(error=error.message)
    except SecretUnreadable:
        answer = Answer(error="The signing secret cannot be read. Rotate it, then send again.")
    return answer.after(int((monotonic() - began) * 1000))


def _post(row: WebhookDelivery) -> tuple[int, bytes, float | None]:
    endpoint, moment = row.endpoint, now()
    body = signing.body_of(row.payload or {})
    headers = signing.headers_of(
        message_id=str(row.pk), moment=moment, body=body, keys=_keys(endpoint, moment)
    )
    with http.client(timeout_seconds=TIMEOUT_SECONDS, max_bytes=MOST_ANSWER_BYTES) as door:
        answer = door.post(
            endpoint.url, content=body, headers={**headers, "Content-Type": "application/json"}
        )
    wait = answer.headers.get("retry-after", "")
    return answer.status_code, answer.content, float(wait) if wait.isdecimal() else None


def _keys(endpoint: WebhookEndpoint, moment: datetime) -> list[str]:
    keys = [endpoint.secret.reveal()]
    if endpoint.previous_ends_at and endpoint.previous_ends_at > moment:
        old = endpoint.previous_secret
        keys += [old.reveal()] if old else []
    return keys


def _next(organization_id: UUID, tired: Collection[UUID]) -> WebhookDelivery | None:
    """One message an endpoint at a time: one that hangs must not take every worker in turn."""
    with scope(organization_id):
        rows = WebhookDelivery.objects.filter(state=WebhookState.WAITING)
        under_way = rows.filter(endpoint_id=OuterRef("endpoint_id"), claimed_until__gt=now())
        due = rows.filter(
            ~Exists(under_way), endpoint__is_active=True, payload__isnull=False
        ).exclude(endpoint_id__in=tired)
        return next(iter(claim(due.select_related("endpoint"), lease_seconds=LEASE_SECONDS)), None)


def _hold_back(organization_id: UUID) -> None:
    """What is for a paused endpoint waits until somebody resumes it, and is not due till then."""
    with org_atomic(organization_id):
        WebhookDelivery.objects.filter(
            state=WebhookState.WAITING, endpoint__is_active=False, due_at__isnull=False
        ).update(due_at=None)


def _readable(body: bytes) -> str:
    return _UNPRINTABLE.sub("", body.decode("utf-8", "replace"))[:KEPT_ANSWER_CHARACTERS]
