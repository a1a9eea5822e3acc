"""Commit `sending` before the first byte, with everything that must be true at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.channels.base import CrashPoint
from publishing.models import Delivery, DeliveryState, PendingPost, PendingStatus

from . import brake, charges, checks, pace, quotas, rows
from .failure import put_off
from .faults import fault
from .parcel import Lease, Parcel

APPROVED = (PendingStatus.APPROVED, PendingStatus.AUTO_APPROVED, PendingStatus.FAILED)


def begin(organization_id: UUID, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Move claimed deliveries of one organization to `sending`; return those that may be sent.

    One transaction: the locks that edits and withdrawals take too, the state, the checks, what the
    network allows, the credit, a new lease. A delivery that somebody cancelled, moved or took over
    since the claim is dropped; one with an obstacle waits, fails or is cancelled, and says why.
    """
    fault(CrashPoint.HANDLE_SAVED)
    lease, moment = Lease.starting_now(), now()
    with org_atomic(organization_id):
        rows.lock_pending(parcels)
        ours = _start(parcels, moment)
        in_the_way = checks.obstacles([parcel.id for parcel in ours])
        for held, stop in brake.in_the_way(ours).items():
            in_the_way.setdefault(held, checks.stopped(stop.sentence))
        free = [parcel for parcel in ours if parcel.id not in in_the_way]
        in_the_way |= quotas.holds(free, moment)
        unpaid = charges.take([parcel for parcel in ours if parcel.id not in in_the_way])
        if unpaid:
            why = charges.why_unpaid()
            in_the_way |= {parcel.id: checks.held(why) for parcel in unpaid}
        for parcel in ours:
            if parcel.id in in_the_way:
                put_off(parcel, in_the_way[parcel.id], moment)
        clear = [parcel for parcel in ours if parcel.id not in in_the_way]
        _mark_pending(clear, moment)
    for parcel in clear:
        parcel.begun(lease, moment)
    fault(CrashPoint.SENDING)
    return clear


def _start(parcels: Sequence[Parcel], moment: datetime) -> list[Parcel]:
    """Those that are still claimed by us, now `sending` and locked against everybody else."""
    ours = rows.write_each(
        parcels,
        before=[DeliveryState.CLAIMED],
        same={
            "state": DeliveryState.SENDING,
            "sending_at": moment,
            "claimed_until": moment + pace.lease(),
            "lookups": 0,
            "error_code": "",
            "error_message": "",
            "updated_at": moment,
        },
        each={"charge_key": ("text", [charges.key_of(parcel.delivery) for parcel in parcels])},
        raised=["attempts"],
    )
    return [parcel for parcel in parcels if parcel.id in ours]


def _mark_pending(parcels: Sequence[Parcel], moment: datetime) -> None:
    if parcels:
        PendingPost.objects.filter(
            pk__in=[parcel.delivery.pending_post_id for parcel in parcels], status__in=APPROVED
        ).update(status=PendingStatus.PUBLISHING, updated_at=moment)


def renew(organization_id: UUID, parcels: Sequence[Parcel]) -> None:
    """Keep the leases of calls that are still going on."""
    lease, moment = Lease.starting_now(), now()
    with org_atomic(organization_id):
        ours = set(
            Delivery.objects.filter(
                pk__in=[parcel.id for parcel in parcels], lease_owner=parcels[0].owner
            )
            .select_for_update()
            .values_list("pk", "fence")
        )
        kept = [parcel for parcel in parcels if (parcel.id, parcel.delivery.fence) in ours]
        Delivery.objects.filter(pk__in=[parcel.id for parcel in kept]).update(
            claimed_until=moment + pace.lease()
        )
    for parcel in kept:
        parcel.lease.renew(lease.ends)
