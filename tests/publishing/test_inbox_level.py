"""How soon an answer is due: minutes within business hours, through changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from publishing.services.inbox_feeds import seconds_until_next
from publishing.services.inbox_level import Level, due_moment

WEEK = {"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}
BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "minutes", "due"),
    [
        # Thursday 19 November 2026, 11:00 in Berlin.
        ("2026-11-19 10:00", 60, "2026-11-19 11:00"),
        # Before the day begins: it runs from nine.
        ("2026-11-19 05:00", 60, "2026-11-19 09:00"),
        # 17:30 there: half an hour today, the rest tomorrow.
        ("2026-11-19 16:30", 60, "2026-11-20 08:30"),
        # Friday evening: Monday morning.
        ("2026-11-20 20:00", 240, "2026-11-23 12:00"),
        # Exactly at the end of the hours.
        ("2026-11-19 16:00", 60, "2026-11-19 17:00"),
        ("2026-11-19 17:00", 1, "2026-11-20 08:01"),
        # More than a day of hours.
        ("2026-11-19 08:00", 600, "2026-11-20 09:00"),
    ],
)
def test_minutes_run_in_business_hours(since: str, minutes: int, due: str) -> None:
    assert due_moment(at(since), Level(minutes, WEEK, BERLIN)) == at(due)


@pytest.mark.parametrize(
    ("since", "due"),
    [
        # Friday before the clocks go forward (29 March 2026) to Monday after: nine is an hour
        # earlier in UTC.
        ("2026-03-27 16:30", "2026-03-30 07:30"),
        # And back (25 October 2026): nine is an hour later.
        ("2026-10-23 15:30", "2026-10-26 08:30"),
    ],
)
def test_nine_is_nine_after_the_clocks_change(since: str, due: str) -> None:
    assert due_moment(at(since), Level(60, WEEK, BERLIN)) == at(due)


def test_the_night_of_the_change_has_the_hours_that_it_has() -> None:
    nights = {"days": [0, 6], "from": "22:00", "until": "06:00"}
    # Saturday 28 March 2026, 22:00: eight hours on the clock, seven that pass.
    assert due_moment(at("2026-03-28 21:00"), Level(7 * 60, nights, BERLIN)) == at(
        "2026-03-29 04:00"
    )
    # Saturday 24 October: nine that pass.
    assert due_moment(at("2026-10-24 20:00"), Level(9 * 60, nights, BERLIN)) == at(
        "2026-10-25 05:00"
    )


def test_hours_that_do_not_exist_that_day_are_moved() -> None:
    early = {"days": [0], "from": "02:15", "until": "02:45"}
    # 02:15 to 02:45 is left out on 29 March; both become 03:00, so there is no time that Sunday.
    due = due_moment(at("2026-03-29 00:00"), Level(10, early, BERLIN))
    assert due == at("2026-04-05 00:25")


def test_without_days_it_runs_around_the_clock_and_without_minutes_not_at_all() -> None:
    since = at("2026-11-21 03:00")
    assert due_moment(since, Level(90, {}, BERLIN)) == since + timedelta(minutes=90)
    assert due_moment(since, Level(0, WEEK, BERLIN)) is None


def test_hours_that_never_last_long_enough_end_after_a_year() -> None:
    assert due_moment(at("2026-11-19 10:00"), Level(10**6, WEEK, BERLIN)) is None


def test_quiet_accounts_are_read_less_often() -> None:
    moment = at("2026-11-19 10:00")
    spans = [None, timedelta(minutes=5), timedelta(hours=5), timedelta(days=3)]
    waits = [seconds_until_next(120, moment - each if each else None, moment) for each in spans]
    assert waits == [900, 120, 300, 900]
    assert seconds_until_next(1800, moment, moment) == 1800
