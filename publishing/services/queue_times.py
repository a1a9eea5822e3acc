"""Times of a queue: which wall times on which weekday, and when they come. Pure; no tables."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from itertools import groupby

from config.kernel.clock import Occurrence, occurrences

Times = dict[int, set[time]]
"""Weekday (0 is Sunday) -> wall times."""

WALL = "%Y-%m-%d %H:%M"
"""How a wall time stands beside its zone in a post."""


def runs(times: Times, zone: str, *, after: datetime, until: datetime) -> Iterator[Occurrence]:
    """When the times come later than `after` and not later than `until`, in order.

    Weekdays that share their times are asked for together, since most do.
    """
    alike: dict[frozenset[time], list[int]] = {}
    for weekday, walls in times.items():
        alike.setdefault(frozenset(walls), []).append(weekday)
    lines = [
        occurrences(after, times=walls, weekdays=weekdays, zone=zone, until=until)
        for walls, weekdays in alike.items()
    ]
    return heapq.merge(*lines, key=lambda run: run.moment)


def a_day(times: Iterable[tuple[int, time]]) -> float:
    """Mean posts a day of a week with these slots (specification 6.8)."""
    return len(set(times)) / 7


def in_order(times: Iterable[tuple[int, time]]) -> list[tuple[int, list[time]]]:
    """(weekday, its times in order) for each weekday that has some."""
    found = sorted(set(times))
    return [(day, [wall for _, wall in walls]) for day, walls in groupby(found, lambda t: t[0])]
