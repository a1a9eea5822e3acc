"""The only writer of CSV and XLSX: no cell of it becomes a formula on somebody's computer.

People and networks fill our tables, and a spreadsheet runs what begins with `=`. In CSV such a cell
gets a quote in front, which makes it text; in XLSX the cell says itself that it is text.
Numbers stay numbers. Source: OWASP, CSV Injection; ASVS 5.0 1.2.10.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

Row = Sequence[object]

_NUMBERS: Final = (int, float, Decimal)
_STARTERS: Final = frozenset("=+-@|%\t\r\n")
# What no table may hold: XML forbids it, and terminals obey it.
_CONTROLS: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]"
)
_MOST_CHARACTERS: Final = 32_767  # of an XLSX cell


def write_csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180, every text quoted), one by one, title line first.

    Every text is quoted because a spreadsheet of another language also splits at `;`. Raises
    ValueError for a row that is not as long as `columns`.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
    for row in _checked(columns, rows):
        writer.writerow([_for_csv(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def write_xlsx(columns: Sequence[str], rows: Iterable[Row], *, sheet: str = "Warren") -> bytes:
    """A workbook with one sheet, whose texts are text cells and whose first row stands still.

    Raises ValueError for a row that is not as long as `columns`, and beyond Excel's 1,048,576 rows.
    """
    # A quarter of a second and 30 MB that a web process without workbooks should not carry.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", sheet)[:31] or "Warren")
    page.freeze_panes = "A2"
    try:
        for number, row in enumerate(_checked(columns, rows)):
            if number >= 1_048_576:
                raise ValueError("A sheet holds at most 1,048,576 rows; export as CSV.")
            page.append([_for_xlsx(page, value, is_title=number == 0) for value in row])
    except ValueError:
        # The sheet is a file that is half written, and says so when it is dropped.
        page.close()
        raise
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def guarded(text: str) -> str:
    """The text as a CSV cell that no spreadsheet runs."""
    return f"'{text}" if _looks_like_a_formula(text) else text


def _checked(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
    yield columns
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"A row has {len(row)} cells, and there are {len(columns)} columns.")
        yield row


def _looks_like_a_formula(text: str) -> bool:
    if text[:1] in _STARTERS and text:
        return True
    # Spreadsheets skip blanks and signs without width, and read the full-width twins alike.
    visible = re.sub(r"^[\s\u200b-\u200f\u2060\ufeff\x00-\x1f]+", "", text)
    return unicodedata.normalize("NFKC", visible[:1])[:1] in _STARTERS and bool(visible)


def _for_csv(value: object) -> object:
    if isinstance(value, _NUMBERS) and not isinstance(value, bool):
        return value
    return guarded(_text(value))


def _for_xlsx(page: Any, value: object, *, is_title: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if isinstance(value, _NUMBERS) and not isinstance(value, bool):
        return WriteOnlyCell(page, value=value)
    cell = WriteOnlyCell(page, value=_text(value)[:_MOST_CHARACTERS])
    # openpyxl guesses formulas and error values from the text.
    cell.data_type = "s"
    cell.number_format = "@"
    if is_title:
        cell.font = Font(bold=True)
    return cell


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_text(each) for each in value)
    return _CONTROLS.sub("", str(value))
