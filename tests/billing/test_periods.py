"""Months that do not drift, and what a part of a period is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.services.periods import month_after, period_at, share_of_period


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "day", "end"),
    [
        ("2026-01-31T10:00", 31, "2026-02-28T10:00"),
        ("2026-02-28T10:00", 31, "2026-03-31T10:00"),
        ("2028-01-31T10:00", 31, "2028-02-29T10:00"),
        ("2026-12-15T00:00", 15, "2027-01-15T00:00"),
        ("2026-04-30T23:59", 30, "2026-05-30T23:59"),
    ],
)
def test_a_month_ends_on_the_anchors_day_or_the_months_last(start: str, day: int, end: str) -> None:
    assert month_after(at(start), day) == at(end)


def test_missed_periods_are_passed_over_and_the_anchor_stays() -> None:
    started, ends = period_at(at("2026-01-31T10:00"), 31, at("2026-05-02T00:00"))
    assert (started, ends) == (at("2026-04-30T10:00"), at("2026-05-31T10:00"))


def test_a_period_holds_its_first_moment_and_not_its_last() -> None:
    started, ends = period_at(at("2026-03-01T00:00"), 1, at("2026-04-01T00:00"))
    assert (started, ends) == (at("2026-04-01T00:00"), at("2026-05-01T00:00"))


@pytest.mark.parametrize(
    ("more", "days_gone", "share"),
    [
        (700, 0, 700),
        (700, 15, 350),
        (700, 30, 0),
        (700, 40, 0),
        (700, -3, 700),
        (2_700, 20, 900),
        (1, 15, 1),
        (1, 16, 0),
        (-700, 15, 0),
        (0, 15, 0),
    ],
)
def test_more_credits_come_in_proportion_to_the_rest(more: int, days_gone: int, share: int) -> None:
    started = at("2026-06-01T00:00")
    added = share_of_period(
        more,
        started=started,
        ends=started + timedelta(days=30),
        moment=started + timedelta(days=days_gone),
    )
    assert added == share


def test_a_period_without_length_is_worth_nothing() -> None:
    moment = at("2026-06-01T00:00")
    assert share_of_period(700, started=moment, ends=moment, moment=moment) == 0


@given(
    more=st.integers(0, 10_000),
    gone=st.integers(0, 2_592_000),
    later=st.integers(0, 2_592_000),
)
def test_the_share_never_grows_with_time_and_never_exceeds_the_whole(
    more: int, gone: int, later: int
) -> None:
    started = at("2026-06-01T00:00")
    first, second = (
        share_of_period(
            more,
            started=started,
            ends=started + timedelta(days=30),
            moment=started + timedelta(seconds=seconds),
        )
        for seconds in sorted((gone, later))
    )
    assert 0 <= second <= first <= more
