"""The sweep that needs no broker: a thread in every worker process that looks for due posts.

Celery's messages and beat's ticks only make it quicker and share the work out. With Redis gone or
emptied, posts still leave on time, because what is due stands in rows and this looks at the rows.
"""

from __future__ import annotations

import os
import threading
from typing import Any

import structlog
from celery.signals import worker_process_init, worker_process_shutdown
from django.conf import settings
from django.db import DatabaseError, connection

from .crew import dismiss
from .sweep import sweep_due

log = structlog.get_logger(__name__)

GRACE_SECONDS = 45.0
"""How long a stopping process waits for the calls that are on their way."""


class Pulse:
    """Looks every `seconds` for due deliveries and delivers them, until it is stopped."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name="delivery-pulse", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(GRACE_SECONDS)

    def run(self) -> None:
        while not self._stopping.wait(self.seconds):
            self.beat()
        connection.close()

    def beat(self) -> int:
        """One look; a database that is away is asked again at the next."""
        try:
            connection.close_if_unusable_or_obsolete()
            return sweep_due(inline=True, stops=self._stopping.is_set)
        except DatabaseError as error:
            log.warning("database_away", error=str(error))
            return 0


_pulses: dict[int, Pulse] = {}


def start_with_workers() -> None:
    """Give every process of the task worker a pulse."""
    worker_process_init.connect(_start, dispatch_uid="delivery-pulse-start")
    worker_process_shutdown.connect(_stop, dispatch_uid="delivery-pulse-stop")


def _start(**kwargs: Any) -> None:
    seconds = float(settings.WARREN_PULSE_SECONDS)
    if seconds > 0:
        _pulses[os.getpid()] = Pulse(seconds)
        _pulses[os.getpid()].start()


def _stop(**kwargs: Any) -> None:
    if pulse := _pulses.pop(os.getpid(), None):
        pulse.stop()
    dismiss()
