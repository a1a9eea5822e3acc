"""What breaks while posts leave: tokens that end, Redis, database sessions, frozen, stopped and
killed workers. Each row holds the network's posts against the database's."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any, Final, cast

import psutil
import redis as redis_client
from django.db import connections

from config.celery import app
from config.kernel.clock import now
from config.kernel.due import due_rows
from publishing.delivery.sweep import batches, sweep_due
from publishing.models import Delivery
from publishing.tasks import deliver_batch

from .books import BOOKS, books_of, wait
from .channel import EndingSink, HeapingSink
from .figures import at_most
from .part import Bench
from .processes import Running, redis, sink, worker
from .report import Section
from .waves import Plan, Wave, organizations, wave

LEASE_SECONDS: Final = 10
QUICK_TIMES: Final = {
    "WARREN_LEASE_SECONDS": str(LEASE_SECONDS),
    "WARREN_OUTBOUND_TIMEOUT_SECONDS": "3",
    "WARREN_READ_BACK_SECONDS": "4",
    "WARREN_PULSE_SECONDS": "1",
    "WARREN_RETRY_BASE_SECONDS": "0.5",
}
"""Else a fault that lasts three leases would last three minutes."""

LATENCY_MS: Final = 200
SPREAD: Final = timedelta(seconds=20)
OUTAGE_SECONDS: Final = 60.0
EVERY_SECONDS: Final = 5.0
RECOVERED_SECONDS: Final = 120.0


def measure(bench: Bench) -> list[Section]:
    section = Section("Faults", ("What", *BOOKS, "last one late"))
    with sink() as address:
        scene = _Scene(section, f"{address}/{LATENCY_MS}", bench)
        for fault in (
            _tokens,
            _redis_away,
            _sessions_ended,
            _worker_frozen,
            _many_at_once,
            _worker_stopped,
            _worker_killed,
        ):
            fault(scene)
    section.notes.append(
        f"Posts due over {SPREAD.total_seconds():.0f} s, to a network that takes {LATENCY_MS} ms "
        f"and keeps a repeated post twice. Leases of {LEASE_SECONDS} s, and a look at the rows "
        "every second, so that three leases are half a minute; the killed worker has the times of "
        "an installation."
    )
    return [section]


@dataclass(frozen=True, slots=True)
class _Scene:
    section: Section
    server: str
    bench: Bench

    @contextmanager
    def wave(self, name: str, count: int, plan: Plan | None = None) -> Iterator[Wave]:
        due = now() + timedelta(seconds=5 + count / 500)
        plan = plan or Plan(HeapingSink, due_of=lambda number: due + SPREAD * (number % 20 / 20))
        with wave(name, server=self.server, count=count, due=due, plan=plan) as made:
            yield made

    def run(
        self,
        what: str,
        made: Wave,
        *,
        meanwhile: Callable[[], object] = lambda: None,
        sweeps: Callable[[], object] | None = None,
    ) -> None:
        """Nobody sweeps unless told: every worker looks for itself."""
        with self.bench.counted(f"Fault, {what}", made.count) as step:
            wait(made, step, sweeps=sweeps, meanwhile=meanwhile)

    def add(self, what: str, made: Wave) -> None:
        late = max(chain.from_iterable(made.lateness().values()), default=0.0)
        self.section.add(
            what,
            *books_of(self.server, made).cells(made.count),
            at_most(late, RECOVERED_SECONDS, lambda value: f"{value:.1f} s"),
        )


def _workers(stack: ExitStack, count: int, times: Mapping[str, str] = QUICK_TIMES) -> list[Running]:
    return [stack.enter_context(worker(times, number=each)) for each in range(1, count + 1)]


class _Later:
    """Acts once, so many seconds after the wave's time."""

    def __init__(self, made: Wave, seconds: float, act: Callable[[], object]) -> None:
        self.at = made.due + timedelta(seconds=seconds)
        self.act = act
        self.done = False

    def __call__(self) -> None:
        if not self.done and now() >= self.at:
            self.done = True
            self.act()


def _one_by_one(steps: list[_Later]) -> Callable[[], None]:
    def act() -> None:
        for step in steps:
            step()

    return act


def _tokens(scene: _Scene) -> None:
    """The platform takes the refresh token once; whoever is second has lost the account."""
    shares = [20, *[0] * (organizations() - 1)]
    plan = Plan(EndingSink, shares, accounts=1, credentials=(("refresh", "refresh-0"),))
    with ExitStack() as stack:
        _workers(stack, 2)
        made = stack.enter_context(scene.wave("tokens", 20, plan))
        scene.run("an ended token", made)
        told = books_of(scene.server, made)
        scene.add(f"20 posts at a token's end: {told.tokens} renewal", made)


