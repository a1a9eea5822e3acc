"""CSV: each row as a paragraph of "column: value" lines, so that a row can be found by itself.

Cells are text and nothing else: a formula is shown as it is written.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from config.kernel.readers.base import Extracted, Unreadable, extracted
from config.kernel.readers.text import decoded

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
CELL_CHARACTERS = 5_000
DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 25  # lines
_FEWEST_ROWS = 3
_LONGEST_NAME = 60  # characters of a column's name; longer is prose that happens to have commas


def read_csv(data: bytes, *, title: str = "") -> Extracted:
    """The first row names the columns. Raises Unreadable for a file of more than 10 MB."""
    if len(data) > MOST_BYTES:
        raise Unreadable(
            f"The table has {len(data) / 1_048_576:.0f} MB; at most 10 MB are read. "
            "Save the rows that matter, and upload those.",
            code="material_too_large",
        )
    text = decoded(data).replace("\x00", "")
    rows = _rows(text, delimiter_of(text) or ",")
    try:
        names = [name or f"Column {number}" for number, name in enumerate(next(rows, []), start=1)]
        kept = list(islice(rows, MOST_ROWS + 1))
    except csv.Error:
        raise Unreadable(
            "The table cannot be read: one of its cells has no end. Save it again as CSV (UTF-8), "
            "and upload that.",
            code="material_damaged",
        ) from None
    paragraphs = ("\n".join(_lines(names, row)) for row in kept[:MOST_ROWS])
    return extracted(
        "\n\n".join(filter(None, paragraphs)) or ", ".join(names),
        title=title,
        truncated=len(kept) > MOST_ROWS,
    )


def delimiter_of(text: str) -> str | None:
    """What stands between the cells if this is a table: each row has as many. None for a text."""
    lines = [line for line in text.split("\n", 400)[:400] if line.strip()][:_LOOKED_AT]
    head = "\n".join(lines)
    for delimiter in DELIMITERS:
        if _is_table(head, delimiter):
            return delimiter
    return None


def cells_of(text: str, delimiter: str, *, most_bytes: int) -> Iterator[list[str]]:
    """Every row as its cells, untouched. Raises Unreadable for a cell without an end."""
    csv.field_size_limit(most_bytes)
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from rows
    except csv.Error as error:
        raise Unreadable(
            f"The table cannot be read after line {rows.line_num}: one of its cells has no end.",
            code="material_damaged",
        ) from error


def _is_table(head: str, delimiter: str) -> bool:
    try:
        rows = [row for row in _rows(head, delimiter) if row]
    except csv.Error:
        return False
    # The last row may be cut where the look ends.
    widths = {len(row) for row in rows[:-1]}
    if len(rows) < _FEWEST_ROWS or len(widths) != 1 or widths == {1}:
        return False
    names = rows[0]
    is_named = all(name and len(name) <= _LONGEST_NAME for name in names)
    return is_named and not any(name.endswith((".", "!", "?")) for name in names)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(MOST_BYTES)
    for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
        cells = [" ".join(cell.split())[:CELL_CHARACTERS] for cell in row[:MOST_COLUMNS]]
        if any(cells):
            yield cells


def _lines(names: list[str], row: list[str]) -> Iterator[str]:
    for name, value in zip(names, row, strict=False):
        if value:
            yield f"{name}: {value}"
