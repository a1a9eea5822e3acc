"""Times and sizes, and how they are said."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import TypeVar

from .report import Cell

T = TypeVar("T")


def timed(act: Callable[[], T]) -> tuple[float, T]:
    """Seconds that it took, and what it gave."""
    start = perf_counter()
    result = act()
    return perf_counter() - start, result


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def middle(values: Sequence[float]) -> float:
    return median(values)


def ms(seconds: float) -> str:
    number = seconds * 1000
    return f"{number:.1f} ms" if number < 100 else f"{number:,.0f} ms"


def spread(median: float, slowest: float) -> str:
    """Two times in milliseconds, the unit said once."""
    return f"{median * 1000:,.1f} / {slowest * 1000:,.1f} ms"


def mb(size: float) -> str:
    return f"{size / 2**20:.0f} MB"


def kb(size: float) -> str:
    return f"{size / 1000:.1f} kB"


def at_most(value: float, goal: float, say: Callable[[float], str]) -> Cell:
    return Cell(say(value), value <= goal)
