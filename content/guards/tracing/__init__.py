"""Where each claim of a text comes from: a sentence of a source, or nowhere.

A claim is traced when a sentence of a source is the same, or holds everything that the claim says:
its figures with their units and bounds, its names, its telling words, denied where they are denied.
What cannot be told is not traced, so that a doubt stops a text. Pure. Source: issue 5, "every
factual claim is traced to a sentence of its material or chunk".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.spans import Span
from config.kernel.language.statements import Statement, statement_of, statements_of
from content.guards.base import Citation, Source

from .claiming import claims, telling_words
from .holding import citation, held, quotes_are_true
from .reading import WORDING, Reading, read_all

__all__ = ["WORDING", "Tracing", "trace"]

_PARTS = regex.compile(
    r"[:;–—()]|\s-\s|,(?=\s)|\s(?=(?:and|but|while|und|aber|sowie|et|mais|y|e|pero)\s)"
)
_LABEL = regex.compile(r"[^\n:]{1,60}:(?=\s)")
_MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Tracing:
    """Citations in the order of the text, and the claims that no source has."""

    citations: tuple[Citation, ...] = ()
    untraced: tuple[Span, ...] = ()


def trace(text: str, sources: Sequence[Source], *, language: str = "") -> Tracing:
    """Trace every claim of the text. `language` is the text's ISO 639-1 code where it is known.

    A source of the kind "wording" lends its words and is never cited.
    """
    return _traced(text, tuple(sources), language)


@lru_cache(maxsize=64)  # several guards ask for the same text
def _traced(text: str, sources: tuple[Source, ...], language: str) -> Tracing:
    reading = read_all(text, sources, language)
    before: Statement | None = None
    for statement in statements_of(text, reading.language, wraps=False):
        _trace_statement(text, statement, before, reading)
        before = statement
    return Tracing(tuple(reading.found), tuple(reading.lost))


def _trace_statement(
    text: str, statement: Statement, before: Statement | None, reading: Reading
) -> None:
    if statement.key in reading.phrases or not statement.key:
        return
    if label := _LABEL.match(text, statement.start, statement.end):
        _trace_labelled(text, statement, label.end(), before, reading)
        return
    _trace_unlabelled(text, statement, before, reading)


def _trace_labelled(
    text: str, statement: Statement, end: int, before: Statement | None, reading: Reading
) -> None:
    """ "In short: the masts are of fir." announces, then says; both may claim."""
    if _same(statement, statement, reading):
        return
    label = statement_of(text, (statement.start, end), reading.language, statement.place)
    rest = statement_of(text, (end, statement.end), reading.language, statement.place)
    if _same(rest, rest, reading) and not claims(label, reading, is_label=True):
        return
    if _names_its_subject(label, reading) or claims(label, reading, is_label=True):
        if not held(statement, [statement, before], reading):
            reading.lost.append(statement.span)
    elif rest.key:
        _trace_unlabelled(text, rest, before, reading)


def _names_its_subject(label: Statement, reading: Reading) -> bool:
    """ "Compost: 3 bags" is of compost, "Up close:" is of what follows."""
    roots = {word.root for word in telling_words(label, reading)}
    return any(
        roots & {word.root for word in one.words}
        for read in reading.sources
        for one in read.statements
    )


def _trace_unlabelled(
    text: str, statement: Statement, before: Statement | None, reading: Reading
) -> None:
    if _same(statement, statement, reading):
        return
    if not quotes_are_true(statement, reading):
        reading.lost.append(statement.span)
        return
    if not claims(statement, reading):
        return
    if held(statement, [statement, before], reading):
        return
    _trace_parts(text, statement, before, reading)


def _same(statement: Statement, shown: Statement, reading: Reading) -> bool:
    for read in reading.sources:
        found = read.keys.get(statement.key)
        if found is not None:
            reading.found.append(citation(shown.span, read.source, found))
            return True
    return False


def _trace_parts(
    text: str, statement: Statement, before: Statement | None, reading: Reading
) -> None:
    """A sentence of several facts, each traced by itself; one that is lost loses the sentence."""
    parts = [statement_of(text, span, reading.language, statement.place)
             for span in _parts(text, statement)]  # fmt: skip
    kept = len(reading.found)
    is_lost = len(parts) < 2 and claims(statement, reading)
    for part in parts if len(parts) > 1 else ():
        if not part.key or part.key in reading.phrases or _same(part, part, reading):
            continue
        is_label = text[part.end : part.end + 1] == ":"
        if not claims(part, reading, is_label=is_label, is_part=not is_label):
            continue
        if not held(part, [part, statement, before], reading):
            is_lost = True
            break
    if is_lost:
        del reading.found[kept:]
        reading.lost.append(statement.span)


def _parts(text: str, statement: Statement) -> list[Span]:
    """At marks and conjunctions, figures kept whole."""
    cuts = [
        match.span()
        for match in _PARTS.finditer(text, statement.start, statement.end)
        if not any(figure.start <= match.start() < figure.end for figure in statement.figures)
    ][:_MOST_PARTS]
    spans, begin = [], statement.start
    for start, end in [*cuts, (statement.end, statement.end)]:
        if text[begin:start].strip():
            spans.append((begin, start))
        begin = end
    return spans
