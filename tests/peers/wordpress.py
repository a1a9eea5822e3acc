"""A WordPress site for tests: Debian's own package on a private MariaDB and PHP's own server.

Nothing of it runs as a service: two processes in a temporary folder, which end with the fixture.
About 5 seconds to install and start.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path("/usr/share/wordpress")
NEEDED = ("mariadbd", "mariadb-install-db", "php")
PACKAGES = (
    "wordpress wordpress-theme-twentytwentythree mariadb-server-core php php-cgi php-cli "
    "micro-httpd apache2-bin- php-mysql php-gd php-mbstring php-xml php-curl"
)
START_SECONDS = 30
STOP_SECONDS = 10

CONFIG = """<?php
define('DB_NAME', 'site');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
foreach (array('AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE') as $name) {{
    define("{{$name}}_KEY", 'peer');
    define("{{$name}}_SALT", 'peer');
}}
define('WP_HOME', '{address}');
define('WP_SITEURL', '{address}');
// Without https, application passwords are offered only where the site calls itself local.
define('WP_ENVIRONMENT_TYPE', 'local');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
NO_MAIL = "<?php add_filter('pre_wp_mail', '__return_true');"


@dataclass(frozen=True, slots=True)
class Person:
    user: str
    password: str
    """An application password; the user's own is `own-password` for everybody."""


@dataclass(frozen=True, slots=True)
class Site:
    address: str
    people: dict[str, Person]
    """By role: administrator, editor, author, contributor, subscriber."""


def why_absent() -> str:
    """Why the real server cannot run here; "" when it can."""
    missing = [name for name in NEEDED if not _program(name)]
    if missing or not SOURCE.is_dir():
        return f"not installed; run apt-get install --no-install-recommends {PACKAGES}"
    return ""


@contextmanager
def running_site() -> Iterator[Site]:
    """A fresh site on a free loopback port."""
    with tempfile.TemporaryDirectory(prefix="peer-blog-") as name:
        folder = Path(name)
        address = f"http://127.0.0.1:{_free_port()}"
        with _database(folder) as database:
            _place(folder / "site", address, database)
            people = _installed(folder / "site", address)
            with _served(folder, address):
                yield Site(address, people)


@contextmanager
def _database(folder: Path) -> Iterator[Path]:
    data, where = folder / "data", folder / "db.sock"
    installed = [
        _program("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={data}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]
    subprocess.run(installed, check=True, capture_output=True)
    command = [
        _program("mariadbd"),
        "--no-defaults",
        f"--datadir={data}",
        f"--socket={where}",
        f"--pid-file={folder / 'db.pid'}",
        "--skip-networking",
        "--innodb-flush-log-at-trx-commit=0",
        *(["--user=root"] if os.geteuid() == 0 else []),
    ]
    with _process(command, folder / "db.log"):
        _wait(lambda: _answers(where), folder / "db.log")
        yield where


def _place(site: Path, address: str, database: Path) -> None:
    """Debian keeps parts of the site elsewhere, behind links; here it is whole."""
    shutil.copytree(SOURCE, site, ignore=shutil.ignore_patterns("wp-config.php", ".htaccess"))
    (site / "wp-config.php").write_text(CONFIG.format(socket=database, address=address))
    extensions = site / "wp-content" / "mu-plugins"
    extensions.mkdir()
    (extensions / "no-mail.php").write_text(NO_MAIL)
    (site / "wp-content" / "uploads").mkdir(exist_ok=True)
    shutil.copy(Path(__file__).with_name("wordpress.php"), site / "peer-install.php")


def _installed(site: Path, address: str) -> dict[str, Person]:
    make = [
        "php",
        "-r",
        f"(new mysqli('localhost', 'root', '', '', 0, '{site.parent}/db.sock'))"
        "->query('CREATE DATABASE site CHARACTER SET utf8mb4');",
    ]
    subprocess.run(make, check=True, capture_output=True)
    host = address.removeprefix("http://")
    told = subprocess.run(
        ["php", "peer-install.php", host], cwd=site, check=True, capture_output=True
    ).stdout
    (site / "peer-install.php").unlink()
    people = json.loads(told[told.index(b"{") :])
    return {role: Person(each["user"], each["password"]) for role, each in people.items()}


@contextmanager
def _served(folder: Path, address: str) -> Iterator[None]:
    host = address.removeprefix("http://")
    command = ["php", "-d", "post_max_size=32M", "-d", "upload_max_filesize=32M", "-S", host]
    with _process(command, folder / "php.log", cwd=folder / "site", PHP_CLI_SERVER_WORKERS="4"):
        _wait(lambda: _answers(host), folder / "php.log")
        yield


@contextmanager
def _process(
    command: list[str], log: Path, cwd: Path | None = None, **environment: str
) -> Iterator[None]:
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    try:
        yield
    finally:
        # PHP's workers are children of the first process and do not end with it.
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, 15)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()


def _wait(is_ready: object, log: Path) -> None:
    assert callable(is_ready)
    until = time.monotonic() + START_SECONDS
    while not is_ready():
        if time.monotonic() > until:
            raise RuntimeError(f"The peer did not start: {log.read_text()[-2000:]}")
        time.sleep(0.05)


def _answers(where: Path | str) -> bool:
    if isinstance(where, Path):
        family, address = socket.AF_UNIX, str(where)
    else:
        host, _, port = where.partition(":")
        family, address = socket.AF_INET, (host, int(port))  # type: ignore[assignment]
    with socket.socket(family) as probe:
        return probe.connect_ex(address) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _program(name: str) -> str:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or ""
