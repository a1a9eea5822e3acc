"""Run a command against servers as a host would offer them: TCP, passwords, separate roles.

    .venv/bin/python .ci/external.py <command> …

PostgreSQL is the embedded wheel's own program under pg_ctl, Redis is Debian's. Both live in a
temporary folder, on free ports of 127.0.0.1, and end with the command.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
# Importing `config` loads Celery, which must not start the embedded services for this.
os.environ["WARREN_START_SERVICES"] = "no"

import psycopg  # noqa: E402

from config.servers import DATABASE, Postgres  # noqa: E402

ROLES = {
    "DATABASE_URL": "warren_app",
    "DATABASE_OWNER_URL": "warren_owner",
    "DATABASE_OPERATOR_URL": "warren_operator",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres(folder: Path) -> Iterator[dict[str, str]]:
    """A server that asks for passwords; yields the three addresses."""
    server, port, password = Postgres(folder / "postgres"), free_port(), secrets.token_urlsafe(16)
    server.initialize()
    (server.data / "pg_hba.conf").write_text(
        "local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    )
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c max_connections=250 "
        f"-c unix_socket_directories='{server.data}' -c timezone=UTC"
    )
    log = folder / "postgres-server.log"
    log.touch(mode=0o666)
    log.chmod(0o666)
    server.run_program("pg_ctl", "-D", server.data, "-l", log, "-o", options, "-w", "start")
    try:
        admin = f"host={server.data} port={port} user=postgres"
        furnish(admin, password)
        yield {
            name: f"postgres://{role}:{password}@127.0.0.1:{port}/{DATABASE}"
            for name, role in ROLES.items()
        }
    finally:
        server.run_program("pg_ctl", "-D", server.data, "-m", "immediate", "-w", "stop")


def furnish(admin: str, password: str) -> None:
    """What config/roles.sql tells an administrator to do, and the extension for test databases."""
    with psycopg.connect(f"{admin} dbname=postgres", autocommit=True) as connection:
        connection.execute((ROOT / "config" / "roles.sql").read_bytes())
        for role in ROLES.values():
            connection.execute(f"ALTER ROLE {role} PASSWORD '{password}'".encode())
        with psycopg.connect(f"{admin} dbname=template1", autocommit=True) as template:
            template.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER warren_owner".encode())


@contextmanager
def redis(folder: Path) -> Iterator[dict[str, str]]:
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("redis-server is missing: apt-get install redis-server")
    port, password = free_port(), secrets.token_urlsafe(16)
    command = [
        program, "--port", str(port), "--bind", "127.0.0.1", "--requirepass", password,
        "--dir", str(folder), "--appendonly", "yes", "--save", "",
        "--maxmemory-policy", "noeviction", "--logfile", str(folder / "redis.log"),
    ]  # fmt: skip
    process = subprocess.Popen(command)
    try:
        wait_for(port)
        yield {"REDIS_URL": f"redis://:{password}@127.0.0.1:{port}/0"}
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"Nothing answers on port {port}.")


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="warren-external-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with postgres(folder) as databases, redis(folder) as broker:
            environment = {**os.environ, **databases, **broker}
            for ours in ("WARREN_START_SERVICES", "DJANGO_SETTINGS_MODULE"):
                environment.pop(ours, None)
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
