"""Rules of repetition (RFC 5545, RRULE) in dates of a calendar: read, checked, worked out, said.

A rule gives days, never times: the wall time and its zone stand beside it and become a moment as
late as possible, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final

from dateutil.rrule import rrulestr

from config.kernel.clock import Occurrence, is_zone, resolve
from config.kernel.errors import Invalid

HORIZON: Final = timedelta(days=12 * 366)
"""How far ahead anybody looks: a rule that names no day until then names none, like 30 February."""
_CYCLE: Final = timedelta(days=146_097)
"""After 400 years all dates fall on the same weekdays again. A rule that fits no day is followed by
its library to the year 9999; asked some cycles later it is the same rule, and soon at its end."""
LATEST_START: Final = date(2400, 1, 1)
LONGEST_RULE: Final = 300
MOST_INTERVAL: Final = 1_000
MOST_OCCURRENCES: Final = 1_000

DAYS: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_DAY_NAMES: Final = (
    *("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
)
_NUMBERED: Final = re.compile(r"([+-]?[1-9]\d?)?(SU|MO|TU|WE|TH|FR|SA)")
_NUMBERS: Final = re.compile(r"[+-]?\d{1,3}(,[+-]?\d{1,3})*")
# Largest value of each list, from either end; RFC 5545, 3.3.10.
_LISTS: Final[Mapping[str, int]] = {
    "BYMONTH": 12,
    "BYMONTHDAY": 31,
    "BYYEARDAY": 366,
    "BYWEEKNO": 53,
    "BYSETPOS": 366,
}
_TOO_OFTEN: Final = {"HOURLY", "MINUTELY", "SECONDLY"}
_TIMES: Final = {"BYHOUR", "BYMINUTE", "BYSECOND"}


@dataclass(frozen=True, slots=True)
class Timing:
    """When something repeats: days by a rule from a first day on, at a wall time of a zone.

    It ends after `ends_on`, or after `most` times, or never.
    """

    rule: str
    starts_on: date
    wall_time: time
    timezone: str
    ends_on: date | None = None
    most: int | None = None


def checked_timing(timing: Timing) -> Timing:
    """The same with its rule in one spelling; COUNT and UNTIL move out of the rule.

    Raises Invalid with the `field` that is wrong: a rule that cannot be read, that repeats within a
    day, or that names no day, an unknown zone, an end before the start.
    """
    parts = _parts(timing.rule)
    count, until = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    wanted = replace(
        timing,
        rule=";".join(f"{name}={value}" for name, value in parts.items()),
        most=timing.most if timing.most is not None else _count(count),
        ends_on=timing.ends_on or _until(until),
    )
    if not is_zone(wanted.timezone):
        raise Invalid(
            f"“{wanted.timezone}” is not a time zone. Choose one such as Europe/Berlin.",
            field="timezone",
        )
    if wanted.starts_on > LATEST_START:
        raise Invalid("The first day lies too far ahead.", field="starts_on")
    if wanted.most is not None and not 1 <= wanted.most <= MOST_OCCURRENCES:
        raise Invalid(f"Give a number of times from 1 to {MOST_OCCURRENCES}.", field="most")
    if wanted.ends_on is not None and wanted.ends_on < wanted.starts_on:
        raise Invalid("It would end before it starts. Choose a later last day.", field="ends_on")
    if next(days_of(wanted), None) is None:
        raise Invalid(
            "No day fits this: look at the rule, the first day and the last day.", field="rule"
        )
    return wanted


def days_of(timing: Timing, *, after: date | None = None) -> Iterator[date]:
    """The days of a rule in order, those later than `after` if given, until its last day or twelve
    years beyond where the look begins. `most` is not its concern: only days that were used count.
    """
    look = max(after, timing.starts_on) if after else timing.starts_on
    last = min(filter(None, (timing.ends_on, _ahead(look))))
    cycles = _CYCLE * ((date.max.year - 24 - timing.starts_on.year) // 400)
    # The rule is asked in plain dates: no zone, no jump of a clock can move a day.
    first = datetime.combine(timing.starts_on + cycles, time())
    until = f"{_last_asked(last, cycles):%Y%m%d}T000000"
    rule = rrulestr(f"{timing.rule};UNTIL={until}", dtstart=first)
    found = rule.xafter(datetime.combine(after + cycles, time())) if after else iter(rule)
    return (moment.date() - cycles for moment in found)


def occurrences_of(timing: Timing, *, after: date | None = None, count: int) -> list[Occurrence]:
    """The next `count` occurrences on days later than `after`; fewer where it ends.

    Moments follow the clock of the zone: a wall time that is skipped becomes the first valid one,
    one that comes twice its first (specification 6.8).
    """
    return [
        Occurrence(day, timing.wall_time, resolve(day, timing.wall_time, timing.timezone))
        for day in islice(days_of(timing, after=after), count)
    ]


def shortest_gap(days: Collection[date]) -> int | None:
    """Days between the two that lie closest together; None for fewer than two."""
    ordered = sorted(days)
    gaps = [(after - before).days for before, after in zip(ordered, ordered[1:], strict=False)]
    return min(gaps, default=None)


def weekly(days: Collection[int], interval: int = 1) -> str:
    """`days` count from 0 = Sunday."""
    named = ",".join(DAYS[day] for day in sorted(days, key=lambda day: (day - 1) % 7))
    return f"FREQ=WEEKLY{_every(interval)};BYDAY={named}"


def monthly_on_day(day: int, interval: int = 1) -> str:
    """By the day's number; -1 is the month's last."""
    return f"FREQ=MONTHLY{_every(interval)};BYMONTHDAY={day}"


def monthly_on_weekday(number: int, day: int, interval: int = 1) -> str:
    """The first to fourth, or the last (-1), of a weekday (0 = Sunday) in the month."""
    return f"FREQ=MONTHLY{_every(interval)};BYDAY={number}{DAYS[day]}"


def yearly(on: date) -> str:
    return f"FREQ=YEARLY;BYMONTH={on.month};BYMONTHDAY={on.day}"


def daily(interval: int) -> str:
    return f"FREQ=DAILY{_every(interval)}"


def rule_in_words(rule: str) -> str:
    """For people; a rule that is more than the usual ones is shown as it is written."""
    parts = dict(each.split("=", 1) for each in rule.split(";"))
    frequency, interval = parts.pop("FREQ"), int(parts.pop("INTERVAL", "1"))
    parts.pop("WKST", None)
    said = _SAID.get((frequency, *sorted(parts)))
    words = said(interval, parts) if said else None
    return words or f"By the rule {rule}"


def _every(interval: int) -> str:
    return f";INTERVAL={interval}" if interval != 1 else ""


def _last_asked(last: date, cycles: timedelta) -> date:
    return last + cycles if date.max - last > cycles else date.max


def _ahead(day: date) -> date:
    return date.max if date.max - day < HORIZON else day + HORIZON


def _parts(text: str) -> dict[str, str]:
    """Names and values, in the order of the standard's examples. Raises Invalid."""
    text = re.sub(r"\s+", "", text).upper().removeprefix("RRULE:")
    if not text or len(text) > LONGEST_RULE or "=" not in text:
        raise _unreadable("Write a rule such as FREQ=WEEKLY;BYDAY=MO.")
    parts: dict[str, str] = {}
    for each in filter(None, text.split(";")):
        name, _, value = each.partition("=")
        if name in parts:
            raise _unreadable(f"{name} stands there twice.")
        parts[name] = value
    for name, value in parts.items():
        _refuse_part(name, value)
    _refuse_frequency(parts)
    first = ("FREQ", "INTERVAL")
    return {
        name: parts[name] for name in (*first, *sorted(set(parts) - set(first))) if name in parts
    }


