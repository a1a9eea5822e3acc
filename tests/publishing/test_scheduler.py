"""The tick: each due schedule gets its run, once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from billing.models import Subscription
from config.kernel.scoping import org_atomic
from content.models import MaterialStatus
from organizations.models import AuditRecord
from publishing.autopilot import scheduler
from publishing.models import AutopilotRun, RunStatus, Schedule, ScheduleStatus
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

DUE = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # a Tuesday, ten o'clock in Berlin


def set_due(world: World, **fields: object) -> None:
    with org_atomic(world.id):
        Schedule.objects.filter(pk=world.schedule.pk).update(next_run_at=DUE, **fields)


def reloaded(world: World) -> Schedule:
    with org_atomic(world.id):
        return Schedule.objects.get(pk=world.schedule.pk)


def runs(world: World) -> list[AutopilotRun]:
    with org_atomic(world.id):
        return list(AutopilotRun.objects.filter(schedule=world.schedule).order_by("scheduled_for"))


def test_a_due_schedule_gets_a_run_and_its_next_time(world: World) -> None:
    set_due(world)
    done = scheduler.tick(DUE + timedelta(seconds=30))
    assert (done.due, done.queued, done.missed) == (1, 1, 0)
    (run,) = runs(world)
    assert (run.occurrence, run.status) == ("2026-03-03 10:00", RunStatus.QUEUED)
    assert (run.scheduled_for, run.platforms) == (DUE, ["feed"])
    assert reloaded(world).next_run_at == DUE + timedelta(days=1)


def test_a_second_tick_in_the_same_minute_gets_nothing(world: World) -> None:
    set_due(world)
    scheduler.tick(DUE)
    assert scheduler.tick(DUE).due == 0
    assert len(runs(world)) == 1


def test_an_occurrence_is_queued_once_even_if_the_schedule_is_set_back(world: World) -> None:
    set_due(world)
    scheduler.tick(DUE)
    set_due(world)
    scheduler.tick(DUE)
    assert len(runs(world)) == 1


def test_every_organization_gets_its_runs(world: World) -> None:
    set_due(world)
    with org_atomic(world.foreign.id):
        Schedule.objects.update(next_run_at=DUE)
    assert scheduler.tick(DUE).queued == 2


@pytest.mark.parametrize("status", [ScheduleStatus.PAUSED, ScheduleStatus.ERROR])
def test_a_schedule_that_is_not_active_is_left_alone(world: World, status: str) -> None:
    set_due(world, status=status)
    assert scheduler.tick(DUE).due == 0
    assert runs(world) == []


def test_a_missed_run_is_counted_and_run_once(world: World) -> None:
    set_due(world)
    done = scheduler.tick(DUE + timedelta(minutes=11))
    assert (done.queued, done.missed) == (1, 1)
    assert reloaded(world).missed_count == 1


def test_six_missed_runs_are_told_to_people(world: World) -> None:
    set_due(world, days_of_week=[0, 1, 2, 3, 4, 5, 6])
    scheduler.tick(DUE + timedelta(days=5, minutes=11))
    with org_atomic(world.id):
        told = AuditRecord.objects.get(action="schedule.runs_missed")
    assert told.data == {"missed": 6, "recovered": 1}


def test_a_paused_brand_skips_its_run_and_says_why(world: World) -> None:
    set_due(world)
    with org_atomic(world.id):
        type(world.brand).objects.filter(pk=world.brand.pk).update(paused_at=DUE)
    assert scheduler.tick(DUE).skipped == 1
    (run,) = runs(world)
    assert (run.status, run.due_at) == (RunStatus.SKIPPED, None)
    assert "brand is paused" in run.outcome


def test_a_deleted_brand_gets_no_run(world: World) -> None:
    set_due(world)
    with org_atomic(world.id):
        type(world.brand).objects.filter(pk=world.brand.pk).update(deleted_at=DUE)
    scheduler.tick(DUE)
    assert runs(world) == []


def test_without_credits_the_run_is_skipped_and_says_why(world: World) -> None:
    set_due(world)
    with org_atomic(world.id):
        Subscription.objects.update(credits_used=F("credits_total"))
    scheduler.tick(DUE)
    assert "no credits" in runs(world)[0].outcome


def test_a_zone_that_is_gone_pauses_the_schedule_and_no_other(world: World) -> None:
    set_due(world, timezone="Mars/Olympus_Mons")
    with org_atomic(world.id):
        other = Schedule.objects.create(
            brand=world.brand, name="Other", platforms=["feed"], times=[time(9)], next_run_at=DUE
        )
    assert scheduler.tick(DUE).queued == 1
    assert reloaded(world).status == ScheduleStatus.PAUSED
    assert "Mars/Olympus_Mons" in reloaded(world).pause_reason
    with org_atomic(world.id):
        assert AutopilotRun.objects.filter(schedule=other).count() == 1


def test_an_exhausted_schedule_sleeps_until_there_is_material(world: World) -> None:
    set_due(world, status=ScheduleStatus.EXHAUSTED)
    assert scheduler.tick(DUE).woken == 0
    assert reloaded(world).next_run_at == DUE + scheduler.EXHAUSTED_RECHECK
    assert runs(world) == []


def test_new_material_wakes_an_exhausted_schedule(world: World) -> None:
    set_due(world, status=ScheduleStatus.EXHAUSTED)
    with org_atomic(world.id):
        make.material(world.brand, status=MaterialStatus.READY)
    assert scheduler.tick(DUE).woken == 1
    schedule = reloaded(world)
    assert schedule.status == ScheduleStatus.ACTIVE
    assert schedule.next_run_at == DUE + timedelta(days=1)


def test_a_tick_asks_as_often_for_a_hundred_schedules_as_for_one(world: World) -> None:
    with org_atomic(world.id):
        Schedule.objects.bulk_create(
            Schedule(
                brand=world.brand,
                name=f"Schedule {number}",
                platforms=["feed"],
                times=[time(10)],
                timezone="Europe/Berlin",
                next_run_at=DUE,
            )
            for number in range(100)
        )
    with CaptureQueriesContext(connection) as asked:
        assert scheduler.tick(DUE).queued == 100
    assert len(asked) <= 12, [query["sql"][:90] for query in asked]
