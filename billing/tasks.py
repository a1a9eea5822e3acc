"""What the worker does for billing. Messages are hints: what is due stands in rows."""

from __future__ import annotations

from uuid import UUID

from config.celery import app

from .services import ledger_check, model_budget, payment_events, renewals


@app.task(name="billing.tasks.sweep_subscriptions")
def sweep_subscriptions() -> int:
    """Renew, end and pause what is due."""
    return renewals.sweep_subscriptions()


@app.task(name="billing.tasks.sweep_messages")
def sweep_messages() -> int:
    """Handle what the payment provider said and nobody handled yet."""
    return payment_events.sweep_messages()


@app.task(name="billing.tasks.handle_message")
def handle_message(event_id: str) -> bool:
    """Handle one message of the payment provider. Safe to run twice."""
    return payment_events.handle_message(UUID(event_id))


@app.task(name="billing.tasks.release_reservations")
def release_reservations() -> int:
    """Free the money that dead workers held for model calls."""
    return model_budget.release_stale_reservations()


@app.task(name="billing.tasks.check_ledger")
def check_ledger() -> int:
    """Hold the ledgers' sums against what is left, once a day."""
    return ledger_check.check_ledger_daily()
