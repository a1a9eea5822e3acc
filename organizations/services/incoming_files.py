"""Files that arrive in pieces: each in one file that grows, apart from those that are whole.

How much of a file counts stands in a row, and is written there after the bytes are on the disk.
Bytes beyond it were written by somebody who died before saying so: they are cut off again.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from config.kernel.errors import NotFound
from config.kernel.scoping import current_organization_id

from .regions import media_root_for, media_roots

FOLDER: Final = "incoming"
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def new_incoming() -> str:
    """Begin an empty file of the organization in scope, readable by us alone; returns its key."""
    key = secrets.token_urlsafe(32)
    path = _folder() / f"{key}.part"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return key


def append(key: str, piece: IO[bytes], *, at: int) -> int:
    """Put a piece behind the first `at` bytes and return how many stand there now, on the disk.

    Hold the row's lock, so that nobody else writes. Raises NotFound when the file is gone or
    shorter than it should be: only a new upload helps.
    """
    path = incoming_path(key)
    with path.open("r+b") as stream:
        if stream.seek(0, os.SEEK_END) < at:
            raise _gone()
        stream.truncate(at)
        stream.seek(at)
        shutil.copyfileobj(piece, stream, 1 << 20)
        stream.flush()
        os.fsync(stream.fileno())
        return stream.tell()


def incoming_path(key: str) -> Path:
    """Raises NotFound for what is no key, and for a file that is gone."""
    path = _folder() / f"{key}.part"
    if not _NAME.fullmatch(key) or not path.is_file():
        raise _gone()
    return path


def delete_incoming(key: str) -> None:
    if _NAME.fullmatch(key):
        (_folder() / f"{key}.part").unlink(missing_ok=True)


def remove_stale_incoming(before: datetime) -> int:
    """Delete those of every organization that nothing was added to since; returns how many.

    Their rows are gone, since an upload is given up long before.
    """
    removed = 0
    for root in media_roots():
        for path in root.glob(f"*-*-*-*-*/{FOLDER}/*.part") if root.is_dir() else ():
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _folder() -> Path:
    organization_id = current_organization_id()
    return media_root_for(organization_id) / str(organization_id) / FOLDER


def _gone() -> NotFound:
    return NotFound(
        "What was uploaded of this file is no longer there. Upload it from the start.",
        code="upload_gone",
    )
