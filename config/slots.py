"""One number for each run of the tests on this machine, free again when the run ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO, Final

# Redis has 16 databases by default; each slot takes two, after the two that are in real use.
MOST: Final = 7
_held: list[IO[bytes]] = []


def take_slot(var: Path) -> int:
    """The slot of this test process, kept until it ends, even by kill -9.

    A process that a test starts finds its parent's slot in WARREN_TEST_SLOT. A pytest-xdist worker
    inherits its controller's, which it must not use; the label tells the two apart.
    """
    label = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    inherited, _, owner = os.environ.get("WARREN_TEST_SLOT", "").partition(":")
    if inherited and owner == label:
        return int(inherited)
    (var / "run").mkdir(parents=True, exist_ok=True)
    for slot in range(MOST):
        lock = (var / "run" / f"test-slot-{slot}").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        _held.append(lock)
        os.environ["WARREN_TEST_SLOT"] = f"{slot}:{label}"
        return slot
    raise RuntimeError(f"{MOST} test runs are going on already; wait for one to end.")
