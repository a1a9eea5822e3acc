"""Where the parts of a plain text begin, and what stands above them.

Readers give plain text without marks, so a heading is known by its looks: a short line without an
end mark, with something under it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST_CHARACTERS: Final = 90
MOST_WORDS: Final = 12
FEWEST_BELOW: Final = 40  # characters under a heading; less is a list of short lines
_ENDS: Final = (".", "!", ",", ";", "…", "。", "！")
_ITEMS: Final = ("- ", "* ", "• ", "| ")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading, at [start, end) of the text; the heading itself is in it."""

    heading: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int
    end: int


def sections_of(text: str) -> list[Section]:
    """In their order; they cover the whole text. The first may have no heading."""
    starts = [(line.start, _bare(line.text)) for line in _headings(text)]
    if not starts or starts[0][0] > 0:
        starts.insert(0, (0, ""))
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return [
        Section(heading, start, end) for (start, heading), end in zip(starts, ends, strict=True)
    ]


def is_question(heading: str) -> bool:
    return heading.rstrip("\"'”’»)").endswith(("?", "？"))


def _headings(text: str) -> Iterator[_Line]:
    lines = [line for line in _lines(text) if line.text.strip()]
    for line, below in zip(lines, lines[1:], strict=False):
        if _looks_like_heading(line.text) and _carries(below):
            yield line


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for raw in text.split("\n"):
        yield _Line(raw, start, start + len(raw))
        start += len(raw) + 1


def _looks_like_heading(line: str) -> bool:
    bare = _bare(line)
    if line.startswith("#"):
        return bool(bare)
    is_short = 2 <= len(bare) <= MOST_CHARACTERS and len(bare.split()) <= MOST_WORDS
    if not is_short or bare.endswith(_ENDS) or line.startswith(_ITEMS):
        return False
    # "Monday: 9 to 5" is a line of a list and no heading.
    return (bare[0].isupper() or bare[0].isdigit()) and ": " not in bare


def _carries(below: _Line) -> bool:
    """A heading has prose or a list under it; a short loose line is its neighbour."""
    text = below.text.strip()
    ends = text.endswith((".", "!", "?", ":", "。", "！", "？"))
    return text.startswith(_ITEMS) or len(text) >= FEWEST_BELOW or ends


def _bare(line: str) -> str:
    return line.strip().lstrip("#").strip()
