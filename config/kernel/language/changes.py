"""What differs between two texts, word by word, for people to look at. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

Kind = Literal["same", "added", "removed"]

# Comparing takes the square of the words at worst; longer texts are shown as one change.
MOST_WORDS: Final = 3_000
_PIECES: Final = re.compile(r"\s+|[^\s\w]|\w+")


@dataclass(frozen=True, slots=True)
class Change:
    kind: Kind
    text: str


def word_changes(before: str, after: str) -> list[Change]:
    """The later text in pieces, with what was taken out standing where it stood.

    All pieces that are not removed make `after`, all that are not added make `before`.
    """
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if len(old) + len(new) > 2 * MOST_WORDS:
        found = [("same", before)] if before == after else [("removed", before), ("added", after)]
        return [Change(kind, text) for kind, text in found if text]  # type: ignore[arg-type]
    return _joined(_compared(old, new))


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    for act, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if act == "equal":
            yield Change("same", "".join(new[c:d]))
        else:
            yield Change("removed", "".join(old[a:b]))
            yield Change("added", "".join(new[c:d]))


def _joined(changes: Iterator[Change]) -> list[Change]:
    """A space between two changes is part of them, or every word would be marked by itself."""
    rows: list[Change] = []
    removed = added = ""
    for change in changes:
        if change.kind == "removed":
            removed += change.text
        elif change.kind == "added":
            added += change.text
        elif change.text.strip() or not (removed or added) or "\n" in change.text:
            rows += [Change("removed", removed), Change("added", added), change]
            removed = added = ""
        else:
            removed, added = removed + change.text, added + change.text
    rows += [Change("removed", removed), Change("added", added)]
    return [row for row in rows if row.text]
