"""The only module that knows time zones.

Moments are aware and in UTC. A slot is a local date, a wall time and a zone name, and becomes a
moment as late as possible, because rules of zones change while slots wait.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import NamedTuple

from .errors import Invalid

_REGIONS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/"),
    *("Australia/", "Europe/", "Indian/", "Pacific/"),
)
# Files of the zone database that are no place on earth.
_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})

SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = range(7)


class Occurrence(NamedTuple):
    """One run of a slot. (date, wall) is its identity; the moment is derived from it."""

    date: date
    wall: time
    moment: datetime


def now() -> datetime:
    return datetime.now(UTC)


def today_in(zone: str) -> date:
    return now().astimezone(_zone(zone)).date()


def to_zone(moment: datetime, zone: str) -> datetime:
    _refuse_naive(moment)
    return moment.astimezone(_zone(zone))


def is_zone(name: str) -> bool:
    return name in _names()


@cache
def zone_choices() -> list[tuple[str, str]]:
    """(name, label) of the zones that a person picks from: places and UTC, without aliases."""
    places = sorted(name for name in _names() if name.startswith(_REGIONS))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


def weekday_of(day: date) -> int:
    """0 is Sunday, as in every schedule; `date.weekday()` starts on Monday."""
    return day.isoweekday() % 7


def resolve(day: date, wall: time, zone: str) -> datetime:
    """The moment, in UTC, at which a clock on that wall first shows that time on that day.

    A time that the clock jumps over becomes the first valid one after the jump; a time that comes
    twice is its first coming. Raises Invalid for an unknown zone. Source: specification 6.8.
    """
    place = _zone(zone)
    local = datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=place)
    moment = local.astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return _end_of_gap(local, place)


def occurrences(
    after: datetime,
    *,
    times: Collection[time],
    weekdays: Collection[int],
    zone: str,
    limit: int | None = None,
    until: datetime | None = None,
) -> Iterator[Occurrence]:
    """Runs of a schedule later than `after` and not later than `until`, in order.

    Keyed by local date and wall time, each key once. Moments never go back; they are equal only
    when one jump of the clock swallowed several wall times. So remember a run by its key and ask
    for a span of time: asking again from the moment of a run would miss its equals.
    `weekdays` counts from 0 = Sunday. Without `limit` and `until` it goes on for ever.
    """
    _refuse_naive(after)
    every = _runs(after, times=times, weekdays=weekdays, zone=zone, until=until)
    return islice(every, limit)


def in_words(moment: datetime, zone: str, *, at: datetime | None = None) -> str:
    """For people: absolute in the zone named, and relative to `at` (by default to now).

    "today 14:05 CET (in 12 min)", "Tue 3 Mar 09:00 CET (in 4 days)".
    """
    reference = at or now()
    local, here = to_zone(moment, zone), to_zone(reference, zone)
    absolute = f"{_day_in_words(local, here)} {local:%H:%M} {_zone_in_words(local)}"
    return f"{absolute} ({ago(moment, at=reference)})"


def ago(moment: datetime, *, at: datetime | None = None) -> str:
    """Distance from now (or `at`) in the largest whole unit: "in 12 min", "3 days ago"."""
    seconds = (moment - (at or now())).total_seconds()
    distance = abs(seconds)
    if distance < 60:
        return "now"
    if distance < 3600:
        amount = f"{int(distance // 60)} min"
    elif distance < 86400:
        amount = f"{int(distance // 3600)} h"
    else:
        days = int(distance // 86400)
        amount = f"{days} day{'s' if days > 1 else ''}"
    return f"in {amount}" if seconds > 0 else f"{amount} ago"


@cache
def _names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones()) - _NO_PLACES


def _zone(name: str) -> zoneinfo.ZoneInfo:
    # ZoneInfo is asked first: it caches, and reading the list of all names takes 50 ms once.
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            f"“{name}” is not a time zone. Choose one such as Europe/Berlin.", field="timezone"
        ) from error


def _refuse_naive(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("A moment needs a zone; naive times mean different things to everyone.")


def _end_of_gap(local: datetime, place: zoneinfo.ZoneInfo) -> datetime:
    # In a gap fold=1 applies the offset after the jump and lands before it, fold=0 the reverse.
    early = local.replace(fold=1).astimezone(UTC)
    late = local.astimezone(UTC)
    before = early.astimezone(place).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle <= early:
            break
        if middle.astimezone(place).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def _runs(
    after: datetime,
    *,
    times: Collection[time],
    weekdays: Collection[int],
    zone: str,
    until: datetime | None,
) -> Iterator[Occurrence]:
    walls, days = sorted(set(times)), frozenset(weekdays)
    if not walls or not days & frozenset(range(7)):
        return
    # From the day before: a clock that skips a whole day moves its runs into the next.
    day = to_zone(after, zone).date() - timedelta(days=1)
    while True:
        if weekday_of(day) in days:
            for wall in walls:
                moment = resolve(day, wall, zone)
                if until is not None and moment > until:
                    return
                if moment > after:
                    yield Occurrence(day, wall, moment)
        elif until is not None and resolve(day, time.min, zone) > until:
            return
        day += timedelta(days=1)


def _day_in_words(local: datetime, here: datetime) -> str:
    days = (local.date() - here.date()).days
    named = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    if named:
        return named
    year = "" if local.year == here.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}"


def _zone_in_words(local: datetime) -> str:
    name = local.tzname() or ""
    # Half of the zones have no letters of their own, only an offset such as +0545.
    if name[:1] in "+-":
        return f"UTC{name[:3]}:{name[3:]}" if len(name) > 3 else f"UTC{name}"
    return name