def _redis_away(scene: _Scene) -> None:
    count = scene.bench.few(1_000, quick=100)
    with ExitStack() as stack:
        address = stack.enter_context(redis())
        made = stack.enter_context(scene.wave("redis", count))
        stack.enter_context(worker({**QUICK_TIMES, "REDIS_URL": address}))
        client = redis_client.Redis.from_url(address)
        steps = [
            _Later(made, 0, lambda: _send_messages(address)),
            _Later(made, 1, client.flushall),
            _Later(made, 6, lambda: client.shutdown(nosave=True)),
        ]
        scene.run("Redis emptied, then stopped", made, meanwhile=_one_by_one(steps))
        scene.add("Redis emptied with messages in it, then stopped", made)


def _send_messages(address: str) -> None:
    rows = due_rows(Delivery, moment=now() + SPREAD, most=5_000)
    with app.connection_for_write(address) as connection:
        for batch in batches(rows):
            message = [[str(each), [str(pk) for pk in ids]] for each, ids in batch]
            cast(Any, deliver_batch).apply_async((message,), connection=connection)


def _sessions_ended(scene: _Scene) -> None:
    count = scene.bench.few(2_000, quick=100)
    with ExitStack() as stack:
        made = stack.enter_context(scene.wave("sessions", count, _over(OUTAGE_SECONDS)))
        _workers(stack, 1)
        ended = [float("-inf")]

        def end_some() -> None:
            lasts = timedelta(seconds=OUTAGE_SECONDS)
            if (
                made.due <= now() <= made.due + lasts
                and time.monotonic() - ended[0] >= EVERY_SECONDS
            ):
                ended[0] = time.monotonic()
                _end_sessions()

        scene.run("database sessions ended", made, meanwhile=end_some)
        scene.add(
            f"all database sessions ended every {EVERY_SECONDS:.0f} s for {OUTAGE_SECONDS:.0f} s",
            made,
        )


def _over(seconds: float) -> Plan:
    """Due one after another over so many seconds from a little later on."""
    begin = now() + timedelta(seconds=10)
    return Plan(
        HeapingSink,
        due_of=lambda number: begin + timedelta(seconds=seconds) * (number % 40 / 40),
    )


def _end_sessions() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user "
            "AND pid <> pg_backend_pid()"
        )


def _worker_frozen(scene: _Scene) -> None:
    count = scene.bench.few(1_000, quick=100)
    with ExitStack() as stack:
        made = stack.enter_context(scene.wave("frozen", count))
        frozen, _ = _workers(stack, 2)
        steps = [
            _Later(made, 2, lambda: _signal(frozen, signal.SIGSTOP)),
            _Later(made, 2 + 3 * LEASE_SECONDS, lambda: _signal(frozen, signal.SIGCONT)),
        ]
        scene.run("a frozen worker", made, meanwhile=_one_by_one(steps))
        # Also the frozen one must wake, and change nothing, before the books are closed.
        while not steps[1].done:
            time.sleep(0.5)
            steps[1]()
        time.sleep(LEASE_SECONDS / 2)
        scene.add("one of two workers frozen for three leases", made)


def _signal(running: Running, which: signal.Signals) -> None:
    for each in running.family():
        each.send_signal(which)


def _many_at_once(scene: _Scene) -> None:
    count = scene.bench.few(3_000, quick=100)
    with ExitStack() as stack:
        made = stack.enter_context(scene.wave("many", count))
        _workers(stack, 3)
        ending = threading.Event()
        stack.callback(ending.set)
        for _ in range(2):
            threading.Thread(target=_sweep_until, args=(ending,), daemon=True).start()
        scene.run("two schedulers", made)
        scene.add("two schedulers and six worker processes at once", made)


def _sweep_until(ending: threading.Event) -> None:
    while not ending.wait(0.5):
        sweep_due()
    connections.close_all()


def _worker_stopped(scene: _Scene) -> None:
    count = scene.bench.few(1_000, quick=100)
    with ExitStack() as stack:
        made = stack.enter_context(scene.wave("stopped", count))
        stopped, _ = _workers(stack, 2)
        step = _Later(made, 3, stopped.process.terminate)
        scene.run("SIGTERM", made, meanwhile=step)
        scene.add("one of two workers told to stop (SIGTERM) with posts on their way", made)


def _worker_killed(scene: _Scene) -> None:
    count = scene.bench.few(1_000, quick=100)
    with ExitStack() as stack:
        made = stack.enter_context(scene.wave("killed", count))
        killed, _ = _workers(stack, 2, times={})
        step = _Later(made, 3, lambda: _kill(killed))
        scene.run("kill -9", made, meanwhile=step)
        scene.add("one of two workers killed (kill -9), times of an installation", made)


def _kill(running: Running) -> None:
    for each in running.family():
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue
