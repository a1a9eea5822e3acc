"""A file of posts as a table: CSV or JSON in whatever encoding, cells as text and nothing else."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from config.kernel.errors import Invalid
from config.kernel.readers.base import Unreadable
from config.kernel.readers.csv import cells_of
from config.kernel.tables import guarded

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_ROWS: Final = 1_000
MOST_COLUMNS: Final = 60
MOST_CHARACTERS: Final = 20_000  # of one cell
_LONGEST_NAME: Final = 80
_DELIMITERS: Final = (",", ";", "\t", "|")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One post of the file; `number` is where a person finds it there, the title line being 1."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    kind: Literal["csv", "json"]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def read_table(data: bytes) -> Table:
    """The file as a table; what it is, its content says.

    Raises Invalid, field "upload", for a file that is empty, of more than 2 MB, 1,000 posts or 60
    columns, or that is no table at all.
    """
    if len(data) > MOST_BYTES:
        raise _refused(
            f"The file has {len(data) / 1_048_576:.1f} MB; at most 2 MB are taken. Split it, and "
            "import the parts one after another."
        )
    text = decoded(data).replace("\x00", "")
    if not text.strip():
        raise _refused("The file is empty. Choose the one with the posts in it.")
    table = _json(text) if text.lstrip()[:1] in "[{" else _csv(text)
    if not table.lines:
        raise _refused("The file has a title line and nothing under it.")
    return table


def decoded(data: bytes) -> str:
    """By byte order mark, else UTF-8, else UTF-16 where every second byte is nothing, else the
    code page of Windows."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    head = data[:2_000]
    if len(head) > 3 and (
        head[1::2].count(0) > len(head) // 3 or head[::2].count(0) > len(head) // 3
    ):
        return data.decode("utf-16-le" if head[1::2].count(0) else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def plain_cell(text: str) -> str:
    """Without the quote that our own exports put before what a spreadsheet would take for a
    formula; nothing here ever reads a cell as one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def _csv(text: str) -> Table:
    rows = cells_of(text, _delimiter(text), most_bytes=MOST_BYTES)
    try:
        names = _names(next(rows, []))
        lines = tuple(_csv_lines(names, rows))
    except Unreadable as error:
        raise _refused(f"{error.message} Save it again as CSV (UTF-8), and import that.") from error
    return Table("csv", names, lines)


def _csv_lines(names: Sequence[str], rows: Iterator[list[str]]) -> Iterator[Line]:
    count = 0
    # Numbered as a spreadsheet numbers its rows, whatever stands on several lines.
    for number, row in enumerate(rows, start=2):
        cells = {name: plain_cell(cell) for name, cell in zip(names, row, strict=False)}
        if not any(cells.values()):
            continue
        count += 1
        _refuse_many(count)
        _refuse_long(number, cells)
        yield Line(number, cells)


def _json(text: str) -> Table:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise _refused(
            f"This is not valid JSON{where}. It must be a list of posts, each with its fields."
        ) from error
    if isinstance(found, dict):
        found = found.get("posts")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise _refused('JSON must be a list of posts, or {"posts": [...]}.')
    _refuse_many(len(found))
    lines = []
    for number, each in enumerate(found, start=1):
        cells = {
            " ".join(str(name).split())[:_LONGEST_NAME]: _cell(value)
            for name, value in each.items()
        }
        _refuse_long(number, cells)
        if any(cells.values()):
            lines.append(Line(number, cells))
    columns = tuple(dict.fromkeys(name for line in lines for name in line.cells))
    if len(columns) > MOST_COLUMNS:
        raise _too_wide()
    return Table("json", columns, tuple(lines))


def _cell(value: Any) -> str:
    """Lists as lines, one part a line; what is nested deeper is no field of a post."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, list):
        return "\n".join(filter(None, (_cell(each).strip() for each in value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    # Without what no text has, and a database would refuse.
    return plain_cell(str(value).encode("utf-8", "ignore").decode("utf-8").replace("\x00", ""))


def _names(row: Sequence[str]) -> tuple[str, ...]:
    names = [" ".join(name.replace("\ufeff", "").split())[:_LONGEST_NAME] for name in row]
    if len(names) > MOST_COLUMNS:
        raise _too_wide()
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        name = name or f"Column {place + 1}"
        seen[name] = seen.get(name, 0) + 1
        names[place] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return tuple(names)


def _delimiter(text: str) -> str:
    """What stands most often in the title line, outside of quotes."""
    head, quoted, found = text.lstrip("\ufeff\r\n"), False, dict.fromkeys(_DELIMITERS, 0)
    for letter in head[:10_000]:
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in "\r\n":
            break
        elif not quoted and letter in found:
            found[letter] += 1
    best = max(found, key=lambda each: found[each])
    return best if found[best] else ","


def _refuse_many(count: int) -> None:
    if count > MOST_ROWS:
        raise _refused(
            f"The file has more than {MOST_ROWS:,} posts. Split it, and import the parts one after "
            "another."
        )


def _refuse_long(number: int, cells: Mapping[str, str]) -> None:
    for name, cell in cells.items():
        if len(cell) > MOST_CHARACTERS:
            raise _refused(
                f"Row {number}, “{name}”, has {len(cell):,} characters; at most "
                f"{MOST_CHARACTERS:,} are taken. A quotation mark may be missing before it."
            )


def _too_wide() -> Invalid:
    return _refused(f"The file has more than {MOST_COLUMNS} columns. Leave out what no post needs.")


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, code="import_unreadable", field="upload")
