"""Which sentence of a source holds a claim: all that it says, and nothing that would turn it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.claim_words import (
    BEYOND_ALL,
    CONDITIONS,
    HEDGES,
    PRONOUNS,
    STRONG,
)
from config.kernel.language.figures import Figure
from config.kernel.language.spans import Span
from config.kernel.language.statements import Statement, Word, begins_with_noun, key_of
from content.guards.base import Citation, Source

from .claiming import is_talk, telling_words
from .reading import Read, Reading, Said

_QUOTED = regex.compile(r"[“„«\"]([^“”„«»\"\n]{12,400})[”“»\"]")
_BEYOND = regex.compile(rf"(?<!\p{{L}}){BEYOND_ALL}", regex.IGNORECASE)


def quotes_are_true(statement: Statement, reading: Reading) -> bool:
    """Words in quotation marks stand in a source exactly so."""
    for match in _QUOTED.finditer(statement.text):
        quote = key_of(match.group(1))
        if len(quote.split()) >= 3 and not any(f" {quote} " in read.plain
                                               for read in reading.sources):  # fmt: skip
            return False
    return True


@dataclass(frozen=True)
class _Asked:
    """What a sentence must hold. Talk is held to its figures, names and strong words alone."""

    claim: Statement
    words: list[Word]
    around: set[str]
    told: set[str]  # telling roots of its sentence and of the one before
    is_talk: bool
    is_beyond: bool


def held(claim: Statement, context: Sequence[Statement | None], reading: Reading) -> bool:
    """Cite the sentence that holds the claim, the one with most of it first; False without one."""
    asked = _asked(claim, context, reading)
    best: tuple[int, Read, Statement] | None = None
    for read in reading.sources:
        for at, said in enumerate(read.said):
            score = _score(asked, said, read, at)
            if score and (best is None or score > best[0]):
                best = (score, read, said.statement)
    if best is None:
        return False
    reading.found.append(citation(claim.span, best[1].source, best[2]))
    return True


def _asked(claim: Statement, context: Sequence[Statement | None], reading: Reading) -> _Asked:
    talks = is_talk(claim, reading)
    words = telling_words(claim, reading)
    if talks:
        strong = STRONG.get(reading.language, STRONG["en"])
        words = [word for word in words if word.is_name or word.folded in strong]
    around = {word.root for one in context if one is not None for word in one.words}
    told = {word.root for one in context if one is not None for word in telling_words(one, reading)}
    return _Asked(claim, words, around, told, talks, bool(_BEYOND.search(claim.text)))


def _score(asked: _Asked, said: Said, read: Read, at: int) -> int:
    """0 when the sentence does not hold the claim, else how many of its words it has."""
    missing = [figure for figure in asked.claim.figures if not _has_figure(asked, figure, said)]
    if missing and not all(_names_a_model(asked.claim, figure, read) for figure in missing):
        return 0
    carried = 0
    for word in asked.words:
        meant = said.roots.get(word.root)
        if meant is not None:
            if word.is_denied not in meant and not asked.is_talk:
                return 0
        elif word.root not in said.units:
            if not _is_carried(word, said.statement, read, at):
                return 0
            carried += 1
    figures = len(asked.claim.figures) - len(missing)
    matched = len(asked.words) - carried + 2 * figures
    if matched <= 0:
        return 0
    if asked.is_beyond and not _BEYOND.search(said.statement.text):
        return 0
    if not asked.is_talk and not _fair(asked, said, read):
        return 0
    return matched * 10 + (1 if at else 2)


def _names_a_model(claim: Statement, figure: Figure, read: Read) -> bool:
    """The 40 of "the Trail 40", where the whole source is about that."""
    if figure.unit or figure.bound:
        return False
    before = next((word for word in reversed(claim.words) if word.end < figure.start), None)
    if before is None or before.root not in read.leading or figure.start - before.end > 1:
        return False
    return f" {before.folded} {figure.value} " in read.plain


def _has_figure(asked: _Asked, figure: Figure, said: Said) -> bool:
    if figure.value not in said.values:
        return False
    others = said.statement.figures
    return any(_agrees(asked.claim, figure, said.statement, other) for other in others)


def _agrees(claim: Statement, figure: Figure, said: Statement, other: Figure) -> bool:
    """One value, one unit, one bound; and not the number of something else."""
    if figure.value != other.value or figure.bound != other.bound:
        return False
    if figure.unit or other.unit:
        return figure.unit == other.unit or not figure.unit and not claim.measured.get(figure.start)
    counted = claim.measured.get(figure.start)
    own = said.measured.get(other.start)
    others = {unit for start, unit in said.measured.items() if start != other.start}
    return counted is None or counted == own or counted not in others


def _is_carried(word: Word, said: Statement, read: Read, at: int) -> bool:
    """A name that the sentence leaves out because the text around it is about it."""
    if word.root in read.leading:
        return True
    if at and said.words and said.words[0].folded in PRONOUNS:
        subject = begins_with_noun(read.statements[at - 1])
        if word.root in subject:
            return True
    if not word.is_name:
        return False
    for one in reversed(read.statements[max(0, at - 4) : at]):
        if names := {name.root for name in one.names}:
            return word.root in names and not _competing(said, names)
    return False


def _competing(said: Statement, names: set[str]) -> bool:
    return any(word.root not in names for word in said.names)


def _fair(asked: _Asked, said: Said, read: Read) -> bool:
    """Nothing of the sentence was left out that would turn its meaning."""
    claim, written_in = asked.claim, said.statement
    spoken = {word.folded for word in claim.words}
    written = {word.folded for word in written_in.words}
    if written & HEDGES and not spoken & HEDGES:
        return False
    if written & CONDITIONS and not spoken & CONDITIONS:
        return False
    if not _denials_kept(claim, written_in) or not _of_one_thing(asked, said, read):
        return False
    return _nearest_names(claim, written_in)


def _of_one_thing(asked: _Asked, said: Said, read: Read) -> bool:
    """The sentence's subject is spoken of, or nothing else is."""
    heads = begins_with_noun(said.statement)
    if not heads or any(head in asked.around for head in heads):
        return True
    return not asked.told - said.roots.keys() - said.units - read.leading


def _denials_kept(claim: Statement, said: Statement) -> bool:
    """A "not" in the sentence over words that the claim repeats is in the claim too."""
    denied = {word.root for word in said.content if word.is_denied}
    claimed = {word.root for word in claim.content if word.is_denied}
    plain = {word.root for word in claim.content if not word.is_denied}
    affirmed = {word.root for word in said.content if not word.is_denied}
    return not ((denied - affirmed) & plain) and not (claimed & affirmed - denied)


def _nearest_names(claim: Statement, said: Statement) -> bool:
    """What is said stands nearer to the claim's name than to another name of the sentence."""
    own = {word.root for word in claim.words}
    mine = [w for w in said.names if w.root in own]
    others = [w for w in said.names if w.root not in own]
    if not mine or not others:
        return True
    roots = {word.root for word in claim.content} - {word.root for word in mine}
    places = [word.start for word in said.content if word.root in roots]
    places += [f.start for f in said.figures if f.value in {c.value for c in claim.figures}]
    if not places:
        return True

    def distance(names: list[Word]) -> float:
        return sum(min(abs(place - name.start) for name in names) for place in places)

    return distance(mine) <= distance(others)


def citation(span: Span, source: Source, said: Statement) -> Citation:
    return Citation(
        span=span,
        source_kind=source.kind,
        source_id=source.id,
        source_label=source.label,
        source_span=said.span,
        quote=source.text[said.start : said.end],
    )
