"""Take due rows into hand: one short transaction for each organization."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, FilteredRelation, Q

from config.kernel.clock import now
from config.kernel.models import claimable
from config.kernel.scoping import org_atomic
from publishing.channels.base import CrashPoint, Published
from publishing.channels.registry import channels
from publishing.models import Delivery, DeliveryState

from . import brake, followers, lateness, pace
from .faults import fault
from .gate import Gate, network_of
from .parcel import Lease, Parcel

TO_SEND = (DeliveryState.SCHEDULED,)
STRANDED = (DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.ACCEPTED)
"""States that only a worker gives; with an expired lease their worker is gone."""
UNDECIDED = (DeliveryState.UNKNOWN, DeliveryState.ACCEPTED)


def claim(
    organization_id: UUID,
    ids: Collection[UUID],
    *,
    owner: str,
    states: Sequence[str] = (*TO_SEND, *STRANDED),
    without: Collection[str] = (),
) -> list[Parcel]:
    """Lease the due ones among `ids` for this worker; the rest belongs to somebody else.

    A row whose sending had begun keeps its state, so that it can only be looked for. Rows that
    others hold are skipped, not waited for, and those of the networks `without`. What is too late
    is put aside for a person.
    """
    fault(CrashPoint.TAKEN)
    lease, moment = Lease.starting_now(), now()
    due = Q(claimable(moment), pk__in=ids, state__in=states)
    with org_atomic(organization_id):
        rows = [row for row in _locked(due) if network_of(row) not in without]
        if not rows:
            return []
        going = brake.hold_back(rows, moment)
        gate = Gate(lateness.put_aside(going, moment), moment)
        rows = gate.admit()
        _take(rows, owner, moment)
        roots = followers.roots_of(rows)
    fault(CrashPoint.CLAIMED)
    parcels = [_parcel(organization_id, row, owner, lease, moment, roots) for row in rows]
    for parcel in parcels:
        parcel.tries = parcel.delivery in gate.tries
        parcel.is_watched = gate.is_watched(parcel.delivery)
    return parcels


def claim_undecided(
    organization_id: UUID,
    delivery_id: UUID,
    *,
    owner: str,
    states: Sequence[str] = UNDECIDED,
) -> list[Parcel]:
    """Take one row into hand whose end a person may tell or ask for, whether due or not."""
    lease, moment = Lease.starting_now(), now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=moment)
    with org_atomic(organization_id):
        rows = list(_locked(Q(free, pk=delivery_id, state__in=states)))
        _take(rows, owner, moment)
        roots = followers.roots_of(rows)
    return [_parcel(organization_id, row, owner, lease, moment, roots) for row in rows]


def _locked(condition: Q) -> Iterable[Delivery]:
    return (
        Delivery.objects.filter(condition)
        .select_related("account", "pending_post", "parent")
        .annotate(
            living=FilteredRelation(
                "pending_post__approvals", condition=Q(pending_post__approvals__voided_at=None)
            ),
            model_used=F("pending_post__candidate__model_used"),
            approver_id=F("living__approver_id"),
            policy=F("living__policy"),
        )
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True, of=("self",))
    )


def _take(rows: Sequence[Delivery], owner: str, moment: datetime) -> None:
    until = moment + pace.lease()
    unsent = (DeliveryState.SCHEDULED, DeliveryState.CLAIMED)
    fresh = [row.pk for row in rows if row.state in unsent]
    rest = [row.pk for row in rows if row.state not in unsent]
    held = {"claimed_until": until, "lease_owner": owner, "updated_at": moment}
    # An expired `claimed` passes through `scheduled` here: nothing had been sent.
    for pks, fields in ((fresh, {**held, "state": DeliveryState.CLAIMED}), (rest, held)):
        if pks:
            Delivery.objects.filter(pk__in=pks).update(fence=F("fence") + 1, **fields)
    for row in rows:
        row.fence += 1
        row.claimed_until = until
        row.lease_owner = owner
        if row.state == DeliveryState.SCHEDULED:
            row.state = DeliveryState.CLAIMED


def _parcel(
    organization_id: UUID,
    row: Delivery,
    owner: str,
    lease: Lease,
    moment: datetime,
    roots: Mapping[UUID, Published],
) -> Parcel:
    return Parcel(
        organization_id=organization_id,
        delivery=row,
        channel=channels.get(row.platform),
        model_used=row.model_used or "",  # type: ignore[attr-defined]
        approver_id=row.approver_id,  # type: ignore[attr-defined]
        policy=row.policy or "",  # type: ignore[attr-defined]
        lease=Lease(lease.ends),
        owner=owner,
        claimed_at=moment,
        parent=followers.published(row.parent),
        root=roots.get(row.pk),
    )
