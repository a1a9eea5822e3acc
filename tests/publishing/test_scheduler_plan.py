"""What a schedule owes at a moment: the worked values of the specification, section 6.8."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from publishing.autopilot.plan import Slot, plan
from publishing.models import CatchUp

EVERY_DAY = tuple(range(7))


def slot(
    next_run_at: datetime,
    *,
    times: tuple[time, ...] = (time(9),),
    zone: str = "America/New_York",
    catch_up: str = CatchUp.ONCE,
) -> Slot:
    return Slot(times, EVERY_DAY, zone, next_run_at, catch_up)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_nine_minutes_late_is_on_time() -> None:
    due = utc(2026, 1, 15, 14, 0)
    owed = plan(slot(due), due + timedelta(minutes=9))
    assert [run.moment for run in owed.on_time] == [due]
    assert (owed.recovered, owed.missed) == ((), 0)


def test_ten_minutes_late_is_on_time_too() -> None:
    due = utc(2026, 1, 15, 14, 0)
    assert plan(slot(due), due + timedelta(minutes=10)).missed == 0


def test_eleven_minutes_late_is_missed_counted_and_run_once() -> None:
    due = utc(2026, 1, 15, 14, 0)
    owed = plan(slot(due), due + timedelta(minutes=11))
    assert [run.moment for run in owed.recovered] == [due]
    assert (owed.on_time, owed.missed, owed.is_alerting) == ((), 1, False)


def test_six_missed_runs_alert_and_five_do_not() -> None:
    first = utc(2026, 1, 10, 14, 0)
    assert plan(slot(first), first + timedelta(days=5, hours=1)).is_alerting
    assert not plan(slot(first), first + timedelta(days=4, hours=1)).is_alerting


def test_catching_up_once_runs_the_latest_of_the_missed() -> None:
    first = utc(2026, 1, 10, 14, 0)
    owed = plan(slot(first), first + timedelta(days=3, hours=1))
    assert [run.moment for run in owed.recovered] == [utc(2026, 1, 13, 14, 0)]
    assert owed.missed == 4


def test_a_run_that_is_on_time_makes_up_for_the_missed_ones() -> None:
    first = utc(2026, 1, 10, 14, 0)
    owed = plan(slot(first), first + timedelta(days=2))
    assert [run.moment for run in owed.on_time] == [utc(2026, 1, 12, 14, 0)]
    assert (owed.recovered, owed.missed) == ((), 2)


def test_catching_up_all_runs_three_at_most() -> None:
    first = utc(2026, 1, 10, 14, 0)
    owed = plan(slot(first, catch_up=CatchUp.ALL), first + timedelta(days=6, hours=1))
    assert [run.date.day for run in owed.recovered] == [14, 15, 16]
    assert owed.missed == 7


def test_skipping_runs_none_of_the_missed() -> None:
    first = utc(2026, 1, 10, 14, 0)
    owed = plan(slot(first, catch_up=CatchUp.SKIP), first + timedelta(days=3, hours=1))
    assert (owed.recovered, owed.missed) == ((), 4)


def test_the_next_run_follows_the_wall_through_the_year() -> None:
    winter = plan(slot(utc(2026, 1, 14, 14, 0)), utc(2026, 1, 14, 14, 0))
    summer = plan(slot(utc(2026, 7, 14, 13, 0)), utc(2026, 7, 14, 13, 0))
    assert winter.next_run_at == utc(2026, 1, 15, 14, 0)
    assert summer.next_run_at == utc(2026, 7, 15, 13, 0)


def test_a_time_that_does_not_exist_moves_to_the_next_that_does() -> None:
    before = utc(2026, 3, 7, 7, 30)
    owed = plan(slot(before, times=(time(2, 30),)), before)
    assert owed.next_run_at == utc(2026, 3, 8, 7, 0)


def test_a_time_that_comes_twice_runs_the_first_time_only() -> None:
    before = utc(2026, 10, 31, 5, 30)
    half_past_one = (time(1, 30),)
    first = plan(slot(before, times=half_past_one), before).next_run_at
    assert first == utc(2026, 11, 1, 5, 30)
    owed = plan(slot(first, times=half_past_one), first + timedelta(hours=1, minutes=5))
    assert len(owed.recovered) == 1
    assert owed.next_run_at == utc(2026, 11, 2, 6, 30)


def test_two_runs_that_a_gap_pushed_onto_one_moment_are_both_owed() -> None:
    times = (time(2, 15), time(2, 45))
    owed = plan(slot(utc(2026, 3, 8, 7, 0), times=times), utc(2026, 3, 8, 7, 1))
    assert [run.wall for run in owed.on_time] == list(times)


def test_a_schedule_that_runs_on_no_day_has_no_next_run() -> None:
    never = Slot((time(9),), (), "UTC", utc(2026, 1, 1), CatchUp.ONCE)
    owed = plan(never, utc(2026, 1, 2))
    assert (owed.on_time, owed.recovered, owed.next_run_at) == ((), (), None)
