"""How many posts leave in a second, and how late the last of a crowded minute is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings

from config.kernel.clock import now

from .books import Books, books_of, wait
from .figures import mb, ms
from .part import Bench
from .processes import Running, sink, worker
from .report import Cell, Section
from .waves import Outcome, wave

LEAST_A_SECOND: Final = 200.0
MOST_LATE: Final = 60.0
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
        wait(made, lambda count: None)


def _row(section: Section, trial: Trial, address: str, running: Running, bench: Bench) -> None:
    server, name = f"{address}/{trial.wait_ms}", f"wave{trial.wait_ms}"
    # Their time comes when the last row stands there, whatever that takes.
    due = now() + AHEAD + timedelta(seconds=trial.count / 500)
    with (
        wave(name, server=server, count=trial.count, due=due) as made,
        bench.counted(f"Deliveries, {trial.what}", trial.count) as step,
    ):
        before = running.cpu_seconds()
        wait(made, step)
        spent = (running.cpu_seconds() - before) / trial.count
        section.add(*_figures(trial, made.outcome(), books_of(server, made)), ms(spent))


def _figures(trial: Trial, outcome: Outcome, told: Books) -> list[Cell]:
    rate, late = f"{outcome.a_second:.0f}", f"{outcome.last_late:.1f} s"
    is_fast = trial.wait_ms == 0
    return [
        Cell(f"{trial.what}, all due at once"),
        Cell(f"{outcome.out:,}", outcome.out == trial.count),
        Cell(rate, outcome.a_second >= LEAST_A_SECOND if is_fast else None),
        Cell(late, None if is_fast else outcome.last_late <= MOST_LATE),
        Cell(str(told.doubled), told.doubled == 0),
    ]


def _memory(section: Section, running: Running) -> None:
    for number, memory in enumerate(running.memory_of_children(), 1):
        name = f"Worker process {number}, after the deliveries"
        section.add(name, mb(memory.resident), mb(memory.own))
