"""Which parts a paper of each kind has, and how they are read, edited and put down as text.

A result is JSON: by part a text, a list of lines, or a list of rows; and two lists beside them,
`basis` (what it was derived from) and `missing` (what nobody has said, and where to say it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

MOST_ROWS: Final = 60
MOST_LINES: Final = 30
LINE_CHARACTERS: Final = 600
TEXT_CHARACTERS: Final = 4_000
NOTES: Final = ("basis", "missing")
UNKNOWN: Final = "not known"


@dataclass(frozen=True, slots=True)
class Column:
    """`source` is the field of the strategist's output that holds this column, row by row."""

    name: str
    label: str
    source: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    label: str
    kind: Literal["text", "lines", "table"]
    help: str = ""
    columns: tuple[Column, ...] = ()
    fixed: tuple[str, ...] = ()
    """What the first column of each row says, where there are exactly these rows."""


@dataclass(frozen=True, slots=True)
class Layout:
    label: str
    lead: str
    parts: tuple[Part, ...]


STAGES: Final = ("awareness", "engagement", "conversion", "retention")
INTENTS: Final = ("informational", "commercial", "transactional", "navigational")
PRIORITIES: Final = ("high", "medium", "low")

LAYOUTS: Final[Mapping[str, Layout]] = {
    "positioning": Layout(
        "Positioning",
        "What the brand stands for, seen from the company, its customers and its competitors.",
        (
            Part("statement", "Positioning statement", "text", "The writer is given it."),
            Part("differentiators", "What sets it apart", "lines"),
            Part("tone", "Tone", "lines"),
            Part("company", "Company", "text", "What it can do and has."),
            Part("customer", "Customers", "text", "Who they are and what they want."),
            Part("competition", "Competitors", "text", "What else they could choose."),
            Part("recommendations", "Recommendations", "lines"),
        ),
    ),
    "funnel": Layout(
        "Funnel",
        "From never having heard of the brand to coming back to it.",
        (
            Part(
                "stages",
                "Stages",
                "table",
                columns=(
                    Column("stage", "Stage", "", STAGES),
                    Column("goal", "Goal", "goals"),
                    Column("message", "Message", "messages"),
                    Column("content", "Content", "contents"),
                    Column("channel", "Channel", "channels"),
                    Column("metric", "Measured by", "metrics"),
                ),
                fixed=STAGES,
            ),
        ),
    ),
    "competition": Layout(
        "Competitive gaps",
        "What others say and leave out, and what only this brand can say.",
        (
            Part("our_brand", "Our brand", "text"),
            Part(
                "competitors",
                "Competitors",
                "table",
                columns=(
                    Column("name", "Competitor", "competitors"),
                    Column("message", "What they say", "competitor_messages"),
                    Column("channels", "Where", "competitor_channels"),
                ),
            ),
            Part("messaging", "Gaps in messages", "lines"),
            Part("channel", "Gaps in channels", "lines"),
            Part("audience", "Gaps in audiences", "lines"),
            Part("content", "Gaps in content", "lines"),
            Part("differentiator", "What we can own", "text"),
        ),
    ),
    "kpis": Layout(
        "KPI framework",
        "What shows that it works: one measure an objective, and where it comes from.",
        (
            Part(
                "indicators",
                "Indicators",
                "table",
                columns=(
                    Column("objective", "Objective", "objectives"),
                    Column("metric", "Metric", "metrics"),
                    Column("target", "Target", "targets"),
                    Column("cadence", "Looked at", "cadences"),
                    Column("source", "Comes from", "sources"),
                ),
            ),
        ),
    ),
    "keywords": Layout(
        "Keyword research",
        "What people look for, what they want with it, and what to write for them.",
        (
            Part(
                "keywords",
                "Keywords",
                "table",
                "The writer is given those of high priority.",
                columns=(
                    Column("keyword", "Keyword", "keywords"),
                    Column("intent", "Intent", "intents", INTENTS),
                    Column("cluster", "Cluster", "clusters"),
                    Column("priority", "Priority", "priorities", PRIORITIES),
                    Column("volume", "Searches", ""),
                    Column("idea", "Content idea", "ideas"),
                ),
            ),
        ),
    ),
}


