"""A team that is being closed: nothing leaves, and a team that was kept makes up for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from analytics.services.metrics import due_posts, sweep_metrics
from config.kernel.clock import now
from organizations.models import Organization, OrganizationRequest
from organizations.services.privacy_requests import ask_for_team_end, keep_team
from publishing.autopilot import scheduler
from publishing.autopilot.cycle import run_cycle
from publishing.models import (
    AutopilotRun,
    Delivery,
    DeliveryState,
    FeedEntry,
    Post,
    RunStatus,
    Schedule,
)
from tests import make
from tests.world import World

from .deliveries import again, deliver, due_deliveries, due_delivery

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]

DUE = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def close(world: World) -> OrganizationRequest:
    return ask_for_team_end(by=world.owner, days=30)


def test_no_due_post_leaves_while_its_team_is_being_closed(world: World) -> None:
    due = due_deliveries(world.brand, [world.account], [f"Mast {n}." for n in range(8)])
    close(world)
    for minutes in (0, 20, 300):
        with time_machine.travel(now() + timedelta(minutes=minutes), tick=True):
            deliver(*due)
    assert not FeedEntry.objects.exists() and not Post.objects.exists()
    assert {again(each).state for each in due} == {DeliveryState.MISSED}


def test_a_held_post_says_that_its_team_is_being_closed(world: World) -> None:
    due = due_delivery(world.brand, world.account)
    close(world)
    deliver(due)
    assert again(due).state == DeliveryState.SCHEDULED
    assert due.error_message == "This team is being closed, so nothing is posted for it."


def test_a_team_that_was_kept_goes_on_and_makes_up_for_nothing(world: World) -> None:
    meanwhile = due_delivery(world.brand, world.account, "Meanwhile.")
    wish = close(world)
    deliver(meanwhile)
    keep_team(wish=wish, by=world.owner)
    assert Organization.objects.get().status == Organization.Status.ACTIVE
    later = due_delivery(world.brand, world.account, "Later.")
    with time_machine.travel(now() + timedelta(minutes=16), tick=True):
        deliver(meanwhile, later)
    assert again(meanwhile).state == DeliveryState.MISSED
    assert "being closed" in meanwhile.error_message
    assert again(later).state == DeliveryState.PUBLISHED
    assert [entry.text for entry in FeedEntry.objects.all()] == ["Later."]


def test_a_schedule_skips_its_runs_and_moves_on(world: World) -> None:
    Schedule.objects.update(next_run_at=DUE)
    wish = close(world)
    scheduler.tick(DUE + timedelta(seconds=30))
    run = AutopilotRun.objects.get()
    assert (run.status, run.outcome) == (RunStatus.SKIPPED, scheduler.CLOSING)
    assert Schedule.objects.get().next_run_at == DUE + timedelta(days=1)
    keep_team(wish=wish, by=world.owner)
    assert scheduler.tick(DUE + timedelta(hours=2)).queued == 0
    assert scheduler.tick(DUE + timedelta(days=1)).queued == 1


def test_a_run_that_was_queued_before_writes_nothing(world: World) -> None:
    make.material(world.brand)
    Schedule.objects.update(next_run_at=DUE)
    scheduler.tick(DUE)
    close(world)
    run = run_cycle(run_id=AutopilotRun.objects.get().pk)
    assert run is not None
    assert (run.status, run.outcome) == (RunStatus.SKIPPED, scheduler.CLOSING)
    assert not Delivery.objects.exists()


def test_no_network_is_asked_about_posts(world: World) -> None:
    post = make.post(world.brand, world.account, due_at=now())
    wish = close(world)
    assert sweep_metrics() == 0
    post.refresh_from_db()
    assert post.due_at is not None and post.due_at > now() + timedelta(hours=5)
    keep_team(wish=wish, by=world.owner)
    with time_machine.travel(now() + timedelta(hours=7), tick=True):
        assert list(due_posts().values()) == [[post.pk]]
