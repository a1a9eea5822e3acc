"""The credit of a publication: taken in the transaction that commits `sending`, once.

Of the posts that one run sends to three or more networks, two are paid and the others go along
(specification 6.9). When a paid one ends without a post, one that went along takes its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from billing.models import CreditAction
from billing.services.credits import (
    PAID_TOGETHER,
    Charge,
    free_keys,
    known_keys,
    locked_subscription,
    refund_credits,
    spend_credits,
    spend_credits_together,
)
from config.kernel.errors import PaymentRequired
from publishing.models import Delivery, DeliveryState

from .parcel import Parcel


def key_of(delivery: Delivery) -> str:
    """`publish:<delivery>`; sent anew after its credit was given back, it is another purchase.

    Parts and comments go along with their post: empty.
    """
    if delivery.charge_key or delivery.is_follower:
        return delivery.charge_key
    first = f"publish:{delivery.id}"
    return first if delivery.sending_at is None else f"{first}:{delivery.fence}"


def take(parcels: Sequence[Parcel]) -> list[Parcel]:
    """Charge what is not charged yet, in the caller's transaction; return what could not be paid.

    One statement for all when there is enough, one by one when the last credits go.
    """
    unpaid_yet = [
        parcel
        for parcel in parcels
        if not parcel.delivery.charge_key and not parcel.delivery.is_follower
    ]
    if not unpaid_yet:
        return []
    along = _go_along([parcel.id for parcel in unpaid_yet])
    charges = {parcel: _charge(parcel, is_free=parcel.id in along) for parcel in unpaid_yet}
    unpaid: list[Parcel] = []
    if not spend_credits_together(action=CreditAction.PUBLISH, charges=list(charges.values())):
        unpaid = [parcel for parcel, charge in charges.items() if not _pay(charge)]
    for parcel, charge in charges.items():
        if parcel not in unpaid:
            parcel.delivery.charge_key = charge.key
    return unpaid


def why_unpaid() -> str:
    """The reason, as words.HELD knows it, why a publication could not be paid."""
    subscription = locked_subscription()
    return "no_credits" if subscription is None or subscription.is_running else "plan_rests"


def give_back(delivery: Delivery, reason: str) -> None:
    """Return the credit of a delivery that ends without a post, in the caller's transaction."""
    if not delivery.charge_key:
        return
    # One that went along may have taken a paid one's place since this copy was read.
    rows = Delivery.objects.filter(pk=delivery.pk)
    key = rows.values_list("charge_key", flat=True).first() or delivery.charge_key
    heir = _heir(delivery, key)
    if heir is None:
        refund_credits(key=key, reason=reason)
    else:
        Delivery.objects.filter(pk=heir).update(charge_key=key)
    rows.update(charge_key="")
    delivery.charge_key = ""


def _go_along(ids: Collection[UUID]) -> set[UUID]:
    """Those that cost nothing, because two others of their run are paid."""
    runs = _runs_of_many(ids)
    if not runs:
        return set()
    # Siblings that leave at the same moment, by another worker, are counted one after another.
    locked_subscription()
    siblings = Delivery.objects.filter(pending_post__run_id__in=set(runs.values()))
    keyed = siblings.exclude(charge_key="").exclude(pk__in=list(ids))
    keys = dict(keyed.values_list("charge_key", "pending_post__run_id"))
    # A key stands in the row a moment before its line does.
    charged = Counter(keys[key] for key in known_keys(keys))
    along = set()
    for id, run in runs.items():
        if charged[run] >= PAID_TOGETHER:
            along.add(id)
        charged[run] += 1
    return along


def _runs_of_many(ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Delivery -> its run, of the runs that go to more networks than are paid."""
    rows = Delivery.objects.filter(
        pk__in=list(ids), pending_post__run__platforms__len__gt=PAID_TOGETHER
    )
    return dict(rows.order_by("pk").values_list("pk", "pending_post__run_id"))


def _heir(delivery: Delivery, key: str) -> UUID | None:
    """A sibling that went along for nothing and is, or will be, out."""
    run = _runs_of_many([delivery.pk]).get(delivery.pk)
    if run is None:
        return None
    ended = (DeliveryState.FAILED, DeliveryState.CANCELLED, DeliveryState.MISSED)
    siblings = Delivery.objects.filter(pending_post__run_id=run).exclude(pk=delivery.pk)
    # Whoever holds one of them decides about it this moment, and is not waited for.
    open_ones = siblings.exclude(state__in=ended).exclude(charge_key="").order_by("pk")
    keys = {
        row.charge_key: row.pk
        for row in open_ones.select_for_update(of=("self",), skip_locked=True).only("charge_key")
    }
    free = free_keys({key, *keys})
    if key in free:
        return None
    return next((keys[each] for each in keys if each in free), None)


def _charge(parcel: Parcel, *, is_free: bool) -> Charge:
    words = f"Publish on {parcel.label}"
    return Charge(
        key=key_of(parcel.delivery),
        description=f"{words}, along with others of its run" if is_free else words,
        related_type=Delivery._meta.label_lower,
        related_id=parcel.id,
        is_free=is_free,
    )


def _pay(charge: Charge) -> bool:
    try:
        spend_credits(
            action=CreditAction.PUBLISH,
            key=charge.key,
            description=charge.description,
            related_type=charge.related_type,
            related_id=charge.related_id,
            credits=0 if charge.is_free else None,
        )
    except PaymentRequired:
        return False
    return True
