"""Web, worker and beat under one parent."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from config import supervisor
from config.embedded import Services
from config.env import BASE_DIR
from config.supervisor import Child, PortTaken, Supervisor, refuse_busy_port

pytestmark = pytest.mark.real_time


@pytest.fixture(autouse=True)
def _logs_of_our_own(settings: Any, tmp_path: Path) -> None:
    settings.WARREN_VAR = tmp_path


def wait_until(is_true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def run_until(watched: Supervisor, is_true: Callable[[], object]) -> None:
    """Run in this thread, as signals ask for, and stop once `is_true`, seen from another."""

    def stop() -> None:
        try:
            wait_until(is_true)
        finally:
            watched.stop()

    watcher = threading.Thread(target=stop)
    watcher.start()
    watched.run()
    watcher.join()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_child_that_falls_is_started_again_and_it_is_said(tmp_path: Path) -> None:
    falls = tmp_path / "falls"
    code = f"open({str(falls)!r}, 'a').write('x'); raise SystemExit(3)"
    said: list[str] = []
    child = Child("worker", python(code))
    run_until(
        Supervisor([child], said.append),
        lambda: falls.exists() and len(falls.read_text()) == 2,
    )
    assert said[0].startswith("The worker ended by itself (status 3) and starts again in 1 s.")
    assert "worker.log" in said[0]


def test_each_fall_in_a_row_waits_twice_as_long_up_to_a_bound() -> None:
    said: list[str] = []
    child = Child("beat", python("pass"))
    watched = Supervisor([child], said.append)
    waits = []
    for _ in range(8):
        child.start()
        assert child.process is not None
        child.process.wait()
        watched._look()
        waits.append(round(child.start_at - time.monotonic()))
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_child_that_will_not_stop_is_made_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 0.3)
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True);"
    child = Child("web", python(f"{code} time.sleep(60)"))
    run_until(
        Supervisor([child], lambda line: None),
        lambda: child.log.exists() and child.log.read_text(),
    )
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_stands_but_finishes_nothing_is_restarted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "age_seconds", lambda sign: 500.0)
    said: list[str] = []
    child = Child("worker", python("import time; time.sleep(60)"), sign="worker")
    watched = Supervisor([child], said.append)
    child.start()
    watched._restart_the_silent()
    assert child.is_running(), "one that has just started is given its time"
    child.started -= 200
    watched._restart_the_silent()
    assert not child.is_running()
    assert said == ["The worker has finished nothing for 500 s; it is restarted."]


def test_a_busy_port_is_refused_with_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} on 127.0.0.1 is taken") as caught:
            refuse_busy_port(f"127.0.0.1:{port}")
    assert "WARREN_WEB_ADDRESS=127.0.0.1:8001" in str(caught.value)


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Empty at first; the tests below take it over from each other, as runs of `up` do."""
    folder = tmp_path_factory.mktemp("var")
    yield folder
    left = Services(folder)
    for server in (left.redis, left.postgres):
        if server is not None:
            server.stop()


def up(var: Path, address: str) -> subprocess.Popen[str]:
    """`manage.py up` as a person starts it: development settings, everything in `var`."""
    foreign = ("WARREN_", "DATABASE_", "REDIS_", "DJANGO_", "PYTEST_")
    clean = {name: text for name, text in os.environ.items() if not name.startswith(foreign)}
    return subprocess.Popen(
        [sys.executable, "manage.py", "up", "--address", address],
        cwd=BASE_DIR,
        env={**clean, "WARREN_VAR": str(var), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return list(psutil.Process(process.pid).children(recursive=True))


def test_up_serves_on_an_empty_machine_and_stops_everything_on_ctrl_c(var: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    process = up(var, address)
    wait_until(lambda: answers(f"http://{address}/accounts/login/"), 180)
    children = family(process)
    names = {" ".join(child.cmdline()) for child in children}
    for wanted in ("gunicorn", "config worker", "config beat"):
        assert any(wanted in name for name in names), wanted

    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert re.search(rf"^Web pages  http://{re.escape(address)}/", said, re.M)
    assert "Everything has stopped." in said
    assert not any(child.is_running() for child in children)
    services = Services(var)
    assert services.postgres is not None
    assert services.redis is not None
    assert not services.postgres.is_ready()
    assert not services.redis.is_ready()


def test_children_do_not_outlive_a_parent_that_was_killed(var: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    process = up(var, address)
    wait_until(lambda: answers(f"http://{address}/accounts/login/"), 180)
    children = [child for child in family(process) if "python" in child.name()]
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(children, timeout=40)
    assert not alive
