"""Periods of a subscription: from when to when, and what a part of one is worth. No tables."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta


def month_after(start: datetime, anchor_day: int) -> datetime:
    """The same time one month later, on the anchor's day or the month's last one.

    31 January, 28 February, 31 March: the anchor does not drift.
    """
    year, month = start.year + start.month // 12, start.month % 12 + 1
    day = min(anchor_day, monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)


def period_at(start: datetime, anchor_day: int, moment: datetime) -> tuple[datetime, datetime]:
    """The monthly period that holds `moment`, counted on from `start`; missed ones are passed."""
    end = month_after(start, anchor_day)
    while end <= moment:
        start, end = end, month_after(end, anchor_day)
    return start, end


def share_of_period(more: int, *, started: datetime, ends: datetime, moment: datetime) -> int:
    """What `more` a period comes to for the rest of this one, rounded half up; never below 0.

    700 more credits with half of the period left are 350.
    """
    whole = (ends - started) / timedelta(microseconds=1)
    rest = (ends - min(max(moment, started), ends)) / timedelta(microseconds=1)
    if whole <= 0 or more <= 0:
        return 0
    return int((2 * more * int(rest) + int(whole)) // (2 * int(whole)))
