"""A worker to be killed: one process that has loaded everything and forks a worker on demand.

Speaks lines of JSON. In: {"do": "send"|"schedule"|"finish", "organization": id, "ids": [...],
"point": "k9", "skip": 0, "act": "kill"|"database"}. Out: {"pid": n} at the start and
{"pid": n, "status": n} at the end of each worker. Forks, because starting Python and Django takes
longer than the work.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

FINISH_SECONDS = 60.0


def main() -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.WARREN_FAULTS = True
    from publishing import tasks  # noqa: F401  (loads the ledger before the first fork)
    from tests.publishing.deliveries import test_channels

    with test_channels():
        serve()


def serve() -> None:
    living: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "wait":
            while living:
                pid, status = os.waitpid(-1, 0)
                living.discard(pid)
                say({"pid": pid, "status": status})
            say({"done": True})
            continue
        pid = os.fork()
        if pid == 0:
            os._exit(work(order))
        living.add(pid)


def say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def work(order: dict[str, Any]) -> int:
    from publishing.delivery import faults

    if point := order.get("point"):
        act = end_sessions if order.get("act") == "database" else kill
        faults.install(actor(point, order.get("skip", 0), act))
    organization_id = UUID(order["organization"])
    ids = [UUID(each) for each in order["ids"]]
    if order["do"] == "schedule":
        schedule(organization_id, ids)
    elif order["do"] == "send":
        send(organization_id, ids)
    else:
        finish(organization_id)
    return 0


def actor(point: str, skip: int, act: Callable[[], None]) -> Any:
    """Acts once, when the point is reached for the time after so many."""
    left = [skip]

    def reach(reached: str) -> None:
        if reached == point:
            left[0] -= 1
            if left[0] == -1:
                act()

    return reach


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def end_sessions() -> None:
    """The database goes away under everybody of our role, as when it is killed."""
    import psycopg
    from django.db import connections

    with psycopg.connect(**connections["default"].get_connection_params()) as another:
        another.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user "
            "AND pid <> pg_backend_pid()"
        )


def schedule(organization_id: UUID, ids: list[UUID]) -> None:
    from config.kernel.scoping import org_atomic
    from publishing.delivery import ledger
    from publishing.models import PendingPost

    for each in ids:
        with org_atomic(organization_id):
            post = PendingPost.objects.get(pk=each)
            ledger.schedule_delivery(pending_post=post)


def send(organization_id: UUID, ids: list[UUID]) -> None:
    """Work on these rows alone, as one message of the broker would have it."""
    from config.kernel.scoping import scope
    from publishing.delivery import ledger

    with scope(organization_id):
        ledger.deliver(delivery_ids=ids)


def finish(organization_id: UUID) -> None:
    """A fresh worker: sweep and reap until all that is open waits for a person."""
    from config.kernel.scoping import org_atomic
    from publishing.delivery import ledger
    from publishing.delivery.crew import dismiss
    from publishing.models import Delivery

    open_states = ("scheduled", "claimed", "sending", "accepted")
    end = time.monotonic() + FINISH_SECONDS
    while time.monotonic() < end:
        ledger.reap()
        ledger.sweep_due(inline=True)
        with org_atomic(organization_id):
            waiting = Delivery.objects.filter(state__in=open_states)
            if not waiting.exclude(error_code="account_reconnect").exists():
                break
        time.sleep(0.1)
    dismiss()


if __name__ == "__main__":
    main()
