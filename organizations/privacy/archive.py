"""Packs the written sections and the files into one ZIP with a list of what is in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MANIFEST = "manifest.json"
_CHUNK = 256 * 1024

READ_ME = """What Warren keeps about {title}, as of {made_at:%Y-%m-%d %H:%M} UTC.

Each table is there twice: as JSON, exactly, and as CSV, for a spreadsheet. In CSV a quote stands
in front of a text that a spreadsheet would run as a formula. Files that were uploaded lie in the
folder "files". manifest.json names every file with its rows, bytes and SHA-256.

Not in here: passwords, keys and tokens, which are worth something only to whoever steals them.
"""


@dataclass(frozen=True, slots=True)
class Packed:
    """One file in the archive. `rows` None for a file that is no table."""

    name: str
    bytes: int
    sha256: str
    rows: int | None = None


def pack(
    target: Path,
    *,
    title: str,
    made_at: datetime,
    folder: Path,
    rows: Mapping[str, int],
    files: Iterable[tuple[str, Path]],
) -> list[Packed]:
    """Write the archive whole or not at all, and return what is in it.

    The same content gives the same bytes, however often the work was begun. Streams: memory holds
    one piece of one file.
    """
    draft = target.with_suffix(".part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with ZipFile(draft, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        packed = [
            _add(archive, f"{name}.{kind}", made_at, _pieces(folder / f"{name}.{kind}"), rows[name])
            for name in sorted(rows)
            for kind in ("json", "csv")
        ]
        packed += [
            _add(archive, f"files/{name}", made_at, _pieces(path)) for name, path in sorted(files)
        ]
        text = READ_ME.format(title=title, made_at=made_at)
        packed.append(_add(archive, "README.txt", made_at, [text.encode()]))
        _add(archive, MANIFEST, made_at, [_manifest(title, made_at, packed)])
    draft.rename(target)
    return packed


def _add(
    archive: ZipFile,
    name: str,
    made_at: datetime,
    pieces: Iterable[bytes],
    rows: int | None = None,
) -> Packed:
    entry = ZipInfo(name, made_at.timetuple()[:6])
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o600 << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(entry, "w", force_zip64=True) as out:
        for piece in pieces:
            out.write(piece)
            digest.update(piece)
            size += len(piece)
    return Packed(name, size, digest.hexdigest(), rows)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece


def _manifest(title: str, made_at: datetime, packed: list[Packed]) -> bytes:
    said: dict[str, Any] = {
        "of": title,
        "made_at": made_at.isoformat(),
        "files": [
            {
                "name": each.name,
                **({} if each.rows is None else {"rows": each.rows}),
                "bytes": each.bytes,
                "sha256": each.sha256,
            }
            for each in packed
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()
