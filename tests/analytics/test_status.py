"""Health as work done: what `/healthz`, `/status` and the doctor's line on work say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as base
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client

from analytics import hooks
from analytics.selectors import status
from analytics.selectors.status import DUE, installation_status
from config import liveness
from config.beat import EXPIRY_SECONDS
from config.kernel import tasks
from config.kernel.checks import Finding, doctor_checks
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Notification, OutgoingNotice, WorkDone
from publishing.models import (
    AutopilotRun,
    PendingPost,
    PortalLink,
    PostingQueue,
    Recurrence,
    Schedule,
    SocialAccount,
)
from tests import make, make_compositions, make_repeating
from tests.make_portal import portal_link
from tests.world import World

STATUS = "/status"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's signs of life but those of the test."""
    cache.delete_many(["alive:beat", "alive:worker"])
    monkeypatch.setattr(liveness, "_written", {})
    monkeypatch.setattr(tasks, "_written", {})
    monkeypatch.setattr(tasks, "_waiting", {})


def done(kind: str, seconds: float) -> None:
    WorkDone.objects.create(kind=kind, finished_at=now() - timedelta(seconds=seconds))


def due_material(world: World, seconds: float) -> None:
    with org_atomic(world.id):
        make.material(status="uploaded", due_at=now() - timedelta(seconds=seconds))


def work_line() -> Finding:
    [finding] = list(doctor_checks["work"]())
    return finding


def asked(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get(STATUS)
    assert answer["Cache-Control"].startswith("max-age=0")
    return answer.status_code, answer.json()


# -- The process -----------------------------------------------------------------------------------


def test_a_process_that_is_up_says_so_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert client.post("/healthz").status_code == 405


def test_without_a_database_the_status_is_a_sentence_and_no_stack_trace(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseError("connection refused at 10.0.0.1")

    monkeypatch.setattr("analytics.views.status.installation_status", away)
    answer = client.get(STATUS)
    assert (answer.status_code, answer.json()) == (503, {"status": "database away"})


# -- Work ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_where_nothing_waits_all_is_well(client: Client) -> None:
    code, said = asked(client)
    assert (code, said["status"]) == (200, "working")
    assert said["oldest_due_seconds"] == dict.fromkeys(DUE)
    assert said["last_done_seconds"] == {}
    assert said["last_sweep_seconds"] is None
    assert said["alive_seconds"] == {"beat": None, "worker": None}
    assert said["stopped"] == []
    assert work_line().is_well


@pytest.mark.django_db
def test_the_status_gives_the_age_of_what_waits_what_was_done_and_who_looked(
    world: World, client: Client
) -> None:
    due_material(world, 50)
    due_material(world, 90)
    done("generation", 30)
    done("delivery_sweep", 12)
    done("schedule_tick", 40)
    liveness.beat_ticked()
    code, said = asked(client)
    assert code == 200
    assert said["oldest_due_seconds"]["material"] == pytest.approx(90, abs=5)
    assert said["last_done_seconds"]["generation"] == pytest.approx(30, abs=5)
    assert said["last_sweep_seconds"] == pytest.approx(12, abs=5)
    assert said["alive_seconds"]["beat"] == pytest.approx(0, abs=5)
    assert said["alive_seconds"]["worker"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due", "last", "code"),
    [
        (60, None, 200),
        (110, 500, 200),
        (130, 100, 200),
        (130, 130, 503),
        (130, None, 503),
        (100_000, 5, 200),
    ],
)
def test_work_that_is_due_while_nothing_is_finished_for_two_minutes_is_trouble(
    world: World, client: Client, due: float, last: float | None, code: int
) -> None:
    due_material(world, due)
    if last is not None:
        done("generation", last)
    assert asked(client)[0] == code
    assert work_line().is_well is (code == 200)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["delivery_sweep", "delivery_reaper", "schedule_tick", "purge"])
def test_looking_for_work_is_not_doing_it(world: World, client: Client, kind: str) -> None:
    due_material(world, 300)
    done(kind, 1)
    code, said = asked(client)
    assert (code, said["status"]) == (503, "silent")
    finding = work_line()
    assert finding.is_well is False
    assert finding.says.startswith("Work of the kind material is due for 30")
    assert "worker.log" in finding.mend


@pytest.mark.django_db
def test_posts_may_wait_for_their_expiry_until_it_is_looked_for(
    world: World, client: Client
) -> None:
    with org_atomic(world.id):
        make.pending_post(world.brand, world.account)
        PendingPost.objects.update(expires_at=now() - timedelta(seconds=EXPIRY_SECONDS))
    assert asked(client)[0] == 200
    with org_atomic(world.id):
        PendingPost.objects.update(expires_at=now() - timedelta(seconds=EXPIRY_SECONDS + 200))
    assert asked(client)[0] == 503


@pytest.mark.django_db
def test_every_kind_of_due_work_is_seen(world: World) -> None:
    past = now() - timedelta(minutes=1)
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account, expires_at=past)
        make.delivery(pending, due_at=past)
        make.post(world.brand, world.account, due_at=past)
        make.material(status="uploaded", due_at=past)
        Schedule.objects.update(next_run_at=past)
        SocialAccount.objects.update(due_at=past)
        make.feed(world.brand, due_at=past)
        make.strategy_paper(world.brand, status="queued", due_at=past)
        make.voice_analysis(world.brand, status="queued", due_at=past)
        make.knowledge_source(make.knowledge_bucket(world.brand), status="queued", due_at=past)
        Notification.objects.create(user=world.owner, kind="x", title="Told", due_at=past)
        OutgoingNotice.objects.create(
            way="hook", address="https://example.com/", kind="x", title="Told", due_at=past
        )
        make_repeating.recurrence(make_compositions.composition(world.brand))
        Recurrence.objects.update(due_at=past)
        make_repeating.post_import(world.brand, status="queued", due_at=past)
        PostingQueue.objects.create(
            brand=world.brand, name="Pool", fills_from_pool=True, fill_due_at=past
        )
        AutopilotRun.objects.create(
            brand=world.brand, occurrence="x", scheduled_for=past, due_at=past
        )
        report, _ = portal_link(
            world.brand, "report", mailed="weekly", client_email="ada@client.example"
        )
        PortalLink.objects.filter(pk=report.pk).update(due_at=past)
    due = installation_status().oldest_due_seconds
    assert all(age == pytest.approx(60, abs=10) for age in due.values()), due