def _refuse_part(name: str, value: str) -> None:
    if name in _TIMES:
        raise _unreadable("The time of day stands beside the rule, not in it.")
    if name in _LISTS:
        numbers = _NUMBERS.fullmatch(value) and [int(each) for each in value.split(",")]
        if not numbers or not all(1 <= abs(each) <= _LISTS[name] for each in numbers):
            raise _unreadable(f"{name} takes numbers from 1 to {_LISTS[name]}.")
        if name == "BYMONTH" and min(numbers) < 0:
            raise _unreadable("BYMONTH takes numbers from 1 to 12.")
    elif name == "BYDAY":
        if not all(_NUMBERED.fullmatch(each) for each in value.split(",")):
            raise _unreadable("BYDAY takes days such as MO or, in a month, 2TU and -1FR.")
    elif name == "INTERVAL":
        if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= MOST_INTERVAL:
            raise _unreadable(f"INTERVAL is a number from 1 to {MOST_INTERVAL}.")
    elif name == "WKST":
        if value not in DAYS:
            raise _unreadable("WKST is a day such as MO.")
    elif name not in ("FREQ", "COUNT", "UNTIL"):
        raise _unreadable(f"{name[:20]} is not known here.")


def _refuse_frequency(parts: Mapping[str, str]) -> None:
    frequency = parts.get("FREQ", "")
    if frequency in _TOO_OFTEN:
        raise _unreadable("A post repeats once a day at the most.")
    if frequency not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise _unreadable("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY.")
    days = parts.get("BYDAY", "").split(",")
    is_numbered = any(len(each) > 2 for each in days)
    if is_numbered and frequency in ("DAILY", "WEEKLY"):
        raise _unreadable("Days have numbers, as in 2TU, only in rules by month or year.")
    if is_numbered and "BYWEEKNO" in parts:
        raise _unreadable("Days have no numbers beside BYWEEKNO.")
    if "BYSETPOS" in parts and not any(name in parts for name in ("BYDAY", *list(_LISTS)[:4])):
        raise _unreadable("BYSETPOS chooses among other BY... parts; there is none.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise _unreadable("COUNT and UNTIL do not go together.")
    if "BYWEEKNO" in parts and frequency != "YEARLY":
        raise _unreadable("BYWEEKNO goes with FREQ=YEARLY.")


def _count(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_OCCURRENCES:
        raise _unreadable(f"COUNT is a number from 1 to {MOST_OCCURRENCES}.")
    return int(text)


def _until(text: str) -> date | None:
    if not text:
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise _unreadable("UNTIL is a day such as 20271231.") from None


def _unreadable(why: str) -> Invalid:
    return Invalid(
        f"This rule cannot be used. {why}", field="rule", code="recurrence_rule_unreadable"
    )


def _times(interval: int, one: str, many: str) -> str:
    return f"Every {one}" if interval == 1 else f"Every {interval} {many}"


def _days_in_words(value: str) -> str:
    names = [_DAY_NAMES[DAYS.index(each)] for each in value.split(",")]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _weekly_in_words(interval: int, parts: Mapping[str, str]) -> str | None:
    return f"{_times(interval, 'week', 'weeks')} on {_days_in_words(parts['BYDAY'])}"


def _monthly_weekday_in_words(interval: int, parts: Mapping[str, str]) -> str | None:
    found = _NUMBERED.fullmatch(parts["BYDAY"])
    number = _ORDINALS.get(found[1] or "") if found else None
    if found is None or number is None:
        return None
    return f"{_times(interval, 'month', 'months')} on the {number} {_days_in_words(found[2])}"


def _monthly_day_in_words(interval: int, parts: Mapping[str, str]) -> str | None:
    day = parts["BYMONTHDAY"]
    if day == "-1":
        return f"{_times(interval, 'month', 'months')} on the last day"
    if not day.isdigit():
        return None
    return f"{_times(interval, 'month', 'months')} on day {day}"


def _yearly_in_words(interval: int, parts: Mapping[str, str]) -> str | None:
    if not (parts["BYMONTH"].isdigit() and parts["BYMONTHDAY"].isdigit()):
        return None
    # A leap year: 29 February has a name too.
    day = date(2000, int(parts["BYMONTH"]), int(parts["BYMONTHDAY"]))
    return f"{_times(interval, 'year', 'years')} on {day.day} {day:%B}"


_ORDINALS: Final = {"1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last"}
_SAID: Final = {
    ("DAILY",): lambda interval, _: _times(interval, "day", "days"),
    ("WEEKLY", "BYDAY"): _weekly_in_words,
    ("MONTHLY", "BYDAY"): _monthly_weekday_in_words,
    ("MONTHLY", "BYMONTHDAY"): _monthly_day_in_words,
    ("YEARLY", "BYMONTH", "BYMONTHDAY"): _yearly_in_words,
}
