"""What must be written down, although the database is away for some seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

from .parcel import Parcel

log = structlog.get_logger(__name__)

T = TypeVar("T")

WAITS_SECONDS = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0)
"""Between tries while the database restarts."""


def steadily(act: Callable[[], T], parcels: Iterable[Parcel] = ()) -> T:
    """Do it, and again while the database is away: what we know of a post must not be lost.

    Safe because each act is one transaction that carries a fence, and because our copies of the
    `parcels` go back with the transaction: what it had noted in them, a credit for instance, did
    not happen. Not inside a transaction of the caller, which is lost with its connection.
    """
    as_they_stood = [(parcel.delivery, dict(vars(parcel.delivery))) for parcel in parcels]
    for seconds in WAITS_SECONDS:
        try:
            return act()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            log.warning("database_away", error=str(error), wait_seconds=seconds)
            for delivery, fields in as_they_stood:
                vars(delivery).update(fields)
            Event().wait(seconds)
            connection.close_if_unusable_or_obsolete()
    return act()
