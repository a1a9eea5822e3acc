"""One event loop a process, in its own thread, for libraries that only speak async.

A model object belongs to the loop that first used it: shared between threads or carried over a
fork it fails ("bound to a different event loop", measured 2026-11-20). So every process has one
loop, made when it is first needed and keyed by the process id, and synchronous callers hand it
their coroutines.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}


def run_on_loop(coroutine: Coroutine[Any, Any, T], *, timeout_seconds: float) -> T:
    """Wait for a coroutine that runs on this process's loop.

    Raises TimeoutError when it takes longer; the coroutine is cancelled.
    """
    future = asyncio.run_coroutine_threadsafe(coroutine, _loop())
    try:
        return future.result(timeout=timeout_seconds)
    except concurrent.futures.TimeoutError:
        future.cancel()
        raise


def _loop() -> asyncio.AbstractEventLoop:
    with _lock:
        loop = _loops.get(os.getpid())
        if loop is None:
            _loops.clear()  # a forked parent's loop does not run here
            loop = _loops[os.getpid()] = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="warren-models", daemon=True).start()
        return loop


def _forget_lock_after_fork() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_lock_after_fork)
