"""Tasks carry their organization, and messages are only hints."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from celery import Celery, Task
from django.conf import settings
from structlog.stdlib import ProcessorFormatter

from brands.models import BrandProfile
from config.celery import app
from config.kernel import tasks
from config.kernel.errors import Unavailable
from config.kernel.scoping import (
    MissingScope,
    current_organization_id,
    org_atomic,
    organization_in_scope,
    unscoped,
)
from config.kernel.tasks import OrgTask, hint, record_work, work_recorder
from config.servers import Redis
from organizations.hooks import WorkTable
from organizations.models import WorkDone
from tests.kernel.crowd import times
from tests.world import World

# A Celery application of the tests' own; `shared=False` keeps its tasks out of the real one.
bench = Celery("bench", set_as_current=False, broker="memory://")


def task_named(
    name: str, base: type[Task[Any, Any]] = OrgTask, of: Celery = bench
) -> Callable[[Callable[..., Any]], Task[Any, Any]]:
    decorate: Any = of.task(base=base, name=f"bench.{name}", shared=False)
    return lambda run: cast(Task[Any, Any], decorate(run))


def noted(row: str, *more: str) -> None:
    """A task that nobody runs."""


@task_named("whose")
def whose(organization_id: str) -> UUID:
    return current_organization_id()


@task_named("brands")
def brands(organization_id: str, should_fail: bool = False) -> list[UUID]:
    with org_atomic():
        seen = list(BrandProfile._base_manager.values_list("organization_id", flat=True))
        if should_fail:
            raise Unavailable("The network is away.")
    return seen


# -- The organization of a task --------------------------------------------------------------------


def test_a_task_runs_inside_its_organization_and_leaves_it() -> None:
    organization = uuid4()
    assert whose.apply(args=(str(organization),)).get() == organization
    assert organization_in_scope() is None


@pytest.mark.parametrize("given", [[], [None], [""], ["harbour-pine"], ["1234"], [7]])
def test_a_task_without_an_organization_refuses_to_run(given: list[Any]) -> None:
    result = whose.apply(args=tuple(given))
    assert result.state == "FAILURE"
    assert isinstance(result.result, MissingScope)
    assert "bench.whose needs an organization's id" in str(result.result)
    assert organization_in_scope() is None


def test_a_task_leaves_the_operators_rights_behind() -> None:
    organization = uuid4()
    with unscoped("test"):
        assert whose.apply(args=(str(organization),)).get() == organization


def test_every_task_of_ours_that_works_for_one_organization_carries_it() -> None:
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if ".tasks." in name}
    carrying = {
        name
        for name, task in ours.items()
        if next(iter(signature(task.run).parameters), "") == "organization_id"
    }
    assert carrying == {name for name, task in ours.items() if isinstance(task, OrgTask)}
    assert "publishing.tasks.deliver_delivery" in carrying


@pytest.mark.django_db(transaction=True)
def test_a_thousand_tasks_of_two_organizations_in_one_process_each_see_their_own(
    world: World,
) -> None:
    for turn in range(1_000):
        mine = world.id if turn % 2 else world.foreign.id
        fails = turn % 10 == 3
        seen = brands.apply(
            args=(
                str(mine),
                fails,
            )
        ).get()
        assert seen == (None if fails else [mine])
        assert organization_in_scope() is None


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the task boundary writes into the log, in the form that settings give it."""
    written, log = io.StringIO(), logging.getLogger(tasks.__name__)
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        next(
            each.formatter
            for each in logging.getLogger().handlers
            if isinstance(each.formatter, ProcessorFormatter)
        )
    )
    log.addHandler(handler)
    yield written
    log.removeHandler(handler)


def test_what_goes_wrong_stops_at_the_boundary_and_is_written_down(
    lines: io.StringIO,
) -> None:
    @task_named("breaks")
    def breaks(organization_id: str, row: str) -> None:
        password = "t0p" + "-secret"
        raise ZeroDivisionError(row, len(password))

    organization = str(uuid4())
    result = breaks.apply(args=(organization, "row-7"))
    assert (result.state, result.result) == ("SUCCESS", None)
    said = lines.getvalue()
    assert "task_failed" in said and "bench.breaks" in said
    assert organization in said and "row-7" in said
    assert "Traceback" in said and "ZeroDivisionError" in said
    assert "t0p-secret" not in said, "a local variable may be a password"


def test_an_order_to_stop_the_process_is_not_swallowed() -> None:
    @task_named("stops")
    def stops(organization_id: str) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        stops.apply(args=(str(uuid4()),))


