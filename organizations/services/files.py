"""Uploaded files: under random names, in a folder of their organization, readable by us alone.

A key is "<organization id>/<random>.<ending>" and is all that rows keep. Nothing of a person's file
name reaches the disk.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from config.kernel.errors import Invalid, NotFound
from config.kernel.scoping import current_organization_id

from .regions import media_root_for, media_roots

_KEY = re.compile(r"(?P<organization>[0-9a-f-]{36})/[A-Za-z0-9_-]{43}\.[a-z0-9]{1,8}")


def store_file(data: bytes, *, ending: str) -> str:
    """Write bytes for the organization in scope, whole or not at all, and return their key.

    Mode 0600, and on the disk before it returns: the row that names the file is committed after.
    Raises Invalid when the organization's files together would take more than
    WARREN_UPLOAD_QUOTA_MB.
    """
    key = f"{current_organization_id()}/{secrets.token_urlsafe(32)}.{ending}"
    path = _root() / key
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _one_at_a_time(path.parent):
        _require_room(path.parent, len(data))
        _write(BytesIO(data), path)
    return key


def store_copy(source: Path, *, ending: str) -> str:
    """The same for a file on the disk, which may be too large for the memory."""
    key = f"{current_organization_id()}/{secrets.token_urlsafe(32)}.{ending}"
    path = _root() / key
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _one_at_a_time(path.parent):
        _require_room(path.parent, source.stat().st_size)
        with source.open("rb") as stream:
            _write(stream, path)
    return key


def stored_bytes() -> int:
    """How much the files of the organization in scope take together."""
    return _taken(_root() / str(current_organization_id()))


def require_file_room(size_bytes: int) -> None:
    """Refuse a file of that size before it is fetched or sent. Raises Invalid, as storing would."""
    _require_room(_root() / str(current_organization_id()), size_bytes)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two uploads at once must not both take the last room."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _require_room(folder: Path, size_bytes: int) -> None:
    most = settings.WARREN_UPLOAD_QUOTA_MB * 1024 * 1024
    taken = _taken(folder)
    if taken + size_bytes > most:
        raise Invalid(
            f"The files of this team take {taken / 1_048_576:,.0f} of "
            f"{settings.WARREN_UPLOAD_QUOTA_MB:,} MB, and this one has "
            f"{size_bytes / 1_048_576:,.1f} MB. Delete materials and files of the library that are "
            "no longer needed; they go 30 days later. Or ask for more room.",
            code="upload_quota",
            field="upload",
        )


def _taken(folder: Path) -> int:
    try:
        with os.scandir(folder) as entries:
            return sum(entry.stat().st_size for entry in entries if entry.is_file())
    except FileNotFoundError:
        return 0


def _write(source: BinaryIO, path: Path) -> None:
    draft = path.with_suffix(".part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            shutil.copyfileobj(source, stream, 1 << 20)
            stream.flush()
            os.fsync(stream.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def read_stored(key: str) -> bytes:
    """Raises NotFound for a key of another organization and for a file that is gone."""
    try:
        return stored_path(key).read_bytes()
    except FileNotFoundError:
        raise NotFound(
            "The uploaded file is no longer there. Upload it again.", code="file_gone"
        ) from None


def stored_path(key: str) -> Path:
    """Where a file of the organization in scope lies. Raises NotFound for any other key."""
    match = _KEY.fullmatch(key)
    if match is None or UUID(match["organization"]) != current_organization_id():
        raise NotFound("There is no such file.", code="file_unknown")
    return _root() / key


def delete_stored(key: str) -> None:
    stored_path(key).unlink(missing_ok=True)


def delete_all_stored() -> None:
    """Remove every file of the organization in scope, which is being erased."""
    for root in media_roots():
        shutil.rmtree(root / str(current_organization_id()), ignore_errors=True)


def stored_files() -> Iterator[tuple[str, Path]]:
    """Every file of the organization in scope: its name, and where it lies."""
    folder = _root() / str(current_organization_id())
    for path in sorted(folder.glob("*")):
        if path.is_file() and path.suffix != ".part":
            yield path.name, path


def _root() -> Path:
    return media_root_for(current_organization_id())
