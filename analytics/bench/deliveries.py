"""How many posts leave in a second, and how late the last of a crowded minute is."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings

from config.kernel.clock import now
from publishing.delivery.sweep import sweep_due

from .figures import mb, ms
from .part import Bench, Step
from .processes import Running, sink, worker
from .report import Cell, Section
from .waves import Outcome, Wave, wave

LEAST_A_SECOND: Final = 200.0
MOST_LATE: Final = 60.0
WAIT_SECONDS: Final = 300.0
LOOK_SECONDS: Final = 0.5
AHEAD: Final = timedelta(seconds=8)
"""From the making of a wave to its time: it must stand there when its time comes."""


@dataclass(frozen=True, slots=True)
class Trial:
    """So many posts, due at once, to a network that answers so late."""

    what: str
    count: int
    wait_ms: int


def measure(bench: Bench) -> list[Section]:
    rate = Section(
        "Deliveries", ("What", "posts", "a second", "last one late", "sent twice", "CPU a post")
    )
    memory = Section("Memory of the worker", ("Process", "resident", "its own share"))
    with sink() as address, worker() as running:
        _warm(address, bench)
        for trial in (
            Trial("answer after 0 ms", bench.few(3_000, quick=100), wait_ms=0),
            Trial("answer after 200 ms", bench.few(5_000, quick=200), wait_ms=200),
        ):
            _row(rate, trial, address, running, bench)
        _memory(memory, running)
    processes, threads = settings.WARREN_TASK_PROCESSES, settings.WARREN_DELIVERY_THREADS
    rate.notes.append(
        f"{processes} worker processes, each with {threads} calls at a time and a look at the rows "
        f"every {settings.WARREN_PULSE_SECONDS:.0f} s; a sweep, as beat's, every "
        f"{settings.WARREN_DUE_SWEEP_SECONDS:.0f} s. Spread over all organizations."
    )
    return [rate, memory]


def _warm(address: str, bench: Bench) -> None:
    with wave("warming", server=f"{address}/0", count=60, due=now()) as made:
        _wait(made, lambda count: None)


def _row(section: Section, trial: Trial, address: str, running: Running, bench: Bench) -> None:
    server, name = f"{address}/{trial.wait_ms}", f"wave{trial.wait_ms}"
    # Their time comes when the last row stands there, whatever that takes.
    due = now() + AHEAD + timedelta(seconds=trial.count / 500)
    with (
        wave(name, server=server, count=trial.count, due=due) as made,
        bench.counted(f"Deliveries, {trial.what}", trial.count) as step,
    ):
        before = running.cpu_seconds()
        _wait(made, step)
        spent = (running.cpu_seconds() - before) / trial.count
        section.add(*_figures(trial, made.outcome(), _taken(address, name)), ms(spent))


def _figures(trial: Trial, outcome: Outcome, taken: dict[str, int]) -> list[Cell]:
    rate, late = f"{outcome.a_second:.0f}", f"{outcome.last_late:.1f} s"
    is_fast = trial.wait_ms == 0
    twice = taken["requests"] - taken["posts"]
    return [
        Cell(f"{trial.what}, all due at once"),
        Cell(f"{outcome.out:,}", outcome.out == trial.count),
        Cell(rate, outcome.a_second >= LEAST_A_SECOND if is_fast else None),
        Cell(late, None if is_fast else outcome.last_late <= MOST_LATE),
        Cell(str(twice), twice == 0),
    ]


def _wait(made: Wave, step: Step) -> None:
    """Until all are out; sweeps as beat would."""
    deadline = time.monotonic() + WAIT_SECONDS + max(0.0, (made.due - now()).total_seconds())
    swept = float("-inf")
    left = made.count
    while left and time.monotonic() < deadline:
        if now() >= made.due and time.monotonic() - swept > settings.WARREN_DUE_SWEEP_SECONDS:
            sweep_due()
            swept = time.monotonic()
        time.sleep(LOOK_SECONDS)
        still = made.left()
        step(left - still)
        left = still


def _taken(address: str, name: str) -> dict[str, int]:
    with urllib.request.urlopen(f"{address}/{name}", timeout=10) as answer:  # noqa: S310
        counts: dict[str, int] = json.load(answer)
    return counts


def _memory(section: Section, running: Running) -> None:
    for number, memory in enumerate(running.memory_of_children(), 1):
        name = f"Worker process {number}, after the deliveries"
        section.add(name, mb(memory.resident), mb(memory.own))
