"""Writes that carry the fence: a worker that wakes after its lease changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection

from config.kernel.states import IllegalMove
from publishing.models import Delivery, DeliveryAttempt, PendingPost, PendingStatus

from .parcel import Parcel

log = structlog.get_logger(__name__)

FREE: Mapping[str, Any] = {"claimed_until": None, "lease_owner": ""}
"""Fields of a row that nobody holds."""


def write(
    parcel: Parcel, to: str, moment: datetime, *, stored: str | None = None, **fields: Any
) -> bool:
    """Move one delivery that we hold, in the caller's transaction. False if we hold it no more.

    `stored` is the state in the row where it runs ahead of ours within this transaction.
    """
    before = parcel.delivery.state
    if before != to and not Delivery.graph.allows(before, to):
        raise IllegalMove(f"Delivery: {before} -> {to}")
    changes = {"state": to, **FREE, "updated_at": moment, **fields}
    ours = Delivery.objects.filter(
        pk=parcel.id, fence=parcel.delivery.fence, state=stored or before
    )
    if not ours.update(**changes):
        log.warning("zombie_refused", delivery=str(parcel.id), fence=parcel.delivery.fence, to=to)
        return False
    for name, value in changes.items():
        setattr(parcel.delivery, name, value)
    return True


def write_each(
    parcels: Sequence[Parcel],
    *,
    before: Sequence[str],
    same: Mapping[str, Any],
    each: Mapping[str, tuple[str, Sequence[Any]]],
    raised: Sequence[str] = (),
) -> set[UUID]:
    """Move many deliveries of one organization in one statement; return those that were ours.

    `same` are columns with one value for all, `each` columns with (SQL type, one value for each
    parcel), `raised` counters that go up by one.
    """
    sets = [f"{name} = %s" for name in same]
    sets += [f"{name} = v.{name}" for name in each]
    sets += [f"{name} = d.{name} + 1" for name in raised]
    types = ["uuid", "integer", *(kind for kind, _ in each.values())]
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    names = ", ".join(["id", "fence", *each])
    # Names and types come from our own code, values go as parameters.
    statement = (
        f"UPDATE {Delivery._meta.db_table} d SET {', '.join(sets)} "  # noqa: S608
        f"FROM unnest({arrays}) AS v({names}) "
        "WHERE d.id = v.id AND d.fence = v.fence AND d.state = ANY(%s) RETURNING d.id"
    )
    values = [
        *same.values(),
        [parcel.id for parcel in parcels],
        [parcel.delivery.fence for parcel in parcels],
        *(list(column) for _, column in each.values()),
        [str(state) for state in before],
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        ours = {row[0] for row in cursor.fetchall()}
    for parcel in parcels:
        if parcel.id not in ours:
            log.warning("zombie_refused", delivery=str(parcel.id), fence=parcel.delivery.fence)
    return ours


def lock_pending(parcels: Sequence[Parcel]) -> None:
    """Take turns with edits and withdrawals: everybody locks the post before its deliveries.

    Whoever did it the other way round would wait for somebody who waits for him.
    """
    list(
        PendingPost.objects.filter(pk__in=[parcel.delivery.pending_post_id for parcel in parcels])
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk")
    )


def approve_again(parcel: Parcel, moment: datetime) -> None:
    """Nothing was sent and it waits for its next try: until then the post may be changed again."""
    if parcel.delivery.is_follower:
        return
    approved = PendingStatus.AUTO_APPROVED if parcel.policy else PendingStatus.APPROVED
    PendingPost.objects.filter(
        pk=parcel.delivery.pending_post_id, status=PendingStatus.PUBLISHING
    ).update(status=approved, updated_at=moment)


def attempt(
    parcel: Parcel,
    outcome: str,
    *,
    message: str = "",
    code: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> DeliveryAttempt:
    """One line of evidence, not yet saved."""
    return DeliveryAttempt(
        delivery=parcel.delivery,
        number=max(parcel.delivery.attempts, 1),
        outcome=outcome,
        message=message,
        code=code[:60],
        evidence={"worker": parcel.owner, "fence": parcel.delivery.fence, **(evidence or {})},
        duration_ms=parcel.duration_ms,
    )


def fail_pending(delivery: Delivery, *, category: str, reason: str, moment: datetime) -> None:
    """Tell the post that its delivery ended without it; what waits for a person keeps waiting."""
    if delivery.is_follower:
        return
    PendingPost.objects.filter(
        pk=delivery.pending_post_id, status__in=PendingPost.graph.sources(PendingStatus.FAILED)
    ).update(
        status=PendingStatus.FAILED,
        failure_category=category,
        failure_reason=reason,
        updated_at=moment,
    )
