from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from billing.models import CreditAction, CreditPrice, CreditTransaction, Plan, Subscription
from config.kernel.clock import now
from config.kernel.errors import Invalid, PaymentRequired
from config.kernel.scoping import current_organization_id, org_atomic
from organizations.models import ActorKind, AuditCategory
from organizations.services.audit import record

DEFAULT_PRICES = {
    CreditAction.GENERATE: 1,
    CreditAction.GENERATE_TRENDING: 2,
    CreditAction.PUBLISH: 1,
}
# People are told when a tenth of the period's credits is left, and never later than at this many.
LOW_LEAST = 3
# Published together on more networks than this, the others go along (specification 6.9).
PAID_TOGETHER = 2


def spend_credits(
    *,
    action: str,
    key: str,
    description: str,
    related_type: str = "",
    related_id: UUID | None = None,
    credits: int | None = None,
) -> CreditTransaction:
    """Take the price of an act, once per key, by one conditional update with its ledger row.

    A second call with the same key takes nothing and returns the first row. Two callers who ask for
    the last credit get it once: the update holds only while used + price <= total.
    `credits` is a price other than the action's own. Raises PaymentRequired when not enough is
    left, or the plan is not running; a retry helps after a top-up or renewal.
    """
    if credits is not None and credits < 0:
        raise ValueError("A price below zero would be a gift; grant_credits makes those.")
    with org_atomic():
        if earlier := CreditTransaction.objects.filter(key=key).first():
            return earlier
        price = _price(action) if credits is None else credits
        after = _take(price)
        if after is None:
            # A twin with the same key may have taken the last credit while we waited for the row.
            if earlier := CreditTransaction.objects.filter(key=key).first():
                return earlier
            raise _refusal(price)
        row = write_line(
            amount=-price,
            action=action,
            description=description,
            key=key,
            related_type=related_type,
            related_id=related_id,
        )
        if row is None:
            Subscription.objects.update(credits_used=F("credits_used") - price, updated_at=now())
            return CreditTransaction.objects.get(key=key)
        _tell_if_low(after, price)
        return row


def require_credits(*, action: str, times: int = 1) -> None:
    """Refuse what could not be paid before it is queued. Nothing is taken or set aside.

    Raises PaymentRequired as `spend_credits` would; the later spending still decides.
    """
    price = _price(action) * times
    if not _affordable(price).exists():
        raise _refusal(price)


@dataclass(frozen=True, slots=True)
class Charge:
    """One act to be paid: its key in the ledger and what it was for.

    `is_free` when it goes along with others that are paid; its line stands in the ledger with 0.
    """

    key: str
    description: str
    related_type: str = ""
    related_id: UUID | None = None
    is_free: bool = False


def spend_credits_together(*, action: str, charges: Sequence[Charge]) -> bool:
    """Take the price of many acts at once, all or nothing, in the caller's transaction.

    For callers that hold the rows that the keys name, so that no twin can use a key meanwhile.
    False when not all can be paid; nothing was taken then. Raises IntegrityError for a used key.
    """
    price = _price(action)
    whole = price * sum(not charge.is_free for charge in charges)
    after = _take(whole)
    if after is not None:
        CreditTransaction.objects.bulk_create(
            CreditTransaction(
                amount=0 if charge.is_free else -price,
                action=action,
                description=charge.description,
                key=charge.key,
                related_type=charge.related_type,
                related_id=charge.related_id,
            )
            for charge in charges
        )
        _tell_if_low(after, whole)
    return after is not None


def refund_credits(*, key: str, reason: str) -> CreditTransaction | None:
    """Give back what was taken under a key, once. None when nothing was taken.

    What a renewal in between has forgotten is not given back twice: beyond what is used in the new
    period it expires in the same moment, by a line of its own.
    """
    with org_atomic():
        spent = CreditTransaction.objects.filter(key=key, amount__lt=0).first()
        if spent is None:
            return None
        subscription = locked_subscription()
        row = write_line(
            amount=-spent.amount,
            action=CreditAction.REFUND,
            description=f"Refund: {reason}"[:200],
            key=f"refund:{key}",
            related_type=spent.related_type,
            related_id=spent.related_id,
        )
        if row is None:
            return CreditTransaction.objects.get(key=f"refund:{key}")
        back = min(row.amount, subscription.credits_used if subscription else 0)
        if back < row.amount:
            write_line(
                amount=back - row.amount,
                action=CreditAction.EXPIRY,
                description="Refund of a period that is over",
                key=f"expiry:refund:{key}"[:120],
            )
        Subscription.objects.update(credits_used=F("credits_used") - back, updated_at=now())
        return row


