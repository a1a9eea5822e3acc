"""When beat last ticked and the worker last finished something, as `doctor` and `up` see it.

Kept in the cache: an emptied Redis only makes them unknown until the next tick.
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


def beat_ticked() -> None:
    _say("beat")


def worker_finished() -> None:
    _say("worker")


@task_postrun.connect
def _task_finished(**kwargs: Any) -> None:
    worker_finished()


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
