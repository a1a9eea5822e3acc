"""When somebody is written to: digests, quiet hours, and clocks that are put forward and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.clock import to_zone, weekday_of
from organizations.notices.timing import Wishes, after_quiet, next_digest, when_to_tell

BERLIN = "Europe/Berlin"
NIGHT = Wishes(quiet_from=time(22), quiet_until=time(7), zone=BERLIN)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-06-03 12:00", "2026-06-03 12:00"),
        ("2026-06-03 19:59", "2026-06-03 19:59"),
        ("2026-06-03 20:00", "2026-06-04 05:00"),
        ("2026-06-04 04:59", "2026-06-04 05:00"),
        ("2026-06-04 05:00", "2026-06-04 05:00"),
        # Winter time begins inside the night: it is an hour longer.
        ("2026-10-24 20:30", "2026-10-25 06:00"),
        # Summer time begins inside the night: it is an hour shorter.
        ("2026-03-28 21:30", "2026-03-29 05:00"),
    ],
)
def test_the_night_is_quiet_also_when_the_clock_is_put(moment: str, told: str) -> None:
    assert when_to_tell(NIGHT, utc(moment), urgent=False) == utc(told)


def test_what_is_urgent_passes_the_night_unless_the_person_wants_to_sleep() -> None:
    night = utc("2026-06-03 23:00")
    assert when_to_tell(NIGHT, night, urgent=True) == night
    weekly = replace(NIGHT, digest="weekly")
    assert when_to_tell(weekly, night, urgent=True) == night
    sleeps = replace(NIGHT, urgent_waits=True)
    assert when_to_tell(sleeps, night, urgent=True) == utc("2026-06-04 05:00")


@pytest.mark.parametrize(
    ("digest", "moment", "told"),
    [
        ("hourly", "2026-06-03 12:10", "2026-06-03 13:00"),
        ("hourly", "2026-06-03 12:00", "2026-06-03 12:00"),
        ("daily", "2026-06-03 06:59", "2026-06-03 07:00"),
        ("daily", "2026-06-03 07:00", "2026-06-03 07:00"),
        ("daily", "2026-06-03 07:01", "2026-06-04 07:00"),
        # 3 June 2026 is a Wednesday; the digest comes on Mondays.
        ("weekly", "2026-06-03 06:00", "2026-06-08 07:00"),
        ("weekly", "2026-06-08 07:00", "2026-06-08 07:00"),
        ("weekly", "2026-06-08 07:01", "2026-06-15 07:00"),
    ],
)
def test_digests_gather_until_their_time(digest: str, moment: str, told: str) -> None:
    wishes = Wishes(digest=digest, zone=BERLIN)
    assert next_digest(wishes, utc(moment)) == utc(told)


def test_a_digest_time_that_the_clock_leaves_out_comes_after_the_jump_and_only_once() -> None:
    wishes = Wishes(digest="daily", digest_time=time(2, 30), zone=BERLIN)
    assert next_digest(wishes, utc("2026-03-29 00:00")) == utc("2026-03-29 01:00")
    assert next_digest(wishes, utc("2026-03-29 01:01")) == utc("2026-03-30 00:30")
    # In autumn the half hour comes twice; the first one counts.
    assert next_digest(wishes, utc("2026-10-25 00:00")) == utc("2026-10-25 00:30")
    assert next_digest(wishes, utc("2026-10-25 01:00")) == utc("2026-10-26 01:30")


def test_hours_are_those_of_the_persons_clock() -> None:
    wishes = Wishes(digest="hourly", zone="Asia/Kolkata")
    assert next_digest(wishes, utc("2026-06-03 12:10")) == utc("2026-06-03 12:30")


def test_a_digest_inside_the_quiet_hours_comes_when_they_end() -> None:
    wishes = replace(NIGHT, digest="daily", digest_time=time(6))
    assert when_to_tell(wishes, utc("2026-06-03 23:00"), urgent=False) == utc("2026-06-04 05:00")


def test_the_same_time_at_both_ends_is_no_quiet() -> None:
    wishes = Wishes(quiet_from=time(9), quiet_until=time(9))
    assert after_quiet(wishes, utc("2026-06-03 09:30")) == utc("2026-06-03 09:30")


TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
MOMENTS = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001
    max_value=datetime(2028, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
ZONES = st.sampled_from(
    ["UTC", BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo"]
)
ANY = st.builds(
    Wishes,
    digest=st.sampled_from(["now", "hourly", "daily", "weekly"]),
    digest_time=TIMES,
    weekday=st.integers(0, 6),
    quiet_from=st.none() | TIMES,
    quiet_until=st.none() | TIMES,
    zone=ZONES,
    urgent_waits=st.booleans(),
)


@given(wishes=ANY, moment=MOMENTS, urgent=st.booleans())
def test_nobody_is_told_too_early_too_late_or_in_their_quiet_hours(
    wishes: Wishes, moment: datetime, urgent: bool
) -> None:
    told = when_to_tell(wishes, moment, urgent)
    if urgent and not wishes.urgent_waits:
        assert told == moment
        return
    assert moment <= told <= moment + timedelta(days=12)
    assert after_quiet(wishes, told) == told


@given(wishes=ANY, moment=MOMENTS)
def test_a_gathering_stays_at_its_time(wishes: Wishes, moment: datetime) -> None:
    found = next_digest(wishes, moment)
    assert next_digest(wishes, found) == found
    local = to_zone(found, wishes.zone)
    if wishes.digest == "weekly":
        assert weekday_of(local.date()) == wishes.weekday
    if wishes.digest == "hourly" and wishes.zone != "Australia/Lord_Howe":
        assert local.minute == 0
    if wishes.digest in ("daily", "weekly"):
        # Not before it, and after it only by as much as the clock jumped.
        at = wishes.digest_time
        late = (local.hour * 60 + local.minute) - (at.hour * 60 + at.minute)
        assert 0 <= late <= 60


@given(wishes=ANY, moment=MOMENTS, later=st.integers(0, 10_000))
def test_what_happens_later_is_never_told_sooner(
    wishes: Wishes, moment: datetime, later: int
) -> None:
    next_moment = moment + timedelta(minutes=later)
    assert when_to_tell(wishes, moment, False) <= when_to_tell(wishes, next_moment, False)
