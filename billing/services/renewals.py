"""What is due of subscriptions: renewals, trials that end, graces that run out."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError

from billing.models import Subscription
from config.kernel.clock import now
from config.kernel.due import due_rows
from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic, scope

from .credits import locked_subscription
from .subscriptions import fall_to_free, next_look, note, pause, renew_locally

log = structlog.get_logger(__name__)

MOST = 500
AGAIN_AFTER = timedelta(hours=1)
Status = Subscription.Status


def sweep_subscriptions(moment: datetime | None = None) -> int:
    """Look at every subscription that is due; returns how many. One that fails stops no other."""
    at = moment or now()
    done = 0
    for due in due_rows(Subscription, moment=at, most=MOST):
        try:
            with scope(due.organization_id):
                done += look_at(due.id, at)
        except DatabaseError:
            log.exception("renewal_failed", organization_id=str(due.organization_id))
    return done


def look_at(subscription_id: UUID, moment: datetime) -> bool:
    """Do what is due for one subscription, once. False when somebody else did it first.

    What the provider renews is asked of the provider, with no transaction open; if it cannot be
    reached, it is asked again an hour later.
    """
    with org_atomic():
        row = Subscription.objects.filter(pk=subscription_id, due_at__lte=moment).first()
    if row is None:
        return False
    is_asked = row.is_paid
    if is_asked and not _asked(row):
        _again_later(row, moment)
        return True
    with org_atomic():
        row = locked_subscription()
        if row is None or row.due_at is None or row.due_at > moment:
            return is_asked
        _act(row, moment)
    return True


def _act(row: Subscription, moment: datetime) -> None:
    if row.status == Status.PAST_DUE:
        pause(row, reason="The payment was still open when its seven days of grace ended.")
    elif row.status == Status.CANCELLED:
        fall_to_free(row, reason="Cancelled", moment=moment)
    elif row.status == Status.PAUSED:
        row.due_at = None
        row.save(update_fields=["due_at", "updated_at"])
    elif row.is_paid:
        # The provider still says that the old period runs; it is slower than the clock.
        row.due_at = moment + AGAIN_AFTER
        row.save(update_fields=["due_at", "updated_at"])
    elif row.period_ends_at <= moment:
        renew_locally(row, moment)
    else:
        if row.status == Status.TRIALING:
            note("billing.trial_ending", row, data={"ends_at": row.period_ends_at.isoformat()})
        row.due_at = next_look(row)
        row.save(update_fields=["due_at", "updated_at"])


def _asked(row: Subscription) -> bool:
    from .payment_sync import follow_subscription

    try:
        follow_subscription(row.stripe_subscription_id)
    except DomainError as error:
        log.warning("provider_not_asked", subscription=str(row.pk), error=error.message)
        return False
    return True


def _again_later(row: Subscription, moment: datetime) -> None:
    with org_atomic():
        Subscription.objects.filter(pk=row.pk).update(due_at=moment + AGAIN_AFTER)
