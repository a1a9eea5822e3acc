"""What a rule of repetition means: which days, which moments, which words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.clock import to_zone, weekday_of
from config.kernel.errors import Invalid
from publishing.services.recurrence_rules import (
    DAYS,
    Timing,
    checked_timing,
    daily,
    days_of,
    monthly_on_day,
    monthly_on_weekday,
    occurrences_of,
    rule_in_words,
    shortest_gap,
    weekly,
    yearly,
)
from tests.make_repeating import timing

MONDAY = date(2027, 3, 1)


def first(count: int, rule: str, **fields: object) -> list[str]:
    found = occurrences_of(checked_timing(timing(rule=rule, **fields)), count=count)
    return [each.date.isoformat() for each in found]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        (weekly([1, 4]), ["2027-03-01", "2027-03-04", "2027-03-08"]),
        (weekly([1], 2), ["2027-03-01", "2027-03-15", "2027-03-29"]),
        (monthly_on_weekday(2, 2), ["2027-03-09", "2027-04-13", "2027-05-11"]),
        (monthly_on_weekday(-1, 5), ["2027-03-26", "2027-04-30", "2027-05-28"]),
        (monthly_on_day(31), ["2027-03-31", "2027-05-31", "2027-07-31"]),
        (monthly_on_day(-1), ["2027-03-31", "2027-04-30", "2027-05-31"]),
        (yearly(date(2028, 2, 29)), ["2028-02-29", "2032-02-29", "2036-02-29"]),
        (daily(10), ["2027-03-01", "2027-03-11", "2027-03-21"]),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            ["2027-03-31", "2027-04-30", "2027-05-31"],
        ),
    ],
)
def test_each_way_names_its_days(rule: str, days: list[str]) -> None:
    assert first(3, rule) == days


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (weekly([1]), "Every week on Monday"),
        (weekly([0, 1, 3], 2), "Every 2 weeks on Monday, Wednesday and Sunday"),
        (monthly_on_weekday(-1, 5), "Every month on the last Friday"),
        (monthly_on_day(15, 3), "Every 3 months on day 15"),
        (monthly_on_day(-1), "Every month on the last day"),
        (yearly(date(2027, 12, 6)), "Every year on 6 December"),
        (daily(1), "Every day"),
        (daily(45), "Every 45 days"),
        ("FREQ=MONTHLY;BYMONTH=3", "By the rule FREQ=MONTHLY;BYMONTH=3"),
    ],
)
def test_a_rule_is_said_in_words(rule: str, words: str) -> None:
    assert rule_in_words(rule) == words


def test_nine_stays_nine_when_summer_time_begins_and_ends() -> None:
    spring = occurrences_of(timing(rule="FREQ=DAILY", starts_on=date(2027, 3, 27)), count=3)
    assert [each.moment.hour for each in spring] == [8, 7, 7]
    autumn = occurrences_of(timing(rule="FREQ=DAILY", starts_on=date(2027, 10, 30)), count=3)
    assert [each.moment.hour for each in autumn] == [7, 8, 8]


def test_a_time_that_the_clock_skips_moves_forward_and_one_that_comes_twice_is_its_first() -> None:
    gap = timing(rule="FREQ=DAILY", starts_on=date(2027, 3, 28), wall_time=time(2, 30))
    assert occurrences_of(gap, count=1)[0].moment == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    fold = timing(rule="FREQ=DAILY", starts_on=date(2027, 10, 31), wall_time=time(2, 30))
    assert occurrences_of(fold, count=1)[0].moment == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_it_ends_by_its_last_day() -> None:
    assert first(9, "FREQ=DAILY", ends_on=date(2027, 3, 3)) == [
        "2027-03-01",
        "2027-03-02",
        "2027-03-03",
    ]


def test_count_and_until_leave_the_rule() -> None:
    counted = checked_timing(timing(rule="RRULE: freq=weekly; byday=mo; count=4"))
    assert (counted.rule, counted.most) == ("FREQ=WEEKLY;BYDAY=MO", 4)
    until = checked_timing(timing(rule="FREQ=WEEKLY;UNTIL=20270401T090000Z"))
    assert (until.rule, until.ends_on) == ("FREQ=WEEKLY", date(2027, 4, 1))


@pytest.mark.parametrize(
    "rule",
    [
        *("FREQ=HOURLY", "FREQ=MINUTELY;INTERVAL=5", "FREQ=DAILY;BYHOUR=9,10"),
        *("", "every monday", "BYDAY=MO", "FREQ=WEEKLY;FREQ=DAILY", "FREQ=OFTEN"),
        *("FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=9999"),
        *("FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=2MO", "FREQ=MONTHLY;BYMONTHDAY=32"),
        *("FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=YEARLY;BYMONTH=-1", "FREQ=DAILY;BYEASTER=1"),
        *("FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=3;UNTIL=20280101", "FREQ=DAILY;UNTIL=soon"),
        *("FREQ=DAILY;BYSETPOS=1", "FREQ=MONTHLY;BYWEEKNO=3", "FREQ=WEEKLY;WKST=1"),
        "FREQ=DAILY\nDTSTART:20270101",
        "FREQ=DAILY;" + "BYMONTH=1," * 40 + "2",
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_with_a_sentence(rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_timing(timing(rule=rule))
    assert refused.value.field == "rule" and refused.value.message.endswith((".", ". "))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=2",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
    ],
)
def test_a_rule_that_names_no_day_is_refused_and_not_followed_for_ever(rule: str) -> None:
    with pytest.raises(Invalid, match="No day fits"):
        checked_timing(timing(rule=rule))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"ends_on": date(2027, 2, 1)}, "ends_on"),
        ({"most": 0}, "most"),
        ({"most": 1001}, "most"),
        ({"starts_on": date(9000, 1, 1)}, "starts_on"),
    ],
)
def test_other_bad_values_are_named(fields: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_timing(timing(**fields))
    assert refused.value.field == field


def test_the_shortest_gap_is_between_the_two_closest() -> None:
    assert shortest_gap([date(2027, 1, 1), date(2027, 3, 1), date(2027, 1, 8)]) == 7
    assert shortest_gap([date(2027, 1, 1)]) is None


DATES = st.dates(date(2024, 1, 1), date(2040, 12, 31))
RULES = st.one_of(
    st.builds(weekly, st.sets(st.integers(0, 6), min_size=1).map(sorted), st.integers(1, 8)),
    st.builds(monthly_on_day, st.integers(1, 28) | st.just(-1), st.integers(1, 6)),
    st.builds(
        monthly_on_weekday, st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6), st.integers(1, 6)
    ),
    st.builds(daily, st.integers(1, 400)),
    st.builds(yearly, DATES),
)


@given(rule=RULES, starts_on=DATES, skip=st.integers(0, 900))
def test_asked_from_any_day_on_it_names_the_same_days(
    rule: str, starts_on: date, skip: int
) -> None:
    wanted = timing(rule=rule, starts_on=starts_on)
    after = starts_on + timedelta(days=skip)
    # One is asked from the start, the other from the day.
    whole = [day for day in islice(days_of(wanted), 1_000) if day > after]
    assert list(islice(days_of(wanted, after=after), 3)) == whole[:3]


@given(rule=RULES, starts_on=DATES, zone=st.sampled_from(["Europe/Berlin", "America/New_York"]))
def test_occurrences_rise_and_keep_their_wall_time(rule: str, starts_on: date, zone: str) -> None:
    wanted = timing(rule=rule, starts_on=starts_on, timezone=zone, wall_time=time(14, 5))
    found = occurrences_of(wanted, count=5)
    assert [each.date for each in found] == sorted({each.date for each in found})
    for each in found:
        local = to_zone(each.moment, zone)
        assert (local.date(), local.hour, local.minute) == (each.date, 14, 5)
        assert each.date >= starts_on


@given(days=st.sets(st.integers(0, 6), min_size=1).map(sorted), starts_on=DATES)
def test_a_weekly_rule_names_only_its_weekdays(days: list[int], starts_on: date) -> None:
    found = occurrences_of(timing(rule=weekly(days), starts_on=starts_on), count=8)
    assert {weekday_of(each.date) for each in found} <= set(days)


@given(text=st.text(alphabet="FREQ=DAILYWKMONTHBYSETPUC;,+-0123456789:\n ", max_size=80))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        checked = checked_timing(timing(rule=text))
    except Invalid:
        return
    assert checked_timing(checked) == checked
    assert isinstance(checked, Timing) and checked.rule.startswith("FREQ=")
    assert DAYS[1] == "MO"