@pytest.mark.django_db
def test_the_status_tells_nothing_of_any_organization_and_asks_little(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    due_material(world, 300)
    # What was done, and whose rows of the late kind those are.
    with django_assert_max_num_queries(len(DUE) + 2):
        body = client.get(STATUS).content.decode()
    assert str(world.id) not in body and world.organization.slug not in body


def test_the_kinds_that_only_look_are_known() -> None:
    """Their names are written where they sweep; a new one must be told apart from work."""
    labels = ("analytics", "publishing", "content", "billing", "organizations")
    files = [file for label in labels for file in Path(base.BASE_DIR, label).rglob("*.py")]
    text = "".join(file.read_text() for file in files)
    kinds = {piece.split('"')[0] for piece in text.split('record_work("')[1:]}
    looking = {kind for kind in kinds if kind.endswith(("sweep", "reaper", "tick"))}
    assert looking == tasks.SWEEPS
    # Some stand in a constant where they are recorded; here each is named once more.
    assert all(text.count(f'"{kind}"') >= 2 for kind in status.UPKEEP)


# -- Signs of life ---------------------------------------------------------------------------------


def test_beat_says_that_it_lives_at_most_every_two_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments, said = iter([100.0, 101.0, 102.5]), []
    clock = SimpleNamespace(monotonic=lambda: next(moments), time=lambda: 0.0)
    kept = SimpleNamespace(set=lambda key, *args, **kwargs: said.append(key))
    monkeypatch.setattr("config.liveness.time", clock)
    monkeypatch.setattr("config.liveness.cache", kept)
    for _ in range(3):
        liveness.beat_ticked()
    assert said == ["alive:beat"] * 2


def test_only_a_worker_speaks_for_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    liveness.work_done()
    assert liveness.age_seconds("worker") is None
    monkeypatch.setattr(liveness, "_is_worker", False)
    liveness.become_worker()
    liveness.work_done()
    age = liveness.age_seconds("worker")
    assert age is not None and age < 5


@pytest.mark.django_db
def test_a_long_task_that_finishes_units_is_alive_and_a_sweep_alone_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(liveness, "_is_worker", True)
    tasks.record_work("delivery_sweep", at_once=True)
    assert liveness.age_seconds("worker") is None
    tasks.record_work("delivery", 25)
    assert liveness.age_seconds("worker") is not None


def test_signs_of_life_survive_a_cache_that_is_away(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    }
    liveness.beat_ticked()
    assert liveness.age_seconds("beat") is None


@pytest.mark.django_db
def test_the_doctor_and_the_status_say_the_same(world: World, client: Client) -> None:
    due_material(world, 300)
    assert (asked(client)[0], work_line().is_well) == (503, False)
    done("generation", 10)
    assert (asked(client)[0], work_line().is_well) == (200, True)
    assert doctor_checks["work"] is hooks.work_findings
