"""Whether beat and the worker live: when beat last ticked, when the worker last finished something.

About processes, so that `up` knows which one to restart and `doctor` which one to name. Kept in the
cache: it costs no transaction, and an emptied Redis only makes them unknown until the next tick.
What work of which kind was done when is another question; the table of work done in the database
answers it, for `/status` and for the doctor's line on work.
"""

from __future__ import annotations

import time
from typing import Any, Final

import structlog
from celery.signals import task_postrun
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

# Work is swept for every 30 s; four missed in a row is silence.
SILENT_SECONDS: Final = 120.0
_EVERY_SECONDS: Final = 2.0
_written: dict[str, float] = {}
_is_worker = False


def beat_ticked() -> None:
    _say("beat")


def worker_finished() -> None:
    _say("worker")


def become_worker() -> None:
    """From now on, what is finished in this process and its children is the worker's."""
    global _is_worker
    _is_worker = True


def work_done() -> None:
    """A task ended, or a unit of work in it: a long task finishes many before it ends."""
    if _is_worker:
        worker_finished()


@task_postrun.connect
def _task_finished(**kwargs: Any) -> None:
    work_done()


def age_seconds(who: str) -> float | None:
    """Seconds since `beat` or `worker` last said that it lives; None when nothing is known."""
    try:
        said = cache.get(f"alive:{who}")
    except (RedisError, OSError):
        return None
    return None if said is None else max(0.0, time.time() - float(said))


def _say(who: str) -> None:
    moment = time.monotonic()
    if moment - _written.get(who, -_EVERY_SECONDS) < _EVERY_SECONDS:
        return
    _written[who] = moment
    try:
        cache.set(f"alive:{who}", time.time(), timeout=3600)
    except (RedisError, OSError) as error:
        log.warning("cache_away", error=str(error))
