"""The brake where posts leave: at the claim, in the transaction that sends, and at the socket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import DatabaseError
from django.db.models import F

from publishing.channels.base import ChannelError
from publishing.models import Delivery, DeliveryState
from publishing.services.standing import Standstill, first_of, known_to_stand, standing

from . import pace, rows, words
from .parcel import Parcel

LOOKS_WAIT: Final = timedelta(seconds=60)
"""Until it is asked again whether a post whose end is unknown may be looked for."""
UNSENT: Final = (DeliveryState.SCHEDULED, DeliveryState.CLAIMED)


def stop_of(stops: Sequence[Standstill], delivery: Delivery) -> Standstill | None:
    """The first of these stops that holds this delivery."""
    return first_of(
        stops,
        brand_id=delivery.pending_post.brand_id,
        account_id=delivery.account_id,
        platform=delivery.platform,
    )


def hold_back(taken: Sequence[Delivery], moment: datetime) -> list[Delivery]:
    """Take out what a stop holds, in the transaction of the claim; return the rest.

    What is due since before a stop ended that is over by now is marked by it, and so is missed.
    """
    if not taken:
        return []
    dues = [row.due_at for row in taken if row.due_at is not None]
    stops = standing(since=min(dues, default=moment))
    if not stops:
        return list(taken)
    living = [each for each in stops if each.stands]
    held: dict[Standstill, list[Delivery]] = {}
    free: list[Delivery] = []
    for row in taken:
        stop = stop_of(living, row)
        if stop is not None:
            held.setdefault(stop, []).append(row)
            continue
        _mark(row, [each for each in stops if not each.stands])
        free.append(row)
    for stop, those in held.items():
        _hold(those, stop, moment)
    return free


def _mark(row: Delivery, over: Sequence[Standstill]) -> None:
    if row.state not in UNSENT or row.due_at is None or row.error_code == words.STOPPED:
        return
    stop = stop_of([each for each in over if each.stood_since(row.due_at)], row)
    if stop is not None:
        row.error_code, row.error_message = words.STOPPED, stop.sentence


def _hold(held: Sequence[Delivery], stop: Standstill, moment: datetime) -> None:
    """Unsent ones are nobody's and scheduled again; the rest keeps its state and is asked later."""
    unsent = [row.pk for row in held if row.state in UNSENT]
    begun = [row.pk for row in held if row.state not in UNSENT]
    if unsent:
        Delivery.objects.filter(pk__in=unsent).update(
            state=DeliveryState.SCHEDULED,
            fence=F("fence") + 1,
            due_at=moment + pace.hold(),
            error_code=words.STOPPED,
            error_message=stop.sentence,
            updated_at=moment,
            **rows.FREE,
        )
    if begun:
        Delivery.objects.filter(pk__in=begun).update(
            claimed_until=moment + LOOKS_WAIT, updated_at=moment
        )


def in_the_way(parcels: Sequence[Parcel]) -> dict[UUID, Standstill]:
    """The stop of each delivery that one holds, read in the transaction that commits `sending`."""
    stops = standing() if parcels else []
    if not stops:
        return {}
    found = {parcel.id: stop_of(stops, parcel.delivery) for parcel in parcels}
    return {pk: stop for pk, stop in found.items() if stop is not None}


def refuse_stopped(parcel: Parcel) -> None:
    """Before a byte leaves: raise ChannelError when a stop holds this delivery.

    Nothing was sent, unless the same call had left something already that may be a post: then its
    outcome is unknown, and it is looked for when the stop is over. What stands is known for a
    second at most; when it cannot be known, nothing leaves either.
    """
    try:
        stop = stop_of(known_to_stand(parcel.organization_id), parcel.delivery)
    except DatabaseError as error:
        raise ChannelError(
            "Warren could not make sure that nobody stopped this, so it sent nothing.",
            ambiguous=parcel.has_written,
            code="stop_unread",
        ) from error
    if stop is not None:
        raise ChannelError(stop.sentence, ambiguous=parcel.has_written, code=words.STOPPED)
