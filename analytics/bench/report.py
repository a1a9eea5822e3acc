"""What was measured, as tables for the terminal and as Markdown for the documentation."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.table import Table

from config.kernel.clock import now


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as it is read; `is_met` is None where no goal was set."""

    text: str
    is_met: bool | None = None


@dataclass(slots=True)
class Section:
    """One table: its first column names what was measured."""

    title: str
    columns: Sequence[str]
    rows: list[list[Cell]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: Cell | str) -> None:
        self.rows.append([cell if isinstance(cell, Cell) else Cell(cell) for cell in cells])

    @property
    def missed(self) -> list[str]:
        """What stands beyond its goal, named by row and column."""
        return [
            f"{row[0].text}: {self.columns[number]} {cell.text}"
            for row in self.rows
            for number, cell in enumerate(row)
            if cell.is_met is False
        ]


def rich_table(section: Section) -> Table:
    table = Table(title=section.title, title_justify="left", title_style="bold")
    for number, column in enumerate(section.columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=number > 0)
    for row in section.rows:
        table.add_row(*(_styled(cell) for cell in row))
    return table


def markdown(sections: Sequence[Section], *, size: str) -> str:
    parts = [f"Measured {now():%F} on {machine()}; {size}. Bold: beyond its goal."]
    for section in sections:
        parts.append(f"### {section.title}\n\n{_markdown_table(section)}")
        parts += section.notes
    return "\n\n".join(parts)


def put_into(document: Path, text: str, *, part: str = "bench") -> None:
    """Replace what stands between two marks of the part. Raises ValueError where they are not."""
    begin, final = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    old = document.read_text(encoding="utf-8")
    before, _, rest = old.partition(begin)
    _, end, after = rest.partition(final)
    if not end:
        raise ValueError(f"{document} lacks the marks {begin} and {final}.")
    document.write_text(f"{before}{begin}\n\n{text}\n\n{final}{after}", encoding="utf-8")


def machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, "
        f"load {load:.1f} at the end"
    )


def _markdown_table(section: Section) -> str:
    head = f"| {' | '.join(section.columns)} |"
    line = (
        f"|{'|'.join('---' if not number else '---:' for number in range(len(section.columns)))}|"
    )
    rows = [f"| {' | '.join(_marked(cell) for cell in row)} |" for row in section.rows]
    return "\n".join([head, line, *rows])


def _styled(cell: Cell) -> str:
    style = {True: "green", False: "bold red", None: ""}[cell.is_met]
    return f"[{style}]{cell.text}[/{style}]" if style else cell.text


def _marked(cell: Cell) -> str:
    return f"**{cell.text}**" if cell.is_met is False else cell.text
