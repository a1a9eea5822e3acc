"""When a policy lets posts go out, in its own zone's wall time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from config.kernel.clock import resolve, to_zone, weekday_of

from .facts import Terms

LOOKED_AHEAD_DAYS = 8


def next_allowed(moment: datetime, terms: Terms) -> datetime | None:
    """The moment itself when the hours hold it, else the next opening; None when there is none.

    Hours over midnight belong to the day on which they begin. Without hours every moment will do.
    """
    if terms.opens is None or terms.closes is None:
        return _next_day(moment, terms)
    today = to_zone(moment, terms.zone).date()
    for ahead in range(-1, LOOKED_AHEAD_DAYS):
        begins, ends = _span(today + timedelta(days=ahead), terms.opens, terms.closes, terms.zone)
        is_day = not terms.days or weekday_of(today + timedelta(days=ahead)) in terms.days
        if is_day and moment < ends:
            return max(moment, begins)
    return None


def _next_day(moment: datetime, terms: Terms) -> datetime | None:
    today = to_zone(moment, terms.zone).date()
    for ahead in range(LOOKED_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        if not terms.days or weekday_of(day) in terms.days:
            return max(moment, resolve(day, time(0), terms.zone)) if ahead else moment
    return None


def _span(day: date, opens: time, closes: time, zone: str) -> tuple[datetime, datetime]:
    until = day if closes > opens else day + timedelta(days=1)
    return resolve(day, opens, zone), resolve(until, closes, zone)
