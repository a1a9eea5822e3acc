"""Dates and times as people type them: read where they are clear, asked about where not."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final

from config.kernel.clock import resolve, to_zone

DAY_FIRST: Final = "day"
MONTH_FIRST: Final = "month"
ORDERS: Final = ("", DAY_FIRST, MONTH_FIRST)
EARLIEST_YEAR: Final = 2000

_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DOTS: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_SLASHES: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
_NAMED_DAY_FIRST: Final = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.)?[ -]([a-zä]{3,9})\.?,?[ -](\d{4})"
)
_NAMED_MONTH_FIRST: Final = re.compile(r"([a-zä]{3,9})\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})")
_WEEKDAY: Final = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[a-z]{0,6}\.?,?\s+"
)
_TIME: Final = re.compile(
    r"(\d{1,2})(?:(?::|h|\.)(\d{2}))?(?::(\d{2})(?:\.\d{1,6})?)?\s?(am|pm|a\.m\.|p\.m\.|uhr)?"
)
_OFFSET: Final = re.compile(r"\s?(z|utc|gmt|[+-]\d{2}:?\d{2})")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            *("january jan januar", "february feb februar", "march mar märz mrz", "april apr"),
            *("may mai", "june jun juni", "july jul juli", "august aug", "september sep sept"),
            *("october oct oktober okt", "november nov", "december dec dezember dez"),
        ),
        start=1,
    )
    for name in names.split()
}


class Unclear(ValueError):
    """Why a date or time cannot be taken, as a sentence for the person whose file it is."""


def read_date(text: str, order: str = "") -> date:
    """A day. `order` says what stands first in 3/4/2027; without it such a day is not guessed.

    With dots the day stands first, as everywhere where dots are written. Raises Unclear.
    """
    found, rest = _date(_WEEKDAY.sub("", _said(text), count=1), order)
    if rest:
        raise Unclear(f"“{text[:40]}” is not a day. Write it as 2027-03-31.")
    return found


def read_time(text: str) -> time:
    """A time of day: 09:00, 9:00 am, 14h30, 9 pm. Raises Unclear."""
    found = _TIME.fullmatch(_said(text))
    if not found:
        raise Unclear(f"“{text[:40]}” is not a time. Write it as 14:30.")
    return _time(found, text)


def read_moment(text: str, zone: str, order: str = "") -> tuple[date, time]:
    """A day and a time of it in the zone; one with an offset is turned into the zone's clock.

    Raises Unclear, also for a day without a time.
    """
    said = _WEEKDAY.sub("", _said(text), count=1)
    day, rest = _date(said, order)
    rest = rest.removeprefix("t").lstrip(" ,").removeprefix("at ").removeprefix("um ").lstrip()
    if not rest:
        raise Unclear(f"“{text[:40]}” has a day and no time. Write it as 2027-03-31 14:30.")
    found = _TIME.match(rest)
    if not found:
        raise Unclear(f"“{text[:40]}” is not a time. Write it as 2027-03-31 14:30.")
    wall, rest = _time(found, text), rest[found.end() :]
    offset = _OFFSET.fullmatch(rest)
    if rest and not offset:
        raise Unclear(f"“{text[:40]}” is not a time. Write it as 2027-03-31 14:30.")
    if offset is None:
        return day, wall
    local = to_zone(_moved(day, wall, offset[1]), zone)
    return local.date(), time(local.hour, local.minute)


def _said(text: str) -> str:
    return " ".join(text.lower().split())


def _date(said: str, order: str) -> tuple[date, str]:
    """The day that it begins with, and what stands after it."""
    if found := _ISO.match(said):
        return _day(found[1], found[2], found[3], said), said[found.end() :]
    if found := _DOTS.match(said):
        return _day(found[3], found[2], found[1], said), said[found.end() :].lstrip(" ,")
    if found := _SLASHES.match(said):
        return _slashed(found, order, said), said[found.end() :].lstrip(" ,")
    if found := _NAMED_DAY_FIRST.match(said):
        return _day(found[3], _month(found[2]), found[1], said), said[found.end() :].lstrip(" ,")
    if found := _NAMED_MONTH_FIRST.match(said):
        return _day(found[3], _month(found[1]), found[2], said), said[found.end() :].lstrip(" ,")
    raise Unclear(f"“{said[:40]}” is not a day. Write it as 2027-03-31.")


def _slashed(found: re.Match[str], order: str, said: str) -> date:
    first, second = int(found[1]), int(found[2])
    if first > 12 >= second:
        return _day(found[3], found[2], found[1], said)
    if second > 12 >= first:
        return _day(found[3], found[1], found[2], said)
    if order == DAY_FIRST or first == second:
        return _day(found[3], found[2], found[1], said)
    if order == MONTH_FIRST:
        return _day(found[3], found[1], found[2], said)
    raise Unclear(
        f"“{said[:40]}” could be two days. Say above whether the day or the month stands first."
    )


def _day(year: str, month: str | int, day: str, said: str) -> date:
    number = int(year) + (2000 if len(year) == 2 else 0)
    try:
        found = date(number, int(month), int(day))
    except ValueError:
        raise Unclear(f"“{said[:40]}” is not in the calendar.") from None
    if not EARLIEST_YEAR <= number <= 2100:
        raise Unclear(f"“{said[:40]}” is not in the calendar of posts.")
    return found


def _month(name: str) -> int:
    number = _MONTHS.get(name)
    if number is None:
        raise Unclear(f"“{name}” is not a month.")
    return number


def _time(found: re.Match[str], text: str) -> time:
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[4] or "").replace(".", "")
    if found[2] is None and not half:
        raise Unclear(f"“{text[:40]}” is not a time. Write it as 14:30.")
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            raise Unclear(f"“{text[:40]}” is not a time. Write it as 14:30.")
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise Unclear(f"“{text[:40]}” is not a time. Write it as 14:30.") from None


def _moved(day: date, wall: time, offset: str) -> datetime:
    moment = resolve(day, wall, "UTC")
    if offset in ("z", "utc", "gmt"):
        return moment
    digits = offset[1:].replace(":", "")
    if int(digits[:2]) > 14 or int(digits[2:]) > 59:
        raise Unclear(f"“{offset}” is not an offset of a time zone.")
    shift = resolve(day, time(int(digits[:2]), int(digits[2:])), "UTC") - resolve(
        day, time(), "UTC"
    )
    return moment - shift if offset[0] == "+" else moment + shift
