"""A network's posts held against the database's: what was lost, what stands there twice."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from config.kernel.clock import now
from publishing.delivery.sweep import sweep_due
from publishing.models import DeliveryState

from .part import Step
from .report import Cell
from .waves import Wave

WAIT_SECONDS: Final = 420.0
LOOK_SECONDS: Final = 0.5
BOOKS: Final = ("posts", "at the network", "in the database", "lost", "doubled")


@dataclass(frozen=True, slots=True)
class Books:
    """`there` are different posts over there, `here` what we call published."""

    there: int
    here: int
    doubled: int
    tokens: int

    @property
    def lost(self) -> int:
        return self.here - self.there

    def cells(self, count: int) -> list[Cell]:
        return [
            Cell(f"{count:,}"),
            Cell(f"{self.there:,}", self.there == count),
            Cell(f"{self.here:,}", self.here == count),
            Cell(str(self.lost), self.lost == 0),
            Cell(str(self.doubled), self.doubled == 0),
        ]


def books_of(server: str, made: Wave) -> Books:
    root = server.rsplit("/", 1)[0]
    with urllib.request.urlopen(f"{root}/{made.name}", timeout=10) as answer:  # noqa: S310
        told: dict[str, int] = json.load(answer)
    here = made.states().get(DeliveryState.PUBLISHED, 0)
    return Books(told["posts"], here, told["requests"] - told["posts"], told["tokens"])


def wait(
    made: Wave,
    step: Step,
    *,
    sweeps: Callable[[], object] | None = sweep_due,
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    """Until every post has come to an end. Sweeps as beat would, unless `sweeps` is None;
    `meanwhile` is done at each look, and brings the fault."""
    deadline = time.monotonic() + WAIT_SECONDS + max(0.0, (made.due - now()).total_seconds())
    swept = float("-inf")
    left = made.count
    while left and time.monotonic() < deadline:
        every = settings.WARREN_DUE_SWEEP_SECONDS
        if sweeps and now() >= made.due and time.monotonic() - swept > every:
            sweeps()
            swept = time.monotonic()
        meanwhile()
        time.sleep(LOOK_SECONDS)
        still = made.left()
        step(left - still)
        left = still
