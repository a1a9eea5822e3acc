"""Web, worker and beat under one parent: started, watched, restarted, and stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from django.conf import settings

from .embedded import EmbeddedError
from .liveness import SILENT_SECONDS, age_seconds

Say = Callable[[str], None]

LOOK_SECONDS: Final = 0.25
LIVENESS_SECONDS: Final = 10.0
# A child that stood this long was well; its next fall starts the waits anew.
STOOD_SECONDS: Final = 60.0
LONGEST_WAIT_SECONDS: Final = 30.0
# A warm stop lets a task finish; what it leaves is found by its lease.
GRACE_SECONDS: Final = 25.0
LOG_BYTES: Final = 10_000_000
_PR_SET_PDEATHSIG: Final = 1


class PortTaken(EmbeddedError):
    """Another program answers at the address; the message says so and what to do."""


@dataclass
class Child:
    """One process that shall always run."""

    name: str
    command: Sequence[str]
    # Which sign of life tells that it works and not only stands; see liveness.py.
    sign: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started: float = 0.0
    falls: int = 0
    start_at: float = 0.0

    @property
    def log(self) -> Path:
        return Path(settings.WARREN_VAR) / "log" / f"{self.name}.log"

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Its own session: Ctrl-C reaches the parent only, which stops all in order.
                start_new_session=True,
                preexec_fn=_die_with_the_parent,  # noqa: PLW1509
            )
        self.started = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_running():
            self.process.terminate()

    def make_stop(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Keeps children running until it is told to stop."""

    def __init__(self, children: Sequence[Child], say: Say) -> None:
        self.children = children
        self.say = say
        self._stopping = False
        self._looked = time.monotonic()

    def run(self) -> None:
        """Return after SIGINT or SIGTERM, when every child has ended."""
        before = {
            number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            for child in self.children:
                child.start()
            while not self._stopping:
                self._look()
                time.sleep(LOOK_SECONDS)
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        self._stopping = True

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _look(self) -> None:
        for child in self.children:
            if child.is_running():
                continue
            if child.process is not None:
                self._note_fall(child)
            elif time.monotonic() >= child.start_at:
                child.start()
        if time.monotonic() - self._looked > LIVENESS_SECONDS:
            self._looked = time.monotonic()
            self._restart_the_silent()

    def _note_fall(self, child: Child) -> None:
        stood = time.monotonic() - child.started
        child.falls = 1 if stood > STOOD_SECONDS else child.falls + 1
        wait = min(LONGEST_WAIT_SECONDS, 2.0 ** (child.falls - 1))
        code = child.process.returncode if child.process else None
        child.process = None
        child.start_at = time.monotonic() + wait
        self.say(
            f"The {child.name} ended by itself (status {code}) and starts again in {wait:.0f} s. "
            f"Its log: {child.log}"
        )

    def _restart_the_silent(self) -> None:
        """A process can stand and do nothing; only finished work counts as life."""
        for child in self.children:
            stands = child.is_running() and time.monotonic() - child.started > SILENT_SECONDS
            age = age_seconds(child.sign) if child.sign and stands else None
            if age is not None and age > SILENT_SECONDS:
                self.say(f"The {child.name} has finished nothing for {age:.0f} s; it is restarted.")
                child.ask_to_stop()
                child.make_stop(time.monotonic() + GRACE_SECONDS)

    def _stop_all(self) -> None:
        deadline = time.monotonic() + GRACE_SECONDS
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.make_stop(deadline)


def web_command(address: str) -> list[str]:
    """The web server as it runs everywhere: threads, because the row-level setting is a thread's.

    `address` is host:port.
    """
    return [
        sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", address,
        "--worker-class", "gthread", "--workers", str(settings.WARREN_WEB_WORKERS),
        "--threads", str(settings.WARREN_WEB_THREADS), "--timeout", "60",
        "--graceful-timeout", "20", "--keep-alive", "5", "--no-control-socket",
        "--log-level", "warning",
    ]  # fmt: skip


def worker_command(*, processes: int | None = None) -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "prefork",
        "--concurrency", str(processes or settings.WARREN_TASK_PROCESSES),
        "--without-mingle", "--without-gossip", "--loglevel", "WARNING",
    ]  # fmt: skip


def beat_command() -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "config", "beat", "--loglevel", "WARNING",
    ]  # fmt: skip


def refuse_busy_port(address: str) -> None:
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            raise PortTaken(
                f"Port {port} on {host} is taken by another program ({error.strerror}). Stop it, "
                "or choose another port: WARREN_WEB_ADDRESS=127.0.0.1:8001 make up"
            ) from error


def serve(*, say: Say, address: str | None = None) -> None:
    """Run web, worker and beat until SIGINT or SIGTERM. Say one line for each that comes up.

    The embedded services were joined by the settings; they stop when this process, the last to
    hold them, ends. Raises PortTaken when the address is in use.
    """
    address = address or settings.WARREN_WEB_ADDRESS
    refuse_busy_port(address)
    children = [
        Child("web", web_command(address)),
        Child("worker", worker_command(), sign="worker"),
        Child("beat", beat_command(), sign="beat"),
    ]
    say(f"Web pages  http://{address}/  (Ctrl-C stops everything)")
    say(f"Worker     {settings.WARREN_TASK_PROCESSES} processes, for what is due")
    say("Beat       looks for due work every few seconds")
    say(f"Logs       {children[0].log.parent}/")
    supervisor = Supervisor(children, say)
    supervisor.run()
    say("Everything has stopped.")


def _die_with_the_parent() -> None:
    """Linux sends SIGTERM when the parent is killed with -9; elsewhere the child stays."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
