"""What becomes of a message after a call, and of an endpoint that keeps failing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from organizations.models import (
    ActorKind,
    AuditCategory,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookState,
)
from organizations.services.audit import record

_HOUR: Final = 3_600
RETRIES_SECONDS: Final = (
    *(5, 300, 1_800, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR),
    *(14 * _HOUR, 20 * _HOUR, 24 * _HOUR),
)
"""After the first try, the second, and so on: ten tries in a little over three days."""
MOST_TRIES: Final = len(RETRIES_SECONDS) + 1
JITTER_RATIO: Final = 0.1
FAILING_FOR: Final = timedelta(days=5)
SILENCE: Final = timedelta(minutes=1)
GONE: Final = 410

_jitter = Random()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said, or why it could not be asked."""

    status: int | None = None
    text: str = ""
    error: str = ""
    retry_after: float | None = None
    duration_ms: int = 0

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def sentence(self) -> str:
        """Empty when all went well."""
        if self.ok or self.status is None:
            return self.error
        if 300 <= self.status < 400:
            return f"It answered {self.status}: redirects are not followed. Enter the last address."
        return f"It answered {self.status}."

    def after(self, duration_ms: int) -> Answer:
        return replace(self, duration_ms=duration_ms)


def settle(organization_id: UUID, row: WebhookDelivery, answer: Answer) -> bool:
    """Write down an answer and what follows from it. False when the lease had gone to another."""
    moment = now()
    noted: dict[str, Any] = {
        "claimed_until": None,
        "last_status": answer.status,
        "last_answer": answer.text,
        "last_error": answer.sentence[:300],
        "last_duration_ms": answer.duration_ms,
    }
    with org_atomic(organization_id):
        if answer.ok:
            settled = move(
                *(row, WebhookState.DELIVERED),
                fence=row.fence,
                **{**noted, "delivered_at": moment, "due_at": None},
            )
        elif (wait := wait_seconds(row.attempts, answer.retry_after)) is None:
            settled = move(row, WebhookState.FAILED, fence=row.fence, **{**noted, "due_at": None})
        else:
            settled = _put_off(row, noted, moment + timedelta(seconds=wait))
        if settled:
            _note(row.endpoint, answer, moment)
        if settled and answer.status is None:
            _let_others_wait(row, moment)
    return settled


def wait_seconds(attempts: int, retry_after: float | None = None) -> float | None:
    """Until the next try; None when there is none. The receiver may ask for more, up to a day."""
    if attempts >= MOST_TRIES:
        return None
    wait = RETRIES_SECONDS[max(0, attempts - 1)] * (
        1 + _jitter.uniform(-JITTER_RATIO, JITTER_RATIO)
    )
    return max(wait, min(retry_after or 0.0, 24.0 * _HOUR))


def stop_endpoint(endpoint: WebhookEndpoint, *, reason: str) -> None:
    """Switch an endpoint off by ourselves and write down why; messages wait until it is resumed."""
    stopped = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True).update(
        is_active=False, stopped_reason=reason[:200]
    )
    if stopped:
        WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookState.WAITING).update(
            due_at=None
        )
        record(
            action="webhook.stopped",
            target=endpoint,
            kind=ActorKind.SYSTEM,
            category=AuditCategory.SECURITY,
            reason=reason,
            data={"name": endpoint.name},
        )


def _put_off(row: WebhookDelivery, noted: dict[str, Any], due_at: datetime) -> bool:
    mine = WebhookDelivery.objects.filter(pk=row.pk, fence=row.fence, state=WebhookState.WAITING)
    return bool(mine.update(**noted, due_at=due_at, updated_at=now()))


def _let_others_wait(row: WebhookDelivery, moment: datetime) -> None:
    """Nobody is there: the other messages need not find that out one by one, 10 s each."""
    WebhookDelivery.objects.filter(
        endpoint_id=row.endpoint_id,
        state=WebhookState.WAITING,
        due_at__lte=moment,
        claimed_until=None,
    ).update(due_at=moment + SILENCE)


def _note(endpoint: WebhookEndpoint, answer: Answer, moment: datetime) -> None:
    name = "last_success_at" if answer.ok else "last_failure_at"
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**{name: moment})
    if answer.status == GONE:
        stop_endpoint(endpoint, reason="It answered 410: it does not want to be called any more.")
    elif not answer.ok and _has_failed_long(endpoint, moment):
        stop_endpoint(
            endpoint,
            reason=f"Every message failed for {FAILING_FOR.days} days. {answer.sentence}",
        )


def _has_failed_long(endpoint: WebhookEndpoint, moment: datetime) -> bool:
    """A message that old, tried, and nothing has arrived since it was written."""
    fresh = WebhookEndpoint.objects.defer("secret", "previous_secret").get(pk=endpoint.pk)
    # A person who changed or resumed it gave it five days more.
    since = max(filter(None, (fresh.last_success_at, fresh.updated_at)))
    return WebhookDelivery.objects.filter(
        endpoint=endpoint,
        state__in=[WebhookState.WAITING, WebhookState.FAILED],
        attempts__gt=0,
        created_at__gt=since,
        created_at__lte=moment - FAILING_FOR,
    ).exists()
