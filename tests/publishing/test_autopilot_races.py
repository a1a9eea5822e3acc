"""Two workers at once, on committed rows and real connections."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.kernel.clock import now
from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic, scope
from content.models import Generation
from publishing.autopilot import scheduler
from publishing.autopilot.cycle import run_cycle
from publishing.delivery.ledger import deliver
from publishing.models import (
    AutopilotRun,
    Delivery,
    DeliveryState,
    PendingPost,
    Post,
    Schedule,
)
from publishing.services.accounts import disconnect_account
from publishing.services.pending_posts import approve_post, edit_post
from tests import make
from tests.kernel.crowd import together
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"
    settings.WARREN_DELIVERY_THREADS = 0


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each gave or was refused; any other error, a deadlock first of all, fails the test."""
    results = together(acts)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, DomainError):
            raise result
    return results


def test_two_ticks_at_once_queue_each_run_once(world: World) -> None:
    moment = now()
    with org_atomic(world.id):
        Schedule.objects.bulk_create(
            Schedule(
                brand=world.brand,
                name=f"Schedule {number}",
                platforms=["feed"],
                times=[(moment - timedelta(minutes=1)).time().replace(second=0, microsecond=0)],
                days_of_week=list(range(7)),
                next_run_at=(moment - timedelta(minutes=1)).replace(second=0, microsecond=0),
            )
            for number in range(40)
        )
    done = at_once(*[lambda: scheduler.tick(moment)] * 3)
    assert sum(tick.queued for tick in done) == 40
    with org_atomic(world.id):
        assert AutopilotRun.objects.count() == 40


def test_of_two_workers_one_gets_the_run(world: World) -> None:
    with org_atomic(world.id):
        make.material(world.brand)
        run = AutopilotRun.objects.create(
            brand=world.brand,
            platforms=["feed"],
            occurrence="now",
            scheduled_for=now(),
            due_at=now(),
        )

    def work() -> AutopilotRun | None:
        with scope(world.id):
            return run_cycle(run_id=run.pk)

    done = at_once(work, work)
    assert sum(each is not None for each in done) == 1
    with org_atomic(world.id):
        assert (Generation.objects.count(), PendingPost.objects.count()) == (1, 1)


def _first_locks(statements: list[str]) -> list[list[str]]:
    """The tables of each transaction, in the order in which it waits for their rows."""
    of = re.compile(
        r'UPDATE "?(publishing_(?:pendingpost|delivery))"? |'
        r'FROM "?(publishing_(?:pendingpost|delivery))"? .*FOR (?:NO KEY )?UPDATE(?!.*SKIP LOCKED)'
    )
    transactions: list[list[str]] = [[]]
    for statement in statements:
        if statement in ("BEGIN", "COMMIT", "ROLLBACK"):
            transactions.append([])
        elif found := of.search(statement):
            table = found[1] or found[2]
            if table not in transactions[-1]:
                transactions[-1].append(table)
    return [tables for tables in transactions if len(tables) > 1]


def test_everybody_locks_the_post_before_its_deliveries(world: World) -> None:
    """Or an edit and a sending could each wait for what the other holds."""
    with org_atomic(world.id):
        posts = [make.pending_post(world.brand, world.account) for _ in range(3)]
        for post in posts:
            approve_post(post=post, by=world.editor)
        first = Delivery.objects.get(pending_post=posts[0])

    with CaptureQueriesContext(connection) as queries:
        with scope(world.id):
            assert deliver(delivery_ids=[first.pk]) == 1
        with org_atomic(world.id):
            edit_post(post=posts[1], content="Other.", hashtags=[], link="", by=world.editor)
        with org_atomic(world.id):
            disconnect_account(account=world.account, by=world.admin)
    orders = _first_locks([query["sql"] for query in queries])
    assert len(orders) >= 4
    assert set(map(tuple, orders)) == {("publishing_pendingpost", "publishing_delivery")}


@pytest.mark.parametrize("attempt", range(5))
def test_an_edit_and_a_sending_take_turns(world: World, attempt: int) -> None:
    with org_atomic(world.id):
        post = make.pending_post(world.brand, world.account, content="The approved words.")
        approve_post(post=post, by=world.editor)
        delivery = Delivery.objects.get(pending_post=post)

    def send() -> int:
        with scope(world.id):
            return deliver(delivery_ids=[delivery.pk])

    def edit() -> PendingPost:
        with org_atomic(world.id):
            return edit_post(
                post=post, content="Other words.", hashtags=[], link="", by=world.editor
            )

    _, edited = at_once(send, edit)
    with org_atomic(world.id):
        out = list(Post.objects.filter(pending_post=post).values_list("content", flat=True))
        delivery.refresh_from_db()
    if isinstance(edited, DomainError):
        assert out == ["The approved words."]
    else:
        assert (out, delivery.state) == ([], DeliveryState.CANCELLED)