def free_keys(keys: Collection[str]) -> set[str]:
    """Those of the keys whose line took nothing."""
    rows = CreditTransaction.objects.filter(key__in=list(keys), amount=0)
    return set(rows.values_list("key", flat=True))


def known_keys(keys: Collection[str]) -> set[str]:
    """Those of the keys that stand in the ledger."""
    rows = CreditTransaction.objects.filter(key__in=list(keys))
    return set(rows.values_list("key", flat=True))


def grant_credits(
    *, amount: int, key: str, description: str, action: str = CreditAction.GRANT
) -> CreditTransaction:
    """Add credits to the current period, once per key.

    Raises Invalid when there is nothing to add, or no plan to add it to.
    """
    if amount <= 0:
        raise Invalid("Grant at least one credit.", field="amount")
    with org_atomic():
        row = write_line(amount=amount, action=action, description=description, key=key)
        if row is None:
            return CreditTransaction.objects.get(key=key)
        changes = {"credits_total": F("credits_total") + amount, "updated_at": now()}
        if not Subscription.objects.update(**changes):
            raise Invalid("This team has no plan that credits could go to. Choose a plan first.")
        return row


def credits_left() -> int:
    """Credits that can be spent now: 0 without a subscription, and while it rests."""
    subscription = Subscription.objects.first()
    return subscription.credits_left if subscription and subscription.is_running else 0


def locked_subscription() -> Subscription | None:
    """The subscription in scope, locked until the caller's transaction ends.

    Everything that changes credits takes this lock last, so that nobody waits in a circle.
    """
    row = Subscription.objects.select_for_update().first()
    if row is not None:
        # Not joined: a row whose plan changes while it is waited for would drop out of the join.
        plans = Plan.objects.in_bulk(filter(None, (row.plan_id, row.pending_plan_id)))
        row.plan = plans[row.plan_id]
        row.pending_plan = plans[row.pending_plan_id] if row.pending_plan_id else None
    return row


def write_line(**fields: Any) -> CreditTransaction | None:
    """Write one ledger line; None when its key stands there already. The counters are the caller's.

    For the services of this app, which keep the sum of all lines equal to what is left.
    """
    try:
        with transaction.atomic():
            return CreditTransaction.objects.create(**fields)
    except IntegrityError:
        return None


def _take(price: int) -> Subscription | None:
    """The one conditional update: it holds only if the plan runs and has as much left.

    Gives the counters as they stand after it; None when it did not hold.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_subscription SET credits_used = credits_used + %s, updated_at = %s "
            "WHERE organization_id = %s AND status = ANY(%s) AND credits_used <= credits_total - %s"
            " RETURNING id, credits_total, credits_used",
            [price, now(), current_organization_id(), list(Subscription.RUNNING), price],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    return Subscription(pk=found[0], credits_total=found[1], credits_used=found[2])


def _tell_if_low(after: Subscription, price: int) -> None:
    """Write down that a tenth, or nothing, is left, by the spending that crossed the line."""
    left, total = after.credits_left, after.credits_total
    mark = max(LOW_LEAST, total // 10)
    if price == 0 or (left > 0 and not left <= mark < left + price):
        return
    record(
        action="credits.low" if left else "credits.gone",
        target=after,
        kind=ActorKind.SYSTEM,
        category=AuditCategory.BILLING,
        data={"left": left, "total": total},
    )


def _affordable(price: int) -> QuerySet[Subscription]:
    return Subscription.objects.filter(
        status__in=Subscription.RUNNING, credits_used__lte=F("credits_total") - price
    )


def _refusal(price: int) -> PaymentRequired:
    subscription = Subscription.objects.first()
    if subscription and not subscription.is_running:
        return resting(subscription)
    left = subscription.credits_left if subscription else 0
    return PaymentRequired(
        f"This needs {price} credit{'' if price == 1 else 's'} and {left} "
        f"{'is' if left == 1 else 'are'} left in this period. Nothing was done. Add credits or "
        "wait for the renewal.",
        code="no_credits",
    )


def resting(subscription: Subscription) -> PaymentRequired:
    """Why nothing is written or sent: the plan is paused or cancelled."""
    return PaymentRequired(
        f"Your plan is {subscription.get_status_display().lower()}, so nothing is written or sent. "
        "Nothing was done and nothing is lost: an owner takes it up again under Billing.",
        code="plan_not_running",
    )


def _price(action: str) -> int:
    configured = CreditPrice.objects.filter(action=action).values_list("credits", flat=True).first()
    return DEFAULT_PRICES[CreditAction(action)] if configured is None else configured
