"""Messages of the payment provider: each kept once by its id, and handled once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError, connection
from django.db.models import F

from billing.gateways.remote import Message
from billing.keys import payments
from billing.models import PaymentEvent
from config.kernel.clock import now
from config.kernel.errors import DomainError, NotFound
from config.kernel.models import claimable
from config.kernel.scoping import scope

from .payment_sync import follow_invoice, follow_session, follow_subscription

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=120)
FIRST_WAIT = timedelta(seconds=30)
MOST_ATTEMPTS = 8
MOST = 100
Outcome = PaymentEvent.Outcome

# Kind of message -> what is done with the object that it names. Others are kept and ignored.
HANDLERS: Mapping[str, Callable[[str], object]] = {
    "checkout.session.completed": follow_session,
    "checkout.session.async_payment_succeeded": follow_session,
    "customer.subscription.created": follow_subscription,
    "customer.subscription.updated": follow_subscription,
    "customer.subscription.deleted": follow_subscription,
    "customer.subscription.paused": follow_subscription,
    "customer.subscription.resumed": follow_subscription,
    "invoice.finalized": follow_invoice,
    "invoice.updated": follow_invoice,
    "invoice.paid": follow_invoice,
    "invoice.payment_failed": follow_invoice,
    "invoice.payment_action_required": follow_invoice,
    "invoice.voided": follow_invoice,
    "invoice.marked_uncollectible": follow_invoice,
}


def receive_message(*, body: bytes, signature: str) -> PaymentEvent:
    """Keep a message whose signature is right; a replay is the row that stands there.

    Raises Invalid (code bad_signature) for any other, NotFound while payments are off.
    """
    provider = payments()
    if provider is None:
        raise NotFound("Payments are off here.")
    return _kept(provider.read(body, signature))


def _kept(message: Message) -> PaymentEvent:
    is_known = message.kind in HANDLERS and bool(message.object_id)
    event, _ = PaymentEvent.objects.get_or_create(
        event_id=message.id,
        defaults={
            "kind": message.kind,
            "object_id": message.object_id,
            "customer_id": message.customer_id,
            "sent_at": message.sent_at,
            "outcome": Outcome.WAITING if is_known else Outcome.IGNORED,
            "due_at": now() if is_known else None,
        },
    )
    return event


def sweep_messages() -> int:
    """Handle what waits; returns how many. One that fails stops no other."""
    waiting = PaymentEvent.objects.filter(claimable(now()), outcome=Outcome.WAITING)
    ids = list(waiting.order_by("due_at").values_list("pk", flat=True)[:MOST])
    return sum(handle_message(event_id) for event_id in ids)


def handle_message(event_id: UUID) -> bool:
    """Do what one message asks for. False when it is done, not due, or in other hands.

    The row is claimed first, the provider is asked with no transaction open. What fails is tried
    again after 30 s, 60 s, 120 s and so on, eight times.
    """
    moment = now()
    mine = PaymentEvent.objects.filter(claimable(moment), pk=event_id, outcome=Outcome.WAITING)
    if not mine.update(
        claimed_until=moment + LEASE, fence=F("fence") + 1, attempts=F("attempts") + 1
    ):
        return False
    event = PaymentEvent.objects.get(pk=event_id)
    try:
        _settle(event, _act(event), "")
    except (DomainError, DatabaseError) as error:
        message = error.message if isinstance(error, DomainError) else "The database refused."
        log.warning("payment_message_failed", event_id=event.event_id, error=message, exc_info=True)
        _put_off(event, message)
    return True


def _act(event: PaymentEvent) -> str:
    organization_id = _organization_of(event.customer_id)
    if organization_id is None:
        # Somebody else's customer under the same account of the provider.
        return Outcome.IGNORED
    PaymentEvent.objects.filter(pk=event.pk).update(organization_id=organization_id)
    with scope(organization_id):
        HANDLERS[event.kind](event.object_id)
    return Outcome.HANDLED


def _settle(event: PaymentEvent, outcome: str, error: str) -> None:
    PaymentEvent.objects.filter(pk=event.pk, fence=event.fence).update(
        outcome=outcome,
        error_message=error[:300],
        due_at=None,
        claimed_until=None,
        updated_at=now(),
    )


def _put_off(event: PaymentEvent, error: str) -> None:
    if event.attempts >= MOST_ATTEMPTS:
        _settle(event, Outcome.FAILED, error)
        return
    wait = FIRST_WAIT * 2 ** (event.attempts - 1)
    PaymentEvent.objects.filter(pk=event.pk, fence=event.fence).update(
        due_at=now() + wait, claimed_until=None, error_message=error[:300], updated_at=now()
    )


def retry_message(*, event: PaymentEvent) -> None:
    """Let a message that failed be handled again, for operators."""
    PaymentEvent.objects.filter(pk=event.pk).exclude(outcome=Outcome.HANDLED).update(
        outcome=Outcome.WAITING, due_at=now(), attempts=0, claimed_until=None, updated_at=now()
    )


def _organization_of(customer_id: str) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_of_stripe_customer(%s)", [customer_id])
        [found] = cursor.fetchone()
    return found  # type: ignore[no-any-return]
