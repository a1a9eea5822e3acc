"""The credit of a publication: taken in the transaction that commits `sending`, once."""

from __future__ import annotations

from collections.abc import Sequence

from billing.models import CreditAction
from billing.services.credits import Charge, refund_credits, spend_credits, spend_credits_together
from config.kernel.errors import PaymentRequired
from publishing.models import Delivery

from .parcel import Parcel


def key_of(delivery: Delivery) -> str:
    """`publish:<delivery>`; sent anew after its credit was given back, it is another purchase."""
    if delivery.charge_key:
        return delivery.charge_key
    first = f"publish:{delivery.id}"
    return first if delivery.sending_at is None else f"{first}:{delivery.fence}"


def take(parcels: Sequence[Parcel]) -> list[Parcel]:
    """Charge what is not charged yet, in the caller's transaction; return what could not be paid.

    One statement for all when there is enough, one by one when the last credits go.
    """
    charges = {parcel: _charge(parcel) for parcel in parcels if not parcel.delivery.charge_key}
    if not charges:
        return []
    unpaid: list[Parcel] = []
    if not spend_credits_together(action=CreditAction.PUBLISH, charges=list(charges.values())):
        unpaid = [parcel for parcel, charge in charges.items() if not _pay(charge)]
    for parcel, charge in charges.items():
        if parcel not in unpaid:
            parcel.delivery.charge_key = charge.key
    return unpaid


def give_back(delivery: Delivery, reason: str) -> None:
    """Return the credit of a delivery that ends without a post, in the caller's transaction."""
    if not delivery.charge_key:
        return
    refund_credits(key=delivery.charge_key, reason=reason)
    Delivery.objects.filter(pk=delivery.pk).update(charge_key="")
    delivery.charge_key = ""


def _charge(parcel: Parcel) -> Charge:
    return Charge(
        key=key_of(parcel.delivery),
        description=f"Publish on {parcel.label}",
        related_type=Delivery._meta.label_lower,
        related_id=parcel.id,
    )


def _pay(charge: Charge) -> bool:
    try:
        spend_credits(
            action=CreditAction.PUBLISH,
            key=charge.key,
            description=charge.description,
            related_type=charge.related_type,
            related_id=charge.related_id,
        )
    except PaymentRequired:
        return False
    return True
