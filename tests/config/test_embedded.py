"""The embedded servers in a folder of their own: started, shared, stopped, and recovered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from config.embedded import Services
from config.env import BASE_DIR
from config.servers import socket_folder

pytestmark = pytest.mark.real_time


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """pytest's folders are closed to others, and root lends the server to another user."""
    yield tmp_path
    left = Services(tmp_path)
    for server in (left.redis, left.postgres):
        if server is not None:
            server.stop()


def holder(var: Path, *, then: str = "sys.stdin.readline()") -> subprocess.Popen[str]:
    """Another process that joins the services of `var`, says so, and does `then`."""
    code = f"""
        import os, signal, sys, time
        from pathlib import Path
        from config.embedded import Services
        services = Services(Path({str(var)!r}))
        services.join()
        print("joined", flush=True)
        {then}
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "joined\n"
    return process


def release(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=30)


def postmaster(services: Services) -> int:
    assert services.postgres is not None
    return int((services.postgres.data / "postmaster.pid").read_text().splitlines()[0])


def value(services: Services, statement: str) -> object:
    assert services.postgres is not None
    with psycopg.connect(services.postgres.conninfo(database="warren"), autocommit=True) as db:
        row = db.execute(statement.encode()).fetchone()
    return row[0] if row else None


def is_up(services: Services) -> tuple[bool, bool]:
    assert services.postgres is not None
    assert services.redis is not None
    return services.postgres.is_ready(), services.redis.is_ready()


def test_the_last_process_out_stops_what_the_first_one_started(var: Path) -> None:
    first = holder(var)
    services = Services(var)
    server = postmaster(services)
    second = holder(var)
    assert postmaster(services) == server

    release(first)
    assert is_up(services) == (True, True)
    release(second)
    assert is_up(services) == (False, False)
    assert not psutil.pid_exists(server) or psutil.Process(server).status() == "zombie"


def test_the_roles_own_and_bypass_exactly_what_they_should(var: Path) -> None:
    services = Services(var)
    services.join()
    try:
        assert services.postgres is not None
        with psycopg.connect(services.postgres.conninfo()) as db:
            rows = db.execute(
                "SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolbypassrls FROM pg_roles "
                "WHERE rolname LIKE 'warren_%' ORDER BY 1"
            ).fetchall()
        assert rows == [
            ("warren_app", True, False, False, False),
            ("warren_dispatch", False, False, False, True),
            ("warren_operator", True, False, False, True),
            ("warren_owner", True, False, True, False),
        ]
        assert value(services, "SELECT extname FROM pg_extension WHERE extname = 'vector'")
        assert value(services, "SHOW max_connections") == "250"
        assert value(services, "SHOW listen_addresses") == ""
        assert value(services, "SHOW fsync") == "on"
    finally:
        services.leave()


def test_a_killed_holder_does_not_keep_the_servers_up(var: Path) -> None:
    killed = holder(var)
    last = holder(var)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    services = Services(var)
    assert is_up(services) == (True, True)
    release(last)
    assert is_up(services) == (False, False)


def test_servers_that_outlived_every_holder_are_joined_and_then_stopped(var: Path) -> None:
    killed = holder(var)
    services = Services(var)
    server = postmaster(services)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert is_up(services) == (True, True)

    services.join()
    assert postmaster(services) == server
    services.leave()
    assert is_up(services) == (False, False)


def test_killed_servers_come_back_with_what_was_committed(var: Path) -> None:
    services = Services(var)
    services.join()
    assert services.redis is not None
    assert services.postgres is not None
    with psycopg.connect(services.postgres.conninfo(database="warren"), autocommit=True) as db:
        db.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    redis_pid = int((services.redis.data / "redis.pid").read_text())
    for pid in (postmaster(services), redis_pid):
        os.kill(pid, signal.SIGKILL)

    after = holder(var)
    assert value(services, "SELECT answer FROM kept") == 42
    assert is_up(services) == (True, True)
    release(after)
    assert is_up(services) == (True, True), "this process still holds them"
    services.leave()
    assert is_up(services) == (False, False)


def test_stale_files_that_name_a_living_stranger_are_not_believed(var: Path) -> None:
    services = Services(var)
    services.join()
    services.leave()
    assert services.postgres is not None
    assert services.redis is not None
    stranger = str(os.getpid())
    (services.postgres.data / "postmaster.pid").write_text(f"{stranger}\n/elsewhere\n")
    (services.redis.data / "redis.pid").write_text(stranger)
    services.redis.socket.touch()

    services.join()
    assert is_up(services) == (True, True)
    services.leave()


def test_an_initdb_that_was_cut_short_is_done_again(var: Path) -> None:
    half = var / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    services = Services(var)
    services.join()
    assert is_up(services) == (True, True)
    services.leave()


def test_a_forked_child_that_ends_takes_nothing_down(var: Path) -> None:
    fork = "\n".join(
        [
            "child = os.fork()",
            "        if not child: sys.exit()",
            "        os.waitpid(child, 0)",
            "        print('child ended', flush=True); sys.stdin.readline()",
        ]
    )
    parent = holder(var, then=fork)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "child ended\n"
    assert is_up(Services(var)) == (True, True)
    release(parent)
    assert is_up(Services(var)) == (False, False)


def test_a_path_too_long_for_a_socket_gets_a_short_one(var: Path) -> None:
    deep = var / ("a-rather-long-name-" * 5) / "var"
    deep.mkdir(parents=True)
    services = Services(deep)
    services.join()
    try:
        assert services.redis is not None
        assert len(str(services.redis.socket)) < 100
        assert is_up(services) == (True, True)
        folder = services.redis.socket.parent
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        services.leave()


def test_a_short_path_keeps_its_socket_beside_the_data() -> None:
    assert socket_folder(Path("/srv/warren/var/redis"), "redis.sock") == Path(
        "/srv/warren/var/redis"
    )
