"""Schedules as people set them: presets, own times, and what happens next."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

import pytest
import time_machine
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.models import (
    AutopilotRun,
    Decision,
    PolicyContract,
    RunStatus,
    Schedule,
    ScheduleStatus,
)
from tests.world import World

pytestmark = pytest.mark.django_db

VALUES = {
    "name": "Evenings",
    "platforms": ["feed"],
    "frequency": "2_per_day",
    "times": "",
    "timezone": "Europe/Berlin",
    "material_strategy": "weighted",
    "approval": "no",
    "catch_up": "skip",
    "exploration_percent": "20",
}


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def schedules(world: World) -> dict[str, Schedule]:
    with org_atomic(world.id):
        return {each.name: each for each in Schedule.objects.all()}


def changed(world: World, **fields: Any) -> None:
    with org_atomic(world.id):
        Schedule.objects.filter(pk=world.schedule.pk).update(**fields)


def test_a_preset_needs_no_times(world: World, page: Client) -> None:
    answer = page.post(f"{world.path}/schedules/new/", VALUES, follow=True)
    assert "Mon to Fri at 09:00 and 17:00" in answer.content.decode()
    made = schedules(world)["Evenings"]
    assert made.times == [time(9), time(17)]
    assert (made.auto_approve, made.exploration_ratio, made.catch_up) == (False, 0.2, "skip")
    assert made.next_run_at is not None


def test_own_times_and_days_count_from_monday(world: World, page: Client) -> None:
    days = {"times": "18:30, 07:15", "days_of_week": ["6", "0"]}
    page.post(f"{world.path}/schedules/new/", {**VALUES, **days})
    made = schedules(world)["Evenings"]
    assert made.times == [time(7, 15), time(18, 30)]
    assert made.days_of_week == [0, 6]
    body = page.get(f"{world.path}/schedules/{made.pk}/").content.decode()
    assert "Sat, Sun at 07:15 and 18:30" in body
    form = page.get(f"{world.path}/schedules/{made.pk}/edit/").content.decode()
    assert form.index("Monday") < form.index("Sunday")
    assert "07:15 18:30" in form


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"times": "25:00"}, "is not a time"),
        ({"frequency": "custom"}, "Give at least one time"),
        ({"platforms": []}, "This field is required"),
        ({"timezone": "Mars/Olympus"}, "Mars/Olympus is not one of the available choices"),
        ({"times": " ".join(f"{hour:02}:00" for hour in range(24))}, "posts a day"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_kept(
    world: World, page: Client, wrong: dict[str, Any], sentence: str
) -> None:
    answer = page.post(f"{world.path}/schedules/new/", {**VALUES, **wrong})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert sentence in body
    assert "Evenings" in body
    assert "Evenings" not in schedules(world)


def test_the_next_runs_are_shown_before_anything_is_saved(world: World, page: Client) -> None:
    with time_machine.travel("2026-03-27T12:00:00Z", tick=False):
        answer = page.get(
            f"{world.path}/schedules/next-runs/",
            {
                "frequency": "custom",
                "times": "02:30",
                "days_of_week": ["0"],
                "timezone": "Europe/Berlin",
            },
        )
    body = answer.content.decode()
    # The clock jumps from 02:00 to 03:00 on that Sunday.
    assert "Sun 29 Mar 03:00 CEST" in body
    assert body.count("<li>") == 5


def test_a_preview_of_nonsense_says_what_is_wrong(world: World, page: Client) -> None:
    query = {"frequency": "custom", "times": "soon", "timezone": "UTC"}
    body = page.get(f"{world.path}/schedules/next-runs/", query).content.decode()
    assert "is not a time" in body


def test_pausing_and_resuming_say_what_follows(world: World, page: Client) -> None:
    path = f"{world.path}/schedules/{world.schedule.pk}"
    body = page.post(f"{path}/pause/", follow=True).content.decode()
    assert "Paused by hand. Resume it" in body and "None while it is paused" in body
    body = page.post(f"{path}/resumption/", follow=True).content.decode()
    assert "runs again" in body
    assert schedules(world)[world.schedule.name].status == ScheduleStatus.ACTIVE


def test_pausing_twice_is_told_and_changes_nothing(world: World, page: Client) -> None:
    path = f"{world.path}/schedules/{world.schedule.pk}/pause/"
    page.post(path)
    assert page.post(path).status_code == 409


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": ScheduleStatus.EXHAUSTED}, "Add material"),
        ({"status": ScheduleStatus.ERROR, "last_error": "No access."}, "No access. Mend the cause"),
        ({"consecutive_errors": 2, "last_error": "Away."}, "The last 2 runs failed"),
    ],
)
def test_a_schedule_that_does_not_run_says_why_and_what_to_do(
    world: World, page: Client, fields: dict[str, Any], sentence: str
) -> None:
    changed(world, **fields)
    assert sentence in page.get(f"{world.path}/schedules/").content.decode()
    shown = page.get(f"{world.path}/schedules/{world.schedule.pk}/").content.decode()
    assert sentence in shown


def test_a_schedule_whose_policy_nobody_signed_says_that_its_posts_wait(
    world: World, page: Client
) -> None:
    address = f"{world.path}/schedules/{world.schedule.pk}/"
    sentence = "nobody has signed one for"
    changed(world, auto_approve=True)
    assert sentence not in page.get(address).content.decode()
    with org_atomic(world.id):
        PolicyContract.objects.filter(brand=world.brand).update(ends_at=now())
    assert sentence in page.get(address).content.decode()
    changed(world, auto_approve=False)
    assert sentence not in page.get(address).content.decode()


def test_the_list_asks_few_queries(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        page.post(f"{world.path}/schedules/new/", {**VALUES, "name": f"Number {number}"})
    with django_assert_max_num_queries(12):
        answer = page.get(f"{world.path}/schedules/")
    assert len(answer.content) < 100_000


def test_a_deleted_schedule_is_gone(world: World, page: Client) -> None:
    page.post(f"{world.path}/schedules/{world.schedule.pk}/deletion/")
    assert world.schedule.name not in schedules(world)


def test_a_run_by_hand_is_followed_step_by_step(world: World, page: Client) -> None:
    answer = page.post(f"{world.path}/schedules/{world.schedule.pk}/run/", follow=True)
    body = answer.content.decode()
    assert "Choose material" in body and 'data-behavior="poll"' in body
    with org_atomic(world.id):
        run = AutopilotRun.objects.get()
        Decision.objects.create(
            run=run, kind="material", summary="Material: Masts", reason="Its turn."
        )
        AutopilotRun.objects.update(status=RunStatus.RUNNING)
    live = page.get(f"{world.path}/runs/{run.pk}/", headers={"HX-Request": "true"})
    assert live.content.decode().lstrip().startswith('<div id="live"')
    assert "step 2 of 7" in live.content.decode() and "Its turn." in live.content.decode()


def test_a_run_that_ended_polls_no_more_and_can_be_tried_again(world: World, page: Client) -> None:
    page.post(f"{world.path}/schedules/{world.schedule.pk}/run/")
    with org_atomic(world.id):
        run = AutopilotRun.objects.get()
        AutopilotRun.objects.update(status=RunStatus.FAILED, outcome="The model was away.")
    body = page.get(f"{world.path}/runs/{run.pk}/").content.decode()
    # The bell in the frame goes on asking; the run does not.
    polling = re.findall(r'hx-get="([^"]+)"[^>]*', body)
    assert "The model was away." in body
    assert not [path for path in polling if "/runs/" in path]
    page.post(f"{world.path}/runs/{run.pk}/repetition/")
    with org_atomic(world.id):
        assert AutopilotRun.objects.count() == 2
    with org_atomic(world.id):
        again = AutopilotRun.objects.exclude(pk=run.pk).get()
    assert page.post(f"{world.path}/runs/{again.pk}/repetition/").status_code == 409
