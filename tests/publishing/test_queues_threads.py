"""People who add to a queue at the same moment, pauses while it sends, and its pool."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic, scope
from publishing.delivery import ledger, pace
from publishing.delivery.crew import dismiss
from publishing.models import (
    Delivery,
    EvergreenItem,
    PendingPost,
    PendingStatus,
    Post,
    PostingQueue,
)
from publishing.services.evergreen import set_filling
from publishing.services.evergreen_filling import sweep_evergreen
from publishing.services.queues import default_queue, next_free_slot, pause_queue, resume_queue
from tests import make_compositions, make_repeating
from tests import make_planning as planning
from tests.kernel.crowd import times, together
from tests.world import World

from .deliveries import account_on, due_deliveries, due_delivery, test_channels
from .test_brake_processes import Witness, until

pytestmark = pytest.mark.django_db(transaction=True)


def test_five_who_add_at_once_get_five_times(world: World) -> None:
    with org_atomic(world.id):
        queues = [
            planning.queue(world.brand, times=[time(9), time(17)], name=name)
            for name in ("Mornings", "Offers")
        ]

    def add(number: int) -> Any:
        with org_atomic(world.id):
            slot = next_free_slot(queue=queues[number % 2], account=world.account)
            planning.planned_post(world.brand, world.account, slot.moment)
            return slot.moment

    moments = together([lambda each=each: add(each) for each in range(5)])  # type: ignore[misc]
    assert len(set(moments)) == 5
    with org_atomic(world.id):
        assert PendingPost.objects.count() == 5


def test_a_default_queue_that_two_ask_for_at_once_is_one(world: World) -> None:
    def ask() -> Any:
        with org_atomic(world.id):
            return default_queue(brand=world.brand).pk

    assert len(set(together([ask, ask, ask]))) == 1


# -- A pause while posts leave ---------------------------------------------------------------------


@pytest.fixture
def witness(settings: Settings) -> Iterator[Witness]:
    settings.WARREN_DELIVERY_THREADS = 4
    settings.WARREN_OUTBOUND_TIMEOUT_SECONDS = 20
    with Witness() as running, test_channels():
        assert isinstance(running, Witness)
        yield running
        running.let_on()
        dismiss()


def two_lines(world: World, witness: Witness) -> tuple[PostingQueue, list[Delivery]]:
    """Due posts of two accounts in turns: those of the first stand in a queue."""
    with org_atomic(world.id):
        accounts = [account_on(world.brand, "test_d", witness.join()[0]) for _ in range(2)]
        rows = due_deliveries(world.brand, accounts, [f"Post {each}." for each in range(16)])
        queue = planning.queue(world.brand)
        PendingPost.objects.filter(account=accounts[0]).update(queue=queue)
    return queue, rows


def send(world: World, rows: list[Delivery]) -> None:
    with scope(world.id):
        ledger.deliver(delivery_ids=[row.pk for row in rows])
    connection.close()


def lines(world: World) -> tuple[list[Delivery], list[Delivery]]:
    """(those of a queue, the others), as they stand now."""
    with org_atomic(world.id):
        rows = list(Delivery.objects.select_related("pending_post").order_by("due_at", "pk"))
    queued = [row for row in rows if row.pending_post.queue_id]
    return queued, [row for row in rows if not row.pending_post.queue_id]


@pytest.mark.real_time
def test_nothing_of_a_queue_begins_after_its_pause_and_what_waited_too_long_asks(
    world: World, witness: Witness
) -> None:
    queue, rows = two_lines(world, witness)
    witness.keeps_after = 0
    worker = threading.Thread(target=send, args=(world, rows))
    worker.start()
    until(lambda: len(witness.came) == 4)
    with org_atomic(world.id):
        pause_queue(queue=queue, by=world.editor)
    paused = now()
    begun = [row for row in lines(world)[0] if row.state == "sending"]
    witness.let_on()
    worker.join(30)

    queued, others = lines(world)
    assert {row.state for row in others} == {"published"}
    out = [row for row in queued if row.state == "published"]
    held = [row for row in queued if row.state != "published"]
    assert begun and {row.pk for row in out} == {row.pk for row in begun}
    assert all(row.sending_at is not None and row.sending_at < paused for row in out)
    assert {(row.state, row.error_code) for row in held} == {("scheduled", "queue_paused")}
    assert len(witness.came) == len(others) + len(out)

    late = held[0]
    with org_atomic(world.id):
        old = now() - pace.too_late() - timedelta(seconds=1)
        PendingPost.objects.filter(pk=late.pending_post_id).update(scheduled_for=old)
        resume_queue(queue=queue, by=world.editor)
    send(world, held)
    ended = {row.pk: row for row in lines(world)[0]}
    missed = ended.pop(late.pk)
    assert (missed.state, missed.pending_post.status) == ("missed", PendingStatus.FAILED)
    assert "The queue of this post is paused." in missed.error_message
    assert {row.state for row in ended.values()} == {"published"}
    assert len(witness.came) == len(rows) - 1


@pytest.mark.parametrize("attempt", range(5))
def test_a_pause_and_a_sending_take_turns(world: World, settings: Settings, attempt: int) -> None:
    settings.WARREN_DELIVERY_THREADS = 0
    with org_atomic(world.id):
        queue = planning.queue(world.brand)
        row = due_delivery(world.brand, world.account)
        PendingPost.objects.update(queue=queue)

    def pause() -> datetime:
        with org_atomic(world.id):
            pause_queue(queue=queue, by=world.editor)
        return now()

    _, paused = together([lambda: send(world, [row]), pause])
    with org_atomic(world.id):
        row.refresh_from_db()
        assert Post.objects.count() == (row.state == "published")
    if row.state == "published":
        assert row.sending_at is not None and row.sending_at < paused
    else:
        assert (row.state, row.error_code) == ("scheduled", "queue_paused")


# -- The pool --------------------------------------------------------------------------------------


@pytest.mark.parametrize("pooled", [1, 4])
def test_two_beats_at_once_place_an_item_once(world: World, pooled: int) -> None:
    """Two slots lie within the next day; what one beat used rests for the others."""
    with time_machine.travel(datetime(2027, 3, 3, 11, tzinfo=UTC), tick=False):
        with org_atomic(world.id):
            queue = planning.queue(world.brand, times=[time(9), time(15)])
            set_filling(queue=queue, fills=True, by=None)
            for number in range(pooled):
                words = make_compositions.composition(
                    world.brand, world.account, text=f"Guide {number}."
                )
                make_repeating.evergreen_item(words, queue)
        made = times(4, sweep_evergreen)
        with org_atomic(world.id):
            posts = list(PendingPost.objects.order_by("scheduled_for"))
            used = list(EvergreenItem.objects.filter(use_count__gt=0))
    wanted = min(pooled, 2)
    assert sum(made) == len(posts) == len(used) == wanted
    assert len({post.evergreen_id for post in posts}) == wanted
    assert [post.wall_time for post in posts] == ["2027-03-03 15:00", "2027-03-04 09:00"][:wanted]
    assert all(item.use_count == 1 for item in used)
