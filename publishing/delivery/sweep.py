"""Find what is due, in all organizations, whatever became of the messages."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from time import monotonic
from uuid import UUID

from config.kernel.clock import now
from config.kernel.due import Due, by_organization, due_rows
from config.kernel.scoping import current_organization_id
from config.kernel.tasks import hint, record_work
from publishing.models import Delivery

from . import pace
from .claim import STRANDED
from .crew import crew
from .desk import Desk, Work

MOST_A_SWEEP = 5_000
BATCH = 200
"""Deliveries in one message, and so in one run of a worker."""

TURN = 25
"""Of one organization in a row: long enough to share statements, short enough to be fair."""

RUN_SECONDS = 150.0
"""After this a run only finishes what it began; well inside the task's time limit."""


def deliver(*, delivery_ids: Collection[UUID]) -> int:
    """Deliver what is due among these rows of the organization in scope. Returns how many were.

    Ids are hints: rows that are not due, or that another worker has, are left alone. Opens its own
    transactions and calls networks, so call it outside of any.
    """
    return run([(current_organization_id(), list(delivery_ids))])


def run(work: Sequence[Work]) -> int:
    return Desk(crew()).run(work, seconds=RUN_SECONDS)


def sweep_due(*, inline: bool = False, stops: Callable[[], bool] = lambda: False) -> int:
    """Hand everything that is due to the workers, as messages, or do it here. Returns how many.

    Without a broker it is done here as well. Here means: until nothing is due any more, or for a
    while, since the next sweep goes on. Once `stops` says so, only what was begun is finished.
    """
    # Tasks stand on the ledger.
    from publishing.tasks import deliver_batch

    if inline:
        return _sweep_here(stops)
    rows = due_rows(Delivery, moment=now(), most=MOST_A_SWEEP)
    handed = 0
    for batch in batches(rows):
        message = [[str(each), [str(pk) for pk in ids]] for each, ids in batch]
        if not hint(deliver_batch, message):
            return handed + _sweep_here(stops)
        handed += sum(len(ids) for _, ids in batch)
    record_work("delivery_sweep", max(handed, 1), at_once=True)
    return handed


def reap() -> int:
    """Take up what dead workers left: unsent claims are sent, unknown sendings are looked for."""
    moment = now()
    rows = due_rows(Delivery, moment=moment, most=MOST_A_SWEEP)
    # A lease that has ended began that long ago, and what it holds was due by then.
    stranded = [row for row in rows if row.due_at <= moment - min(pace.lease(), pace.read_back())]
    taken = Desk(crew(), states=STRANDED).run(list(turns(stranded)), seconds=RUN_SECONDS)
    record_work("delivery_reaper", max(taken, 1), at_once=True)
    return taken


def batches(rows: Sequence[Due]) -> Iterator[list[Work]]:
    """Due rows cut into runs of about BATCH, each organization's in turns of TURN."""
    batch: list[Work] = []
    size = 0
    for work in turns(rows):
        batch.append(work)
        size += len(work[1])
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def turns(rows: Sequence[Due]) -> Iterator[Work]:
    """One turn of each organization after another, so that a loud one stands in nobody's way."""
    left = {organization_id: iter(ids) for organization_id, ids in by_organization(rows).items()}
    while left:
        for organization_id in list(left):
            ids = list(islice(left[organization_id], TURN))
            if ids:
                yield organization_id, ids
            else:
                del left[organization_id]


def _sweep_here(stops: Callable[[], bool]) -> int:
    end, taken = monotonic() + RUN_SECONDS, 0
    while monotonic() < end and not stops():
        rows = due_rows(Delivery, moment=now(), most=BATCH * 2)
        work = list(turns(rows))
        # Workers that sweep at the same time begin at different ends.
        random.shuffle(work)
        now_taken = Desk(crew(), stops=stops).run(work, seconds=end - monotonic())
        taken += now_taken
        if not now_taken:
            break
    record_work("delivery_sweep", max(taken, 1), at_once=True)
    return taken
