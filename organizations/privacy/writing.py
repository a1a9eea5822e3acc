"""Writes the rows of a section into two files, JSON and CSV, batch by batch.

After each batch the caller stores how far the files went. A run that was killed cuts both back to
that length and goes on behind the last row that counts; memory holds one batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from config.kernel.tables import write_csv

from .sections import Section

# A material holds up to a megabyte of text, and a batch is in memory.
ROWS_A_BATCH = 250


@dataclass(slots=True)
class Mile:
    """How far one section is written: rows, the last one's key, and the bytes of both files."""

    rows: int = 0
    after: str | None = None
    json_bytes: int = 0
    csv_bytes: int = 0
    is_done: bool = False

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def write_batch(
    section: Section,
    folder: Path,
    mile: Mile,
    entered: Callable[[], AbstractContextManager[Any]],
) -> Mile:
    """Append the next rows to both files and return how far they go now."""
    texts, cells = folder / f"{section.name}.json", folder / f"{section.name}.csv"
    if _is_shorter(texts, mile.json_bytes) or _is_shorter(cells, mile.csv_bytes):
        mile = Mile()
    with entered():
        rows = section.read(mile.after, ROWS_A_BATCH)
    is_last = len(rows) < ROWS_A_BATCH
    return Mile(
        rows=mile.rows + len(rows),
        after=str(rows[-1][0]) if rows else mile.after,
        json_bytes=_append(texts, mile.json_bytes, _json(section, rows, mile, is_last=is_last)),
        csv_bytes=_append(cells, mile.csv_bytes, _csv(section, rows, mile)),
        is_done=is_last,
    )


def _json(
    section: Section, rows: list[tuple[Any, ...]], mile: Mile, *, is_last: bool
) -> Iterator[str]:
    before = ",\n" if mile.rows else "[\n"
    for row in rows:
        fields = dict(zip(section.columns, row[1:], strict=True))
        yield before + json.dumps(fields, cls=DjangoJSONEncoder, ensure_ascii=False)
        before = ",\n"
    if is_last:
        yield "\n]\n" if before == ",\n" else "[]\n"


def _csv(section: Section, rows: list[tuple[Any, ...]], mile: Mile) -> Iterator[str]:
    lines = write_csv(section.columns, ([_cell(value) for value in row[1:]] for row in rows))
    if mile.csv_bytes:
        next(lines)
    return lines


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return value


def _append(path: Path, length: int, texts: Iterable[str]) -> int:
    """Cut a file to what counts, add texts, and return its new length in bytes."""
    path.touch(mode=0o600)
    with path.open("r+b") as file:
        file.truncate(length)
        file.seek(length)
        for text in texts:
            file.write(text.encode())
        return file.tell()


def _is_shorter(path: Path, length: int) -> bool:
    # The machine went down before it wrote what we had counted.
    return length > 0 and (not path.exists() or path.stat().st_size < length)
