"""Crowds: everything due in one second, one loud organization, a backlog after a stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain
from typing import Final

from config.kernel.clock import now
from publishing.models import DeliveryState, WhenLate

from .books import BOOKS, books_of, wait
from .channel import HeapingSink
from .figures import at_most, percentile
from .part import Bench
from .processes import sink, worker
from .report import Cell, Section
from .waves import Plan, Wave, organizations, wave

MOST_LATE: Final = 60.0
LATENCY_MS: Final = 200
BACKLOG: Final = timedelta(hours=10)
QUIET_SHARE: Final = 10
"""Posts of each organization beside the loud one."""


def measure(bench: Bench) -> list[Section]:
    late = Section("Crowds", ("What", *BOOKS, "p99 late", "last one late"))
    rule = Section(
        "Ten hours of backlog", ("When late", "posts", "published", "missed", "left out")
    )
    with sink() as address, worker():
        _same_second(late, f"{address}/{LATENCY_MS}", bench)
        _loud(late, f"{address}/{LATENCY_MS}", bench)
        _backlog(rule, f"{address}/0", bench)
    late.notes.append(
        f"To a network that takes {LATENCY_MS} ms for each post and keeps a repeated one twice. "
        "Late is counted from the time that a post was planned for. Lost is what the database "
        "calls published and the network does not have; doubled is what stands there twice."
    )
    rule.notes.append(
        f"Due evenly over the last {BACKLOG.total_seconds() / 3600:.0f} hours, while no worker "
        "ran. What a person is asked about is missed once it is 2 hours late."
    )
    return [late, rule]


def _same_second(section: Section, server: str, bench: Bench) -> None:
    count = bench.few(500, quick=50)
    with _crowd("second", server, count, Plan(HeapingSink), bench) as made:
        _add(section, f"{count} due in the same second", server, made, _all(made))


def _loud(section: Section, server: str, bench: Bench) -> None:
    loud = bench.few(10_000, quick=300)
    shares = [loud, *[QUIET_SHARE] * (organizations() - 1)]
    plan = Plan(HeapingSink, shares=shares)
    with _crowd("loud", server, sum(shares), plan, bench) as made:
        others = [late for late in made.lateness().values() if len(late) <= QUIET_SHARE]
        name = f"one organization with {loud:,} due, {QUIET_SHARE} of each other one"
        _add(section, name, server, made, list(chain.from_iterable(others)), who="others: ")


def _backlog(section: Section, server: str, bench: Bench) -> None:
    count = bench.few(1_500, quick=150)
    moment = now()
    share = max(1, count // organizations())
    rules = list(WhenLate)
    plan = Plan(
        HeapingSink,
        due_of=lambda number: moment - BACKLOG * ((number % share) / share),
        late_of=lambda number: rules[number % len(rules)],
    )
    with _crowd("backlog", server, count, plan, bench) as made:
        for rule, states in made.states_by_rule().items():
            published, missed, out = (
                states.get(state, 0)
                for state in (
                    DeliveryState.PUBLISHED,
                    DeliveryState.MISSED,
                    DeliveryState.CANCELLED,
                )
            )
            section.add(
                WhenLate(rule).label,
                f"{sum(states.values()):,}",
                f"{published:,}",
                f"{missed:,}",
                f"{out:,}",
            )
        told = books_of(server, made)
        section.notes.append(
            f"At the network {told.there:,} posts, in the database {told.here:,} published: "
            f"{told.lost} lost, {told.doubled} doubled."
        )


@contextmanager
def _crowd(name: str, server: str, count: int, plan: Plan, bench: Bench) -> Iterator[Wave]:
    due = now() + timedelta(seconds=8 + count / 500)
    with (
        wave(name, server=server, count=count, due=due, plan=plan) as made,
        bench.counted(f"Crowd, {name}", count) as step,
    ):
        wait(made, step)
        yield made


def _all(made: Wave) -> list[float]:
    return list(chain.from_iterable(made.lateness().values()))


def _add(
    section: Section, name: str, server: str, made: Wave, late: Sequence[float], who: str = ""
) -> None:
    told = books_of(server, made)
    section.add(
        name,
        *told.cells(made.count),
        at_most(percentile(late, 0.99), MOST_LATE, lambda value: f"{who}{value:.1f} s"),
        Cell(f"{who}{max(late):.1f} s"),
    )
