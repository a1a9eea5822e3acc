"""The worked values of specification 6.8, and the properties behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from config.kernel import clock
from config.kernel.errors import Invalid

NEW_YORK = "America/New_York"
ZONES = [
    NEW_YORK,
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/Santiago",
    "Asia/Tehran",
    "UTC",
]
EVERY_DAY = range(7)

zones = st.sampled_from(ZONES)
days = st.dates(date(2005, 1, 1), date(2035, 12, 31))
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0, fold=0))
moments = st.integers(0, 30 * 366 * 24 * 60).map(
    lambda minutes: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
schedules = st.sets(walls, min_size=1, max_size=5)
weekdays = st.sets(st.integers(0, 6), min_size=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("day", "wall", "zone", "moment"),
    [
        (date(2026, 1, 15), time(9), NEW_YORK, utc(2026, 1, 15, 14)),
        (date(2026, 7, 15), time(9), NEW_YORK, utc(2026, 7, 15, 13)),
        (date(2026, 3, 8), time(2, 30), NEW_YORK, utc(2026, 3, 8, 7)),
        (date(2026, 3, 8), time(2, 0), NEW_YORK, utc(2026, 3, 8, 7)),
        (date(2026, 3, 8), time(3, 0), NEW_YORK, utc(2026, 3, 8, 7)),
        (date(2026, 11, 1), time(1, 30), NEW_YORK, utc(2026, 11, 1, 5, 30)),
        (date(2026, 11, 1), time(2, 0), NEW_YORK, utc(2026, 11, 1, 7)),
        # A jump of half an hour, at 02:00 on 4 October 2026.
        (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe", utc(2026, 10, 3, 15, 30)),
        (date(2026, 4, 5), time(1, 45), "Australia/Lord_Howe", utc(2026, 4, 4, 14, 45)),
        (date(2026, 5, 1), time(9), "Asia/Kathmandu", utc(2026, 5, 1, 3, 15)),
        # A day that never was: Samoa crossed the date line.
        (date(2011, 12, 30), time(9), "Pacific/Apia", utc(2011, 12, 30, 10)),
        # Midnight itself is jumped over.
        (date(2026, 9, 6), time(0, 30), "America/Santiago", utc(2026, 9, 6, 4)),
    ],
)
def test_a_wall_time_becomes_the_moment_of_the_specification(
    day: date, wall: time, zone: str, moment: datetime
) -> None:
    assert clock.resolve(day, wall, zone) == moment


def test_casablanca_goes_back_for_ramadan_and_forward_after_it() -> None:
    in_ramadan = clock.resolve(date(2026, 3, 1), time(9), "Africa/Casablanca")
    after_it = clock.resolve(date(2026, 4, 1), time(9), "Africa/Casablanca")
    assert (in_ramadan.hour, after_it.hour) == (9, 8)


@given(days, walls, zones)
def test_a_wall_time_that_exists_survives_the_round_trip(day: date, wall: time, zone: str) -> None:
    moment = clock.resolve(day, wall, zone)
    local = clock.to_zone(moment, zone).replace(tzinfo=None)
    asked = datetime.combine(day, wall)
    assert local >= asked
    if local != asked:
        # It did not exist: the minute before the answer shows a time before the one asked for.
        before = clock.to_zone(moment - timedelta(minutes=1), zone).replace(tzinfo=None)
        assert before < asked


@given(days, walls, zones)
def test_a_wall_time_that_comes_twice_means_its_first_coming(
    day: date, wall: time, zone: str
) -> None:
    moment = clock.resolve(day, wall, zone)
    assert clock.to_zone(moment, zone).fold == 0


@settings(deadline=None)
@given(moments, schedules, weekdays, zones)
def test_runs_come_in_order_once_each_and_none_is_skipped(
    after: datetime, times: set[time], on: set[int], zone: str
) -> None:
    until = after + timedelta(days=21)
    runs = list(clock.occurrences(after, times=times, weekdays=on, zone=zone, until=until))
    keys = [(run.date, run.wall) for run in runs]
    assert len(set(keys)) == len(keys)
    assert all((a.moment, a.date, a.wall) < (b.moment, b.date, b.wall) for a, b in pairwise(runs))
    first = clock.to_zone(after, zone).date() - timedelta(days=2)
    wanted = [
        (day, wall)
        for day in (first + timedelta(days=n) for n in range(26))
        for wall in sorted(times)
        if clock.weekday_of(day) in on and after < clock.resolve(day, wall, zone) <= until
    ]
    assert keys == wanted


@settings(deadline=None)
@given(moments, schedules, weekdays, zones)
def test_runs_are_strictly_later_unless_a_jump_swallowed_both(
    after: datetime, times: set[time], on: set[int], zone: str
) -> None:
    for one, two in pairwise(
        clock.occurrences(after, times=times, weekdays=on, zone=zone, limit=8)
    ):
        swallowed = clock.to_zone(one.moment, zone).replace(tzinfo=None) != datetime.combine(
            one.date, one.wall
        )
        assert one.moment < two.moment or swallowed


def test_the_day_the_clock_jumps_has_one_run_at_three() -> None:
    runs = clock.occurrences(
        utc(2026, 3, 8), times=[time(2, 30)], weekdays=EVERY_DAY, zone=NEW_YORK, limit=2
    )
    assert [run.moment for run in runs] == [utc(2026, 3, 8, 7), utc(2026, 3, 9, 6, 30)]


def test_the_day_the_clock_falls_back_has_one_run() -> None:
    runs = clock.occurrences(
        utc(2026, 11, 1), times=[time(1, 30)], weekdays=EVERY_DAY, zone=NEW_YORK, limit=2
    )
    assert [run.moment for run in runs] == [utc(2026, 11, 1, 5, 30), utc(2026, 11, 2, 6, 30)]


def test_weekdays_count_from_sunday() -> None:
    (run,) = clock.occurrences(
        utc(2026, 3, 4), times=[time(9)], weekdays=[clock.SUNDAY], zone="UTC", limit=1
    )
    assert (run.date, run.date.strftime("%A")) == (date(2026, 3, 8), "Sunday")


@pytest.mark.parametrize(("times", "on"), [([], [1]), ([time(9)], []), ([time(9)], [7])])
def test_a_schedule_without_times_or_days_never_runs(times: list[time], on: list[int]) -> None:
    assert not list(clock.occurrences(utc(2026, 1, 1), times=times, weekdays=on, zone="UTC"))


def test_a_span_without_a_matching_day_ends() -> None:
    monday = utc(2026, 3, 2)
    runs = clock.occurrences(
        monday,
        times=[time(9)],
        weekdays=[clock.SUNDAY],
        zone="UTC",
        until=monday + timedelta(days=2),
    )
    assert not list(runs)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "../../etc/passwd", "Factory", "/etc/x", "\0"]
)
def test_a_name_that_is_no_zone_is_said_to_be_none(name: str) -> None:
    assert not clock.is_zone(name)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "America", "a\0b"])
def test_resolving_in_no_zone_tells_what_to_type(name: str) -> None:
    with pytest.raises(Invalid, match="Europe/Berlin"):
        clock.resolve(date(2026, 1, 1), time(9), name)


def test_choices_are_places_that_can_be_resolved() -> None:
    names = [name for name, _ in clock.zone_choices()]
    assert names[0] == "UTC"
    assert ("America/New_York", "America/New York") in clock.zone_choices()
    assert all(clock.is_zone(name) for name in names)
    assert not any(name.startswith(("Etc/", "SystemV/")) for name in names)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        clock.to_zone(datetime(2026, 1, 1), "UTC")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (utc(2026, 3, 2, 13, 5), "today 14:05 CET (in 12 min)"),
        (utc(2026, 3, 2, 12, 53, 40), "today 13:53 CET (now)"),
        (utc(2026, 3, 1, 12, 53), "yesterday 13:53 CET (1 day ago)"),
        (utc(2026, 3, 2, 9, 53), "today 10:53 CET (3 h ago)"),
        (utc(2026, 3, 2, 23, 30), "tomorrow 00:30 CET (in 10 h)"),
        (utc(2026, 3, 31, 7), "Tue 31 Mar 09:00 CEST (in 28 days)"),
        (utc(2027, 3, 2, 8), "Tue 2 Mar 2027 09:00 CET (in 364 days)"),
    ],
)
def test_a_moment_in_words_is_absolute_and_relative(moment: datetime, words: str) -> None:
    with time_machine.travel(utc(2026, 3, 2, 12, 53), tick=False):
        assert clock.in_words(moment, "Europe/Berlin") == words


def test_a_zone_without_letters_is_named_by_its_offset() -> None:
    moment = utc(2026, 3, 2, 12)
    assert "UTC+05:45" in clock.in_words(moment, "Asia/Kathmandu", at=moment)
    assert " UTC-03 " in clock.in_words(moment, "America/Sao_Paulo", at=moment)


def test_today_differs_between_zones() -> None:
    with time_machine.travel(utc(2026, 3, 2, 11), tick=False):
        assert clock.today_in("Pacific/Apia") == date(2026, 3, 3)
        assert clock.today_in(NEW_YORK) == date(2026, 3, 2)
