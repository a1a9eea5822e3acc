"""How long the ledger waits for what. Every number is a setting; tests make them small."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.conf import settings

MOST_ATTEMPTS = 5
"""Sendings of one delivery, first one included."""

MOST_LOOKUPS = 5
"""Read-backs that told nothing before a person is asked."""

MOST_RENEWALS = 20
"""Thirds of a lease that a call may go on for before its worker is given up."""


def threads() -> int:
    """Outside calls at once in one process. 0 makes them one after another, in the caller."""
    return int(settings.WARREN_DELIVERY_THREADS)


def lease() -> timedelta:
    return timedelta(seconds=settings.WARREN_LEASE_SECONDS)


def call_seconds() -> float:
    """Deadline of one outside request."""
    return float(settings.WARREN_OUTBOUND_TIMEOUT_SECONDS)


def hold() -> timedelta:
    """Until a delivery that something holds up (a pause, a lost account) is looked at again."""
    return timedelta(seconds=settings.WARREN_HOLD_SECONDS)


def too_late() -> timedelta:
    """How late a post may be and still go out without a person being asked."""
    return timedelta(seconds=settings.WARREN_TOO_LATE_SECONDS)


def read_back() -> timedelta:
    """From an unknown outcome to the look for the post.

    A request that we gave up may still be worked on over there, so it is longer than a request.
    """
    return timedelta(seconds=settings.WARREN_READ_BACK_SECONDS)


def retry_at(
    moment: datetime, *, attempts: int, retry_after: float | None, random: Random
) -> datetime:
    """When to send again after the `attempts`-th failure that left nothing behind.

    The wait doubles from WARREN_RETRY_BASE_SECONDS up to WARREN_RETRY_MOST_SECONDS, and varies by a
    fifth so that a thousand posts that failed together do not return together. What the platform
    asked for is honoured to the second, never shortened.
    """
    if retry_after is not None:
        return moment + timedelta(seconds=retry_after)
    wait = min(
        float(settings.WARREN_RETRY_BASE_SECONDS) * 2.0 ** (max(attempts, 1) - 1),
        float(settings.WARREN_RETRY_MOST_SECONDS),
    )
    return moment + timedelta(seconds=wait * random.uniform(0.8, 1.2))


def look_at(moment: datetime, *, lookups: int) -> datetime:
    """When to look again for a post after `lookups` looks that told nothing."""
    return moment + read_back() * (1 << min(lookups, MOST_LOOKUPS))
