"""When the next posts of an account may leave, without a clock or a database.

Two rules: a least distance between two of them, and windows that take so many and no more. Windows
slide: one more may leave when the first of the last `limit` is `seconds` old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` sendings in any `seconds`."""

    limit: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Departure:
    """When one may leave; `window` is the one that it waits for, None for the distance or none."""

    at: datetime
    window: Window | None = None


def departures(
    count: int,
    *,
    moment: datetime,
    sent: Sequence[datetime] = (),
    windows: Sequence[Window] = (),
    spacing_seconds: float = 0.0,
    not_before: datetime | None = None,
) -> list[Departure]:
    """The earliest times at which `count` more may leave one after another.

    `sent` are the last sendings, at least as many as the largest limit, or all of the longest
    window. `not_before` is when the distance to the last one is kept.
    """
    times = sorted(sent)
    found: list[Departure] = []
    earliest = max(moment, not_before or moment)
    for _ in range(count):
        departure = Departure(earliest)
        for window in windows:
            free = _free_at(times, window)
            if free is not None and free > departure.at:
                departure = Departure(free, window)
        found.append(departure)
        times.append(departure.at)
        earliest = departure.at + timedelta(seconds=spacing_seconds)
    return found


def _free_at(times: Sequence[datetime], window: Window) -> datetime | None:
    limit = max(window.limit, 1)
    if len(times) < limit:
        return None
    return times[-limit] + timedelta(seconds=window.seconds)
