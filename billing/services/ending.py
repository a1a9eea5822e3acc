from __future__ import annotations

import structlog

from billing.keys import payments
from billing.models import Subscription
from config.kernel.errors import DomainError, Unavailable
from config.kernel.scoping import org_atomic

log = structlog.get_logger(__name__)


def end_payments() -> bool:
    """Have the provider renew nothing more for the organization in scope, which is being erased.

    False when there was nothing to end, or the provider knows of nothing that it could end. Raises
    Unavailable while the provider is away: then nothing may be erased yet, or it would go on
    charging a team that is gone. Call it with no transaction open.
    """
    with org_atomic():
        row = Subscription.objects.first()
    provider = payments()
    if row is None or not row.is_paid or provider is None:
        return False
    try:
        provider.cancel_at_end(
            subscription_id=row.stripe_subscription_id,
            cancels=True,
            key=f"erase:{row.stripe_subscription_id}",
        )
    except Unavailable:
        raise
    except DomainError as error:
        log.warning("payments_not_ended", subscription=row.stripe_subscription_id, code=error.code)
        return False
    return True
