"""Follow what the payment provider says is true now.

Messages only say where to look, so old ones, doubled ones and ones in the wrong order all end in
the same state: the provider is asked, with no transaction open, and its answer is applied in one.
Each credit line carries a key of what was paid, so that nothing is given twice.
Call every function in the scope of the customer's organization.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from billing.gateways.remote import RemoteInvoice, RemoteSession, RemoteSubscription
from billing.keys import payments
from billing.models import CreditAction, CreditTransaction, Invoice, Plan, Subscription
from config.kernel.clock import now
from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic

from .credits import grant_credits
from .subscriptions import (
    begin_period,
    fall_to_free,
    make_active,
    mark_past_due,
    next_look,
    note,
    pause,
    plan_downgrade,
    start_plan,
    subscription_or_404,
    upgrade,
)

if TYPE_CHECKING:
    from billing.gateways.payments import Payments

log = structlog.get_logger(__name__)

RUNS = frozenset({"active", "trialing"})
ENDED = frozenset({"canceled", "incomplete_expired"})
Status = Subscription.Status


def follow_subscription(remote_id: str) -> None:
    """Make ours what the provider's subscription is now."""
    remote = _provider().subscription(remote_id)
    with org_atomic():
        row = subscription_or_404()
        if _is_ours(row, remote.customer_id, remote.id):
            _apply(row, remote, now())


def follow_invoice(remote_id: str) -> None:
    """Keep the bill as it is now, and look at the subscription that it belongs to."""
    remote = _provider().invoice(remote_id)
    with org_atomic():
        row = subscription_or_404()
        if not _is_ours(row, remote.customer_id, remote.id):
            return
        _keep_invoice(row, remote)
    if remote.subscription_id:
        follow_subscription(remote.subscription_id)


def follow_session(remote_id: str) -> RemoteSession | None:
    """Give what was bought on the payment page; None when it is another customer's."""
    remote = _provider().session(remote_id)
    with org_atomic():
        row = subscription_or_404()
        if not _is_ours(row, remote.customer_id, remote.id):
            return None
        if remote.mode == "payment" and remote.is_paid and remote.credits:
            _top_up(row, remote)
    if remote.subscription_id:
        follow_subscription(remote.subscription_id)
    return remote


def _provider() -> Payments:
    provider = payments()
    if provider is None:
        raise Conflict("Payments are off: this installation has no key of Stripe.")
    return provider


def _is_ours(row: Subscription, customer_id: str, thing: str) -> bool:
    if customer_id and row.stripe_customer_id == customer_id:
        return True
    log.error("payment_of_another_customer", object=thing, organization=str(row.organization_id))
    return False


def _apply(row: Subscription, remote: RemoteSubscription, moment: datetime) -> None:
    is_current = row.stripe_subscription_id in ("", remote.id)
    if not is_current:
        # Two at once would be paid twice: somebody has to end one of them there.
        if remote.status in RUNS:
            log.error(
                "second_subscription", object=remote.id, organization=str(row.organization_id)
            )
        return
    if remote.status in ENDED:
        if row.is_paid:
            fall_to_free(row, reason="The subscription ended at the provider", moment=moment)
        return
    if remote.status in RUNS:
        _run(row, remote, moment)
    elif row.is_paid and remote.status == "past_due":
        mark_past_due(row, moment)
    elif row.is_paid and remote.status in {"unpaid", "paused"} and row.is_running:
        pause(row, reason="The provider stopped the subscription because a payment is open.")
    if row.is_paid:
        _note_cancellation(row, remote.cancels)


def _run(row: Subscription, remote: RemoteSubscription, moment: datetime) -> None:
    plan = _plan_of(remote) or row.plan
    if not row.is_paid:
        if not remote.is_settled:
            return
        row.stripe_subscription_id = remote.id
        row.save(update_fields=["stripe_subscription_id", "updated_at"])
        start_plan(row, plan=plan, by=None, started_at=remote.started_at, ends_at=remote.ends_at)
        return
    if not remote.is_settled:
        # The provider opens a period about an hour before it collects its money.
        return
    if remote.started_at > row.period_started_at:
        before = row.plan.slug
        begin_period(row, plan=plan, started_at=remote.started_at, ends_at=remote.ends_at)
        note("billing.renewed", row, data={"credits": row.credits_total})
        if before != plan.slug:
            note("billing.plan_changed", row, before={"plan": before}, after={"plan": plan.slug})
    elif plan != row.plan:
        if _is_bigger(plan, row.plan):
            upgrade(row, plan=plan, by=None, moment=moment)
        else:
            plan_downgrade(row, plan=plan, by=None)
    elif row.pending_plan_id is not None:
        row.pending_plan = None
        row.save(update_fields=["pending_plan", "updated_at"])
        note("billing.plan_change_taken_back", row)
    if not make_active(row):
        row.due_at = next_look(row)
        row.save(update_fields=["due_at", "updated_at"])


def _plan_of(remote: RemoteSubscription) -> Plan | None:
    plan = Plan.objects.filter(stripe_price_id=remote.price_id).first()
    if plan is None:
        log.error("unknown_price", price=remote.price_id, object=remote.id)
    return plan


def _is_bigger(plan: Plan, other: Plan) -> bool:
    return (plan.price_cents, plan.credits_per_period) > (
        other.price_cents,
        other.credits_per_period,
    )


def _note_cancellation(row: Subscription, cancels: bool) -> None:
    if row.cancel_at_period_end == cancels:
        return
    row.cancel_at_period_end = cancels
    row.save(update_fields=["cancel_at_period_end", "updated_at"])
    action = "billing.cancellation_planned" if cancels else "billing.cancellation_taken_back"
    note(action, row, data={"ends_at": row.period_ends_at.isoformat()})


def _keep_invoice(row: Subscription, remote: RemoteInvoice) -> None:
    fields = {
        "number": remote.number,
        "description": remote.description,
        "status": remote.status,
        "total_cents": remote.total_cents,
        "paid_cents": remote.paid_cents,
        "currency": remote.currency,
        "hosted_url": remote.hosted_url,
        "pdf_url": remote.pdf_url,
        "issued_at": remote.issued_at,
        "period_started_at": remote.started_at,
        "period_ended_at": remote.ended_at,
    }
    before = Invoice.objects.filter(stripe_invoice_id=remote.id).first()
    invoice, _ = Invoice.objects.update_or_create(stripe_invoice_id=remote.id, defaults=fields)
    if remote.status == Invoice.Status.PAID and (before is None or before.status != remote.status):
        note(
            "billing.invoice_paid",
            row,
            data={
                "invoice": invoice.number,
                "paid_cents": invoice.paid_cents,
                "currency": invoice.currency,
            },
        )


def _top_up(row: Subscription, remote: RemoteSession) -> None:
    key = f"topup:{remote.id}"
    if CreditTransaction.objects.filter(key=key).exists():
        return
    grant_credits(
        amount=remote.credits,
        key=key,
        description=f"Top-up: {remote.credits} credits",
        action=CreditAction.TOPUP,
    )
    note("billing.topped_up", row, data={"credits": remote.credits})
