"""What a schedule may say, its presets, and how it pauses and resumes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord
from publishing.models import AutopilotRun, RunStatus, Schedule, ScheduleStatus
from publishing.services.schedules import (
    ScheduleValues,
    checked,
    create_schedule,
    delete_schedule,
    next_runs,
    pause_schedule,
    posts_a_day,
    resume_schedule,
    start_run,
    update_schedule,
)
from tests.world import World

MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
VALUES = ScheduleValues(name="Mornings", platforms=["feed"], timezone="Europe/Berlin")


def values(**fields: Any) -> ScheduleValues:
    return replace(VALUES, **fields)


@pytest.mark.parametrize(
    ("times", "days", "mean"), [(3, 7, 3.0), (12, 7, 12.0), (12, 5, pytest.approx(8.571, abs=1e-3))]
)
def test_posts_a_day_are_the_mean_of_a_week(times: int, days: int, mean: float) -> None:
    assert posts_a_day(times, days) == mean


def hours(count: int) -> list[str]:
    return [f"{hour:02}:00" for hour in range(count)]


def test_three_times_every_day_are_accepted_and_twelve_are_not() -> None:
    checked(values(frequency="custom", times=hours(3), days_of_week=range(7)))
    with pytest.raises(Invalid, match=r"12\.0 posts a day") as refused:
        checked(values(frequency="custom", times=hours(12), days_of_week=range(7)))
    assert refused.value.field == "times"


def test_twelve_times_on_five_days_are_accepted() -> None:
    checked(values(frequency="custom", times=hours(12), days_of_week=[1, 2, 3, 4, 5]))


@pytest.mark.parametrize(
    ("frequency", "times", "days"),
    [
        ("1_per_day", [time(10)], [1, 2, 3, 4, 5]),
        ("2_per_day", [time(9), time(17)], [1, 2, 3, 4, 5]),
        ("3_per_day", [time(8), time(12), time(18)], [1, 2, 3, 4, 5]),
        ("weekly", [time(10)], [1]),
    ],
)
def test_presets_fill_what_is_not_given(frequency: str, times: list[time], days: list[int]) -> None:
    fields = checked(values(frequency=frequency))
    assert (fields["times"], fields["days_of_week"]) == (times, days)


def test_given_times_and_days_stand_over_the_preset() -> None:
    fields = checked(values(times=["16:30", "07:05"], days_of_week=[6, 0]))
    assert fields["times"] == [time(7, 5), time(16, 30)]
    assert fields["days_of_week"] == [0, 6]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"platforms": []}, "platforms"),
        ({"platforms": ["myspace"]}, "platforms"),
        ({"timezone": "Berlin"}, "timezone"),
        ({"frequency": "hourly"}, "frequency"),
        ({"frequency": "custom"}, "times"),
        ({"frequency": "custom", "times": ["09:00"]}, "days_of_week"),
        ({"times": ["9:00"]}, "times"),
        ({"times": ["24:00"]}, "times"),
        ({"times": ["09:60"]}, "times"),
        ({"times": ["nine"]}, "times"),
        ({"times": ["٠٩:٠٠x"]}, "times"),
        ({"days_of_week": [7]}, "days_of_week"),
        ({"days_of_week": [-1]}, "days_of_week"),
        ({"material_strategy": "best"}, "material_strategy"),
        ({"catch_up": "twice"}, "catch_up"),
        ({"exploration_ratio": 1.1}, "exploration_ratio"),
    ],
)
def test_what_cannot_stand_is_named_with_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(values(**wrong))
    assert refused.value.field == field
    assert refused.value.message.endswith(".")


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with time_machine.travel(MONDAY, tick=False), org_atomic(world.id):
        yield world


in_database = pytest.mark.django_db


def actions(row: Schedule) -> list[str]:
    records = AuditRecord.objects.filter(target_id=row.pk).order_by("created_at", "id")
    return list(records.values_list("action", flat=True))


@in_database
def test_a_new_schedule_knows_its_next_run(inside: World) -> None:
    schedule = create_schedule(brand=inside.brand, values=VALUES, by=inside.editor)
    assert schedule.next_run_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert actions(schedule) == ["schedule.created"]


@in_database
def test_the_next_five_runs_can_be_looked_at(inside: World) -> None:
    schedule = create_schedule(
        brand=inside.brand, values=values(frequency="2_per_day"), by=inside.editor
    )
    runs = next_runs(schedule)
    assert [f"{run.date:%a} {run.wall:%H:%M}" for run in runs] == [
        *("Mon 09:00", "Mon 17:00", "Tue 09:00", "Tue 17:00", "Wed 09:00")
    ]


@in_database
def test_new_times_count_from_now_on(inside: World) -> None:
    schedule = create_schedule(brand=inside.brand, values=VALUES, by=inside.editor)
    update_schedule(schedule=schedule, values=values(times=["18:00"]), by=inside.editor)
    schedule.refresh_from_db()
    assert schedule.next_run_at == datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@in_database
def test_a_new_name_leaves_the_next_run_alone(inside: World) -> None:
    schedule = create_schedule(brand=inside.brand, values=VALUES, by=inside.editor)
    Schedule.objects.filter(pk=schedule.pk).update(next_run_at=MONDAY - timedelta(hours=1))
    schedule.refresh_from_db()
    update_schedule(schedule=schedule, values=values(name="Other"), by=inside.editor)
    schedule.refresh_from_db()
    assert schedule.next_run_at == MONDAY - timedelta(hours=1)


@in_database
def test_a_paused_schedule_says_since_when_and_why(inside: World) -> None:
    pause_schedule(schedule=inside.schedule, by=inside.editor, reason="Holidays")
    schedule = Schedule.objects.get(pk=inside.schedule.pk)
    assert (schedule.status, schedule.pause_reason) == (ScheduleStatus.PAUSED, "Holidays")
    assert schedule.paused_at == MONDAY
    with pytest.raises(Conflict):
        pause_schedule(schedule=schedule, by=inside.editor)


@in_database
def test_a_resumed_schedule_starts_anew(inside: World) -> None:
    schedule = Schedule.objects.get(pk=inside.schedule.pk)
    Schedule.objects.filter(pk=schedule.pk).update(
        consecutive_errors=5, last_error="No", next_run_at=MONDAY - timedelta(days=9)
    )
    pause_schedule(schedule=schedule, by=None, reason="Errors")
    resume_schedule(schedule=schedule, by=inside.editor)
    schedule.refresh_from_db()
    assert (schedule.status, schedule.consecutive_errors) == (ScheduleStatus.ACTIVE, 0)
    assert schedule.next_run_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with pytest.raises(Conflict):
        resume_schedule(schedule=schedule, by=inside.editor)


@in_database
def test_a_deleted_schedule_leaves_its_runs(inside: World) -> None:
    schedule = create_schedule(brand=inside.brand, values=VALUES, by=inside.editor)
    run = start_run(brand=inside.brand, schedule=schedule, by=inside.editor)
    delete_schedule(schedule=schedule, by=inside.editor)
    assert AutopilotRun.objects.get(pk=run.pk).schedule_id is None


@in_database
def test_a_run_by_hand_is_due_at_once(inside: World) -> None:
    run = start_run(brand=inside.brand, platforms=["feed"], by=inside.editor)
    assert (run.status, run.due_at, run.schedule_id) == (RunStatus.QUEUED, MONDAY, None)
    with pytest.raises(Invalid):
        start_run(brand=inside.brand, by=inside.editor)