# -- Hints -----------------------------------------------------------------------------------------


def broker_at(url: str) -> Celery:
    """Our settings for messages, on another broker."""
    away = Celery("away", set_as_current=False)
    away.conf.update(
        broker_url=url,
        broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        task_publish_retry=settings.CELERY_TASK_PUBLISH_RETRY,
        task_ignore_result=True,
    )
    return away


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(seconds: float) -> None:
        raise AssertionError("A page would wait here for a broker that is away.")

    monkeypatch.setattr("kombu.utils.functional.sleep", refuse)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    # Gently it takes two seconds.
    if process := server._process():
        process.kill()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis+socket:///nowhere/redis.sock"])
def test_a_hint_survives_a_broker_that_is_away_and_does_not_wait(
    nobody_waits: None, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    away = broker_at(url)
    task = task_named("noted", Task, of=away)(noted)
    with caplog.at_level(logging.WARNING):
        assert hint(task, "organization", "row") is False
        assert hint(task, "organization", "row") is False
    assert "broker_away" in caplog.text and "bench.noted" in caplog.text


@pytest.mark.real_time
def test_hints_go_on_when_the_broker_comes_back(broker: Redis, nobody_waits: None) -> None:
    away = broker_at(broker.celery_url(0))
    task = task_named("noted", Task, of=away)(noted)
    assert hint(task, "one")
    broker.stop()
    assert not hint(task, "two")
    assert not hint(task, "three")
    broker.start()
    # A connection from before may be found broken once.
    assert hint(task, "four") or hint(task, "four")


@pytest.mark.real_time
def test_a_broker_that_is_full_or_read_only_is_as_good_as_away(
    broker: Redis, nobody_waits: None
) -> None:
    from redis import Redis as Client

    away = broker_at(broker.celery_url(0))
    task = task_named("noted", Task, of=away)(noted)
    client = Client(unix_socket_path=str(broker.socket))
    client.config_set("maxmemory", 1)
    assert not hint(task, "one")
    client.config_set("maxmemory", 0)
    assert hint(task, "two")


# -- Work that is noted ----------------------------------------------------------------------------


class Notes(tasks.WorkRecorder):
    def __init__(self) -> None:
        self.written: list[tuple[str, int]] = []

    def finished(self, kind: str, count: int) -> None:
        self.written.append((kind, count))


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    found = Notes()
    monkeypatch.setattr(work_recorder, "_value", found)
    monkeypatch.setattr(tasks, "_written", {})
    monkeypatch.setattr(tasks, "_waiting", {})
    return found


class Hand:
    """A clock that only moves when it is moved, in seconds."""

    def __init__(self) -> None:
        self.stands_at = 1_000.0

    def __call__(self) -> float:
        return self.stands_at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Hand:
    hand = Hand()
    monkeypatch.setattr(tasks, "monotonic", hand)
    return hand


def test_work_is_written_every_two_seconds_and_none_is_lost(notes: Notes, clock: Hand) -> None:
    for _ in range(100):
        record_work("delivery")
    assert notes.written == [("delivery", 1)]
    clock.stands_at += 1.9
    record_work("delivery", 5)
    assert len(notes.written) == 1
    clock.stands_at += 0.2
    record_work("delivery")
    assert notes.written == [("delivery", 1), ("delivery", 105)]


def test_each_kind_of_work_is_written_by_itself(notes: Notes, clock: Hand) -> None:
    record_work("delivery")
    record_work("analysis", 3)
    assert notes.written == [("delivery", 1), ("analysis", 3)]


def test_a_sweep_is_written_at_once(notes: Notes, clock: Hand) -> None:
    record_work("sweep")
    record_work("sweep", at_once=True)
    record_work("sweep", at_once=True)
    assert notes.written == [("sweep", 1)] * 3


def test_without_a_recorder_work_goes_on(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_recorder, "_value", None)
    record_work("delivery")


@pytest.mark.django_db
def test_the_table_keeps_when_and_how_much_of_each_kind() -> None:
    table = WorkTable()
    table.finished("test", 2)
    first = WorkDone.objects.get(kind="test").finished_at
    table.finished("test", 3)
    row = WorkDone.objects.get(kind="test")
    assert row.count == 5 and row.finished_at > first


@pytest.mark.django_db(transaction=True)
def test_two_workers_who_are_first_at_once_lose_no_count() -> None:
    assert times(8, lambda: WorkTable().finished("test", 1)) == [None] * 8
    assert WorkDone.objects.get(kind="test").count == 8