def parts_of(kind: str) -> tuple[Part, ...]:
    return LAYOUTS[kind].parts


def tables_of(kind: str) -> Iterator[Part]:
    return (part for part in parts_of(kind) if part.kind == "table")


def result_of(kind: str, output: Mapping[str, Any]) -> dict[str, Any]:
    """The result that a flat output of the strategist stands for; see `Part.columns`."""
    result: dict[str, Any] = {}
    for part in parts_of(kind):
        result[part.name] = _rows_of(part, output) if part.kind == "table" else output[part.name]
    return tidied(kind, {**result, **{name: output.get(name, []) for name in NOTES}})


def tidied(kind: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """Within bounds and without what is empty, so that equal words are an equal result."""
    clean: dict[str, Any] = {}
    for part in parts_of(kind):
        value = result.get(part.name)
        if part.kind == "text":
            clean[part.name] = str(value or "").replace("\r", "").strip()[:TEXT_CHARACTERS]
        elif part.kind == "lines":
            clean[part.name] = _lines(value)
        else:
            clean[part.name] = _table(part, value)
    return {**clean, **{name: _lines(result.get(name)) for name in NOTES}}


def as_text(kind: str, result: Mapping[str, Any], part: Part) -> str:
    """One part as lines of plain text, for comparing versions."""
    value: Any = result.get(part.name) or ""
    if part.kind == "text":
        return str(value)
    if part.kind == "lines":
        return "\n".join(value)
    return "\n".join(" · ".join(row.get(each.name, "") for each in part.columns) for row in value)


def as_markdown(title: str, kind: str, result: Mapping[str, Any]) -> str:
    """The whole paper to take along. Characters that would make a table or a heading are kept
    harmless."""
    blocks = [f"# {_inline(title)}"]
    for part in parts_of(kind):
        value = result.get(part.name)
        if value:
            blocks += [f"## {part.label}", _markdown(part, value)]
    for name, label in (("basis", "Derived from"), ("missing", "Not known yet")):
        if result.get(name):
            blocks += [f"## {label}", "\n".join(f"- {_inline(line)}" for line in result[name])]
    return "\n\n".join(blocks) + "\n"


def _markdown(part: Part, value: Any) -> str:
    if part.kind == "text":
        return "\n".join(_inline(line) for line in value.splitlines())
    if part.kind == "lines":
        return "\n".join(f"- {_inline(line)}" for line in value)
    head = [each.label for each in part.columns]
    rows = [[_inline(row.get(each.name, "")) for each in part.columns] for row in value]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def _inline(text: str) -> str:
    line = " ".join(str(text).split())
    for mark in "\\|<>[]*_`":
        line = line.replace(mark, f"\\{mark}")
    return f"\\{line}" if line.startswith(("#", "-", "+")) else line


def _rows_of(part: Part, output: Mapping[str, Any]) -> list[dict[str, str]]:
    columns = {each.name: output[each.source] for each in part.columns if each.source}
    count = min((len(cells) for cells in columns.values()), default=0)
    rows = [{name: str(cells[at]) for name, cells in columns.items()} for at in range(count)]
    if part.fixed:
        first = part.columns[0].name
        return [{first: said, **row} for said, row in zip(part.fixed, rows, strict=False)]
    return rows


def _lines(value: Any) -> list[str]:
    found = (" ".join(str(line).replace("\x00", "").split()) for line in value or ())
    return [line[:LINE_CHARACTERS] for line in found if line][:MOST_LINES]


def _table(part: Part, value: Any) -> list[dict[str, str]]:
    rows = []
    for row in value or ():
        cells = {each.name: _cell(each, row.get(each.name, "")) for each in part.columns}
        if any(cells[each.name] for each in part.columns if each.source and not each.choices):
            rows.append(cells)
    return rows[:MOST_ROWS]


def _cell(column: Column, value: Any) -> str:
    text = " ".join(str(value).replace("\x00", "").split())[:LINE_CHARACTERS]
    if column.choices and text not in column.choices:
        return column.choices[0] if not text else column.choices[-1]
    return text or (UNKNOWN if not column.source else "")
