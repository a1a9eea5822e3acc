"""The threads that wait for networks, shared by all runs of one process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from . import pace

LINGER_SECONDS = 0.02

Job = Callable[[], Any]
Finished = tuple[Any, "Future[Any]"]
"""What the submitter called the job by, and how the job ended."""


class Crew:
    """Runs jobs in threads whose database connections stay open between jobs.

    With no threads a job runs at once in the caller: for tests that roll back, since no other
    connection could see their rows.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._connections: dict[int, BaseDatabaseWrapper] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="delivery") if size else None

    def submit(self, job: Job, tag: Any, done: SimpleQueue[Finished]) -> None:
        """Run a job; its tag and its future, with whatever it gave or raised, arrive in `done`."""
        if self._pool is None:
            with _Here() as here:
                here.set_result(job())
            done.put((tag, here))
            return
        future = self._pool.submit(self._in_thread, job)
        future.add_done_callback(lambda ended: done.put((tag, ended)))

    def close(self) -> None:
        """Wait for the jobs that run and close their connections."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        with self._lock:
            left, self._connections = list(self._connections.values()), {}
        for connection in left:
            connection.inc_thread_sharing()
            connection.close()

    def _in_thread(self, job: Job) -> Any:
        connection = connections["default"]
        # One that the database ended meanwhile is noticed before the job and not by it.
        connection.close_if_unusable_or_obsolete()
        try:
            return job()
        finally:
            with self._lock:
                self._connections[threading.get_ident()] = connection


class _Here(Future[Any]):
    """What a job gave or raised in this thread, kept as a thread of the pool keeps it."""

    def __enter__(self) -> _Here:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if isinstance(error, Exception):
            self.set_exception(error)
        return isinstance(error, Exception)


def drain(done: SimpleQueue[Finished], timeout: float, *, enough: int) -> list[Finished]:
    """What is finished; waits for the first at most `timeout` seconds.

    After the first it waits a moment for a few more, because what is settled together is cheap.
    """
    finished: list[Finished] = []
    until = monotonic() + timeout
    while len(finished) < enough:
        try:
            finished.append(done.get(timeout=max(0.0, until - monotonic())))
        except Empty:
            return finished
        until = min(until, monotonic() + LINGER_SECONDS)
    while not done.empty():
        finished.append(done.get())
    return finished


_crew: Crew | None = None
_crew_of = 0
_crew_lock = threading.Lock()


def crew() -> Crew:
    """This process's crew; a forked child gets its own, since threads do not survive a fork."""
    global _crew, _crew_of
    with _crew_lock:
        if _crew is None or _crew_of != os.getpid() or _crew.size != pace.threads():
            _crew, _crew_of = Crew(pace.threads()), os.getpid()
        return _crew


def dismiss() -> None:
    """End the crew and close its connections; the next run gets a new one."""
    global _crew
    with _crew_lock:
        if _crew is not None and _crew_of == os.getpid():
            _crew.close()
        _crew = None
