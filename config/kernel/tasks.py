"""Celery's base task: it carries its organization, enters it, and says when work was done.

A task is a hint. What is to be done stands in rows, and a lost message costs one sweep.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from celery import Task

from .hooks import Slot
from .scoping import MissingScope, scope

log = structlog.get_logger(__name__)


class WorkRecorder:
    """Where the last finished unit of work of each kind is written down."""

    def finished(self, kind: str, count: int) -> None:
        raise LookupError("No work recorder is installed.")


work_recorder: Slot[WorkRecorder] = Slot("work recorder", WorkRecorder)

# Kinds that say that somebody looked, and not that anything was done.
SWEEPS = frozenset({"delivery_sweep", "delivery_reaper", "schedule_tick"})

# A busy worker finishes hundreds of units a second; one write every two seconds says as much.
_EVERY_SECONDS = 2.0
_lock = threading.Lock()
_written: dict[str, float] = {}
_waiting: dict[str, int] = {}


def record_work(kind: str, count: int = 1, *, at_once: bool = False) -> None:
    """Say that `count` units of work of a kind were finished; written at most every 2 s a kind."""
    with _lock:
        _waiting[kind] = _waiting.get(kind, 0) + count
        if not at_once and monotonic() - _written.get(kind, -_EVERY_SECONDS) < _EVERY_SECONDS:
            return
        _written[kind] = monotonic()
        total = _waiting.pop(kind)
    if recorder := work_recorder.get():
        recorder.finished(kind, total)


class OrgTask(Task):  # type: ignore[type-arg]
    """A task for one organization: its first argument is the organization's id.

    It refuses to run without one, by MissingScope. The task boundary is one of the two places that
    catch everything: the row that the task worked on keeps its lease and is found by the sweeper.
    """

    abstract = True
    typing = True

    def __call__(self, organization_id: str = "", *args: Any, **kwargs: Any) -> Any:
        with scope(self._organization(organization_id)):
            return self._guarded(self.run, organization_id, *args, **kwargs)

    def _organization(self, given: object) -> UUID:
        try:
            return UUID(str(given))
        except ValueError as error:
            raise MissingScope(f"{self.name} needs an organization's id, not {given!r}.") from error

    def _guarded(self, run: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return run(*args, **kwargs)
        except Exception:
            log.exception("task_failed", task=self.name, ids=[str(arg) for arg in args])
            return None


def hint(task: Any, *args: Any) -> bool:
    """Send a message of ids to the broker if it is there; False when it is not.

    Nothing depends on it: the sweeper finds the rows.
    """
    from kombu.exceptions import OperationalError

    try:
        task.apply_async(args=args, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker_away", task=task.name, error=str(error))
        return False
    return True
