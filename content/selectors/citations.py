"""A text cut into pieces at its citations, so that a page can underline what is traced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cited:
    """One claim with its source; `number` counts from 1 in the order of the text.

    `said` are the text's words, `quote` the source's; `url` is where the source can be read, empty
    where it has no page.
    """

    number: int
    said: str
    quote: str
    label: str
    kind: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the text, with its citation where it has one."""

    text: str
    cited: Cited | None = None


def pieces_of(
    text: str, citations: Iterable[Mapping[str, Any]], urls: Mapping[tuple[str, str], str]
) -> list[Piece]:
    """The whole text in order. Offsets are code points, which is how Python counts.

    Of two citations that overlap the earlier one stands; one that lies outside of the text, as of
    an older wording, is left out. `urls` are addresses by kind and id of the source.
    """
    pieces: list[Piece] = []
    position, number = 0, 0
    for each in sorted(citations, key=lambda one: tuple(one["span"])):
        start, end = each["span"]
        if not position <= start < end <= len(text):
            continue
        number += 1
        if start > position:
            pieces.append(Piece(text[position:start]))
        pieces.append(Piece(text[start:end], _cited(each, number, text[start:end], urls)))
        position = end
    return [*pieces, Piece(text[position:])] if position < len(text) else pieces


def cited_in(pieces: Sequence[Piece]) -> list[Cited]:
    return [piece.cited for piece in pieces if piece.cited is not None]


def _cited(
    each: Mapping[str, Any], number: int, said: str, urls: Mapping[tuple[str, str], str]
) -> Cited:
    kind = str(each.get("source_kind", ""))
    return Cited(
        number=number,
        said=said,
        quote=str(each.get("quote", "")),
        label=str(each.get("source_label", "")),
        kind=kind,
        url=urls.get((kind, str(each.get("source_id", ""))), ""),
    )
