"""What beat starts and what messages do: sweeps over all organizations, safe to repeat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured

from config.celery import app
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.autopilot import scheduler, sweep, tasks
from publishing.models import AutopilotRun, PendingPost, PendingStatus, RunStatus, Schedule
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"


def test_beat_starts_only_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    assert set(configured.CELERY_BEAT_SCHEDULE) <= set(app.tasks)


def due(world: World) -> None:
    moment = (now() - timedelta(minutes=1)).replace(second=0, microsecond=0)
    for organization, brand in (
        (world.organization, world.brand),
        (world.foreign, world.foreign_brand),
    ):
        with org_atomic(organization.id):
            make.material(brand)
            Schedule.objects.update(
                times=[moment.time()],
                timezone="UTC",
                days_of_week=[0, 1, 2, 3, 4, 5, 6],
                next_run_at=moment,
            )


def statuses(world: World) -> list[str]:
    found: list[str] = []
    for organization in (world.organization, world.foreign):
        with org_atomic(organization.id):
            found += AutopilotRun.objects.values_list("status", flat=True)
    return found


def test_what_schedules_owe_is_done_for_every_organization(world: World) -> None:
    due(world)
    assert scheduler.tick().queued == 2
    assert sweep.sweep_runs() == 2
    assert statuses(world) == [RunStatus.DONE, RunStatus.DONE]
    assert sweep.sweep_runs() == 0


def test_a_message_that_comes_twice_does_a_run_once(world: World) -> None:
    due(world)
    scheduler.tick()
    with org_atomic(world.id):
        run = AutopilotRun.objects.get()
    for _ in range(2):
        tasks.do_run(str(world.id), str(run.pk))
    with org_atomic(world.id):
        assert PendingPost.objects.count() == 1
        run.refresh_from_db()
    assert (run.status, run.attempts) == (RunStatus.DONE, 1)


def test_a_run_of_another_organization_is_not_found(world: World) -> None:
    due(world)
    scheduler.tick()
    with org_atomic(world.foreign.id):
        theirs = AutopilotRun.objects.get()
    tasks.do_run(str(world.id), str(theirs.pk))
    with org_atomic(world.foreign.id):
        theirs.refresh_from_db()
    assert theirs.status == RunStatus.QUEUED


def test_a_run_whose_worker_is_gone_is_due_again(world: World) -> None:
    due(world)
    scheduler.tick()
    with org_atomic(world.id):
        AutopilotRun.objects.update(
            status=RunStatus.RUNNING, claimed_until=now() + timedelta(minutes=1)
        )
    assert len(sweep.due_runs()) == 1
    with org_atomic(world.id):
        AutopilotRun.objects.update(claimed_until=now() - timedelta(seconds=1))
    assert len(sweep.due_runs()) == 2


def test_the_sweep_of_deadlines_expires_posts(world: World) -> None:
    with org_atomic(world.id):
        make.pending_post(world.brand, world.account, expires_at=now() - timedelta(hours=1))
    assert tasks.expire_pending_posts() == 1
    with org_atomic(world.id):
        assert PendingPost.objects.get().status == PendingStatus.EXPIRED
