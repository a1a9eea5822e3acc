"""The benchmark's own database: made, migrated and seeded once, then kept for the next run."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connections

from analytics.seeding import seeding
from analytics.seeding.plan import Plan
from config.kernel.clock import now
from config.kernel.errors import Unavailable
from config.kernel.scoping import unscoped

KEPT_FOR: Final = timedelta(days=7)
"""After this the seeded year lies too far back: Home would have nothing to show."""

BYTES_A_VECTOR: Final = 4_600
BYTES_A_POST: Final = 22_000
SPARE_BYTES: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """How large the seeded installation is."""

    organizations: int
    accounts: int
    posts: int
    embeddings: int

    @property
    def bytes(self) -> int:
        return (
            self.embeddings * BYTES_A_VECTOR
            + self.organizations * self.posts * BYTES_A_POST
            + SPARE_BYTES
        )


FULL: Final = Size(organizations=50, accounts=20, posts=4_000, embeddings=1_000_000)
PLANNING: Final = Size(organizations=20, accounts=20, posts=400, embeddings=1_000)
"""What a million posts are copied from."""
QUICK: Final = Size(organizations=3, accounts=4, posts=120, embeddings=3_000)

Step = Callable[[int], object]


def exists() -> bool:
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name()])
        return cursor.fetchone() is not None


def is_fit(size: Size) -> bool:
    """Whether what stands there was made by these migrations, in this size, and not long ago."""
    made = _remembered()
    if made is None or made["made_of"] != _made_of(size):
        return False
    return now() - datetime.fromisoformat(made["at"]) < KEPT_FOR


def create() -> None:
    """Raises Unavailable when the disk is too small or the owner may make no database."""
    with connections["owner"]._nodb_cursor() as cursor:
        try:
            cursor.execute(f'CREATE DATABASE "{name()}"')
        except ProgrammingError as error:
            raise Unavailable(
                "The benchmark needs a database of its own, and the owner's role may not make one: "
                f"{error}. As a superuser: CREATE DATABASE {name()} OWNER "
                f"{connections['owner'].settings_dict['USER']};"
            ) from error
    call_command("migrate", verbosity=0)


def drop() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close()
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name()}" WITH (FORCE)')
    shutil.rmtree(folder(), ignore_errors=True)


def fill(size: Size, *, step: Step, vector_step: Step) -> int:
    """Seed; gives the number of rows."""
    plan = Plan(
        organizations=size.organizations,
        accounts=size.accounts,
        posts=size.posts,
        random_seed=1,
        until=now(),
        embeddings=size.embeddings,
    )
    with unscoped("bench: rows for many organizations are written at once"):
        done = seeding.seed(plan, password="", step=step, vector_step=vector_step)  # noqa: S106
    # As autovacuum would leave it: hint bits set, pages known to be visible to all.
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    _remember(size)
    return done.rows


def refuse_small_disk(size: Size) -> None:
    """Raises Unavailable, before anything is written, when the rows would not fit."""
    var = Path(settings.WARREN_VAR)
    var.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(var).free
    if free < size.bytes:
        raise Unavailable(
            f"The benchmark writes up to {size.bytes / 1e9:.0f} GB and {free / 1e9:.0f} GB are "
            f"free in {var}. Make room, or run it with --quick."
        )


def collect_static() -> None:
    """Pages name static files by their hashes, as in production, and those are made here."""
    call_command("collectstatic", verbosity=0, interactive=False)


def folder() -> Path:
    """Of what the benchmark's processes write beside the database."""
    return Path(settings.WARREN_VAR) / "bench"


def name() -> str:
    """Of the database. Raises RuntimeError where it would be anybody's real one."""
    found = str(settings.DATABASES["owner"]["NAME"])
    if not found.startswith("warren_bench"):
        raise RuntimeError(f"{found} is not the benchmark's database.")
    return found


def _made_of(size: Size) -> dict[str, Any]:
    return {"size": asdict(size), "code": _fingerprint()}


def _fingerprint() -> str:
    """Changes with every migration and with the seeding."""
    digest = hashlib.sha256()
    files = [
        file
        for app in apps.get_app_configs()
        if Path(app.path).is_relative_to(settings.BASE_DIR)
        for file in Path(app.path).glob("migrations/*.py")
    ]
    files += Path(seeding.__file__).parent.glob("*.py")
    files.append(Path(settings.BASE_DIR) / "config/kernel/migrations.py")
    for file in sorted(files):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _remembered() -> dict[str, Any] | None:
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name()],
        )
        row = cursor.fetchone()
    return json.loads(row[0]) if row and row[0] else None


def _remember(size: Size) -> None:
    made = json.dumps({"made_of": _made_of(size), "at": now().isoformat()})
    with connections["owner"].cursor() as cursor:
        quoted = made.replace("'", "''")
        cursor.execute(f"COMMENT ON DATABASE \"{name()}\" IS '{quoted}'")
