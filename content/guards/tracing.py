"""Where each claim of a text comes from: a sentence of a source, or nowhere.

A claim is traced when a sentence of a source is the same, or holds everything that the claim says:
its figures with their units and bounds, its names, its telling words, denied where they are denied.
What cannot be told is not traced, so that a doubt stops a text. Pure. Source: issue 5, "every
factual claim is traced to a sentence of its material or chunk".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.addresses import address_spans
from config.kernel.language.claim_words import (
    APPEALS,
    BEYOND_ALL,
    CLAIMING_QUESTION,
    CONDITIONS,
    EVALUATIVE,
    GREETINGS,
    HEDGES,
    NOT_AHEAD,
    OPINIONS,
    PRONOUNS,
    QUANTITIES,
    STRONG,
)
from config.kernel.language.detection import languages_of
from config.kernel.language.figures import Figure
from config.kernel.language.spans import Span
from config.kernel.language.statements import (
    Statement,
    Word,
    begins_with_noun,
    is_pale,
    key_of,
    statement_of,
    statements_of,
)

from .base import Citation, Source

WORDING = "wording"
"""Kind of a source that holds words and phrases that may stand anywhere, such as required words."""

_OPINION = regex.compile(rf"[\p{{P}}\p{{S}}\s]*+{OPINIONS}(?![\p{{L}}\p{{N}}])", regex.IGNORECASE)
_CLAIMING = regex.compile(rf"[\p{{P}}\p{{S}}\s]*+{CLAIMING_QUESTION}(?!\p{{L}})", regex.IGNORECASE)
_QUOTED = regex.compile(r"[“„«\"]([^“”„«»\"\n]{12,400})[”“»\"]")
_PARTS = regex.compile(
    r"[:;–—()]|\s-\s|,(?=\s)|\s(?=(?:and|but|while|und|aber|sowie|et|mais|y|e|pero)\s)"
)
_TAG_LINE = regex.compile(r"[#＃][\p{L}\p{N}_]+")
_BEYOND = regex.compile(rf"(?<!\p{{L}}){BEYOND_ALL}", regex.IGNORECASE)
_LABEL = regex.compile(r"[^\n:]{1,60}:(?=\s)")
_MOST_PARTS = 8
_LONGEST_JUDGEMENT = 5  # telling words


@dataclass(frozen=True, slots=True)
class Tracing:
    """Citations in the order of the text, and the claims that no source has."""

    citations: tuple[Citation, ...] = ()
    untraced: tuple[Span, ...] = ()


@dataclass(frozen=True)
class _Read:
    """One source, read once."""

    source: Source
    language: str
    statements: tuple[Statement, ...]
    keys: dict[str, Statement]
    undenied: frozenset[str]  # keys of its statements without their "not"s
    plain: str
    leading: frozenset[str]  # roots of the names that the whole source is about


@dataclass
class _Reading:
    language: str
    sources: list[_Read]
    wording: frozenset[str] = frozenset()
    phrases: frozenset[str] = frozenset()
    found: list[Citation] = field(default_factory=list)
    lost: list[Span] = field(default_factory=list)


def trace(text: str, sources: Sequence[Source], *, language: str = "") -> Tracing:
    """Trace every claim of the text. `language` is the text's ISO 639-1 code where it is known.

    A source of the kind "wording" lends its words and is never cited.
    """
    reading = _reading(text, sources, language)
    before: Statement | None = None
    for statement in statements_of(text, reading.language, wraps=False):
        _trace_statement(text, statement, before, reading)
        before = statement
    return Tracing(tuple(reading.found), tuple(reading.lost))


def language_of(text: str) -> str:
    codes = languages_of(text)
    return next(iter(codes)) if len(codes) == 1 else ""


def _reading(text: str, sources: Sequence[Source], language: str) -> _Reading:
    facts = [one for one in sources if one.kind != WORDING and one.text.strip()]
    spoken = language or language_of(text)
    if not spoken and facts:
        spoken = language_of(max((one.text for one in facts), key=len)[:4000]) or "en"
    words = "\n".join(one.text for one in sources if one.kind == WORDING)
    lent = statements_of(words, spoken, wraps=False) if words else ()
    return _Reading(
        language=spoken,
        sources=[_read(one, spoken) for one in facts],
        wording=frozenset(word.root for one in lent for word in one.words),
        phrases=frozenset(one.key for one in lent),
    )


@lru_cache(maxsize=128)
def _read(source: Source, language: str) -> _Read:
    statements = statements_of(source.text, language, wraps=True)
    leading = {word.root for one in statements[:1] for word in one.names}
    label = statement_of(source.label, (0, len(source.label)), language, 0)
    leading |= {word.root for word in label.words if word.is_content}
    if source.kind == "brand":
        leading |= {word.root for one in statements for word in one.names}
    keys: dict[str, Statement] = {}
    for one in statements:
        keys.setdefault(one.key, one)
    undenied = frozenset(_undenied(one) for one in statements)
    plain = f" {key_of(source.text)} "
    return _Read(source, language, statements, keys, undenied, plain, frozenset(leading))


def _undenied(statement: Statement) -> str:
    kept = (word.folded for word in statement.words if word.folded not in NOT_AHEAD)
    return " ".join([*kept, *(figure.value for figure in statement.figures)])


def _trace_statement(
    text: str, statement: Statement, before: Statement | None, reading: _Reading
) -> None:
    if statement.key in reading.phrases or not statement.key:
        return
    if label := _LABEL.match(text, statement.start, statement.end):
        _trace_labelled(text, statement, label.end(), before, reading)
        return
    _trace_unlabelled(text, statement, before, reading)


def _trace_labelled(
    text: str, statement: Statement, end: int, before: Statement | None, reading: _Reading
) -> None:
    """ "In short: the masts are of fir." announces, then says; both may claim."""
    if _same(statement, statement, reading):
        return
    label = statement_of(text, (statement.start, end), reading.language, statement.place)
    rest = statement_of(text, (end, statement.end), reading.language, statement.place)
    if _same(rest, rest, reading) and not _claims(label, reading, is_label=True):
        return
    if _names_its_subject(label, reading) or _claims(label, reading, is_label=True):
        if not _held(statement, [statement, before], reading):
            reading.lost.append(statement.span)
    elif rest.key:
        _trace_unlabelled(text, rest, before, reading)


def _names_its_subject(label: Statement, reading: _Reading) -> bool:
    """ "Compost: 3 bags" is of compost, "Up close:" is of what follows."""
    roots = {word.root for word in _telling(label, reading)}
    return any(
        roots & {word.root for word in one.words}
        for read in reading.sources
        for one in read.statements
    )


def _trace_unlabelled(
    text: str, statement: Statement, before: Statement | None, reading: _Reading
) -> None:
    if _same(statement, statement, reading):
        return
    if not _quotes_are_true(statement, reading):
        reading.lost.append(statement.span)
        return
    if not _claims(statement, reading):
        return
    if _held(statement, [statement, before], reading):
        return
    _trace_parts(text, statement, before, reading)


def _same(statement: Statement, shown: Statement, reading: _Reading) -> bool:
    for read in reading.sources:
        found = read.keys.get(statement.key)
        if found is not None:
            reading.found.append(_citation(shown.span, read.source, found))
            return True
    return False


def _trace_parts(
    text: str, statement: Statement, before: Statement | None, reading: _Reading
) -> None:
    """A sentence of several facts, each traced by itself; one that is lost loses the sentence."""
    parts = [statement_of(text, span, reading.language, statement.place)
             for span in _parts(text, statement)]  # fmt: skip
    kept = len(reading.found)
    is_lost = len(parts) < 2 and _claims(statement, reading)
    for part in parts if len(parts) > 1 else ():
        if not part.key or part.key in reading.phrases or _same(part, part, reading):
            continue
        is_label = text[part.end : part.end + 1] == ":"
        if not _claims(part, reading, is_label=is_label, is_part=not is_label):
            continue
        if not _held(part, [part, statement, before], reading):
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


# -- what claims ---------------------------------------------------------------------------------


def _claims(
    statement: Statement, reading: _Reading, *, is_label: bool = False, is_part: bool = False
) -> bool:
    """Whether it says something that could be looked up.

    What has a figure, a name or a strong word does in any form; else questions, appeals, greetings
    and opinions do not.
    """
    telling = _telling(statement, reading)
    if not telling and not statement.figures:
        return _turns_around(statement, reading)
    talks = is_label or _is_talk(statement, reading)
    if _is_hard(statement, telling, reading, talks=talks):
        return True
    if _is_tag_line(statement):
        return False
    return not talks and not (is_part and len(telling) == 0)


def _turns_around(statement: Statement, reading: _Reading) -> bool:
    """It is a source's sentence but for a "not"."""
    key = _undenied(statement)
    return any(key in read.undenied for read in reading.sources)


def _telling(statement: Statement, reading: _Reading) -> list[Word]:
    """Its words that say something: not pale, not lent, in no address and no hashtag."""
    skipped = _asides(statement)
    return [
        word
        for word in statement.words
        if word.is_content
        and word.root not in reading.wording
        and not is_pale(word.folded, reading.language)
        and not any(a <= word.start < b for a, b in skipped)
    ]


def _asides(statement: Statement) -> list[Span]:
    spans = [match.span() for match in _TAG_LINE.finditer(statement.text)]
    spans += address_spans(statement.text) if "." in statement.text else []
    return [(start + statement.start, end + statement.start) for start, end in spans]


def _is_hard(
    statement: Statement, telling: Sequence[Word], reading: _Reading, *, talks: bool
) -> bool:
    skipped = _asides(statement)
    if any(not any(a <= f.start < b for a, b in skipped) for f in statement.figures):
        return True
    strong = STRONG.get(reading.language, STRONG["en"]) - (QUANTITIES if talks else frozenset())
    return any(word.is_name or word.folded in strong for word in telling)


def _is_talk(statement: Statement, reading: _Reading) -> bool:
    text = statement.text.rstrip(" \"'”’»“)]")
    if text.endswith("?") and not _CLAIMING.match(statement.text):
        return True
    if _OPINION.match(statement.text):
        return True
    folded = [word.folded for word in statement.words]
    if not folded:
        return True
    if _is_appeal(statement.text, folded) or all(
        word in GREETINGS or is_pale(word, reading.language) for word in folded
    ):
        return True
    return _only_judges(statement, reading)


def _is_appeal(text: str, folded: list[str]) -> bool:
    skip = ("please", "bitte", "so", "and", "then", "just", "now", "s'il", "vous", "plaît", "¡")
    first = next((word for word in folded[:4] if word not in skip), "")
    if first in APPEALS:
        return True
    is_polite = len(folded) > 1 and folded[1] == "sie" and folded[0].endswith("en")
    return is_polite or (len(folded) > 1 and folded[0].endswith("ez") and len(folded[0]) > 4)


def _only_judges(statement: Statement, reading: _Reading) -> bool:
    """ "It smells wonderful": a judgement, and of nothing that a source does not speak of."""
    judging = EVALUATIVE.get(reading.language, frozenset())
    telling = _telling(statement, reading)
    if not any(word.folded in judging for word in telling):
        return False
    rest = {word.root for word in telling if word.folded not in judging}
    known = {word.root for read in reading.sources for one in read.statements for word in one.words}
    is_short = len(telling) <= _LONGEST_JUDGEMENT and len(rest) <= len(telling) / 2
    return is_short and len(rest - known) <= (1 if len(telling) > 1 else 0)


def _is_tag_line(statement: Statement) -> bool:
    return not _TAG_LINE.sub("", statement.text).strip(" ,.")


def _quotes_are_true(statement: Statement, reading: _Reading) -> bool:
    """Words in quotation marks stand in a source exactly so."""
    for match in _QUOTED.finditer(statement.text):
        quote = key_of(match.group(1))
        if len(quote.split()) >= 3 and not any(f" {quote} " in read.plain
                                               for read in reading.sources):  # fmt: skip
            return False
    return True


# -- what holds a claim ---------------------------------------------------------------------------


def _held(claim: Statement, context: Sequence[Statement | None], reading: _Reading) -> bool:
    """Cite the sentence that holds the claim, the one with most of it first; False without one."""
    is_talk = _is_talk(claim, reading)
    around = {word.root for one in context if one is not None for word in one.words}
    best: tuple[int, _Read, Statement] | None = None
    for read in reading.sources:
        for at, said in enumerate(read.statements):
            score = _score(claim, said, read, at, around, reading, is_talk=is_talk)
            if score and (best is None or score > best[0]):
                best = (score, read, said)
    if best is None:
        return False
    reading.found.append(_citation(claim.span, best[1].source, best[2]))
    return True


def _score(
    claim: Statement,
    said: Statement,
    read: _Read,
    at: int,
    around: set[str],
    reading: _Reading,
    *,
    is_talk: bool,
) -> int:
    """0 when the sentence does not hold the claim, else how many of its words it has."""
    named = [figure for figure in claim.figures if _names_a_model(claim, figure, read)]
    figures = [figure for figure in claim.figures if figure not in named]
    if not all(_has_figure(claim, figure, said) for figure in figures):
        return 0
    if _BEYOND.search(claim.text) and not _BEYOND.search(said.text):
        return 0
    telling = _telling(claim, reading)
    strong = STRONG.get(reading.language, STRONG["en"])
    needed = [w for w in telling if w.is_name or w.folded in strong] if is_talk else telling
    there: dict[str, set[bool]] = {}
    for word in said.words:
        there.setdefault(word.root, set()).add(word.is_denied)
    units = {figure.unit for figure in said.figures} | set(said.measured.values())
    carried = 0
    for word in needed:
        if word.root in there:
            if word.is_denied not in there[word.root] and not is_talk:
                return 0
        elif word.root in units:
            continue
        elif _is_carried(word, said, read, at):
            carried += 1
        else:
            return 0
    matched = len(needed) - carried + 2 * len(figures)
    if matched <= 0 or (carried and not is_talk and matched < 1):
        return 0
    if not is_talk and not _fair(claim, said, around, reading):
        return 0
    return matched * 10 + (1 if said.place else 2)


def _names_a_model(claim: Statement, figure: Figure, read: _Read) -> bool:
    """The 40 of "the Trail 40", where the whole source is about that."""
    if figure.unit or figure.bound:
        return False
    before = next((word for word in reversed(claim.words) if word.end < figure.start), None)
    if before is None or before.root not in read.leading or figure.start - before.end > 1:
        return False
    return f" {before.folded} {figure.value} " in read.plain


def _has_figure(claim: Statement, figure: Figure, said: Statement) -> bool:
    return any(_agrees(claim, figure, said, other) for other in said.figures)


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


def _is_carried(word: Word, said: Statement, read: _Read, at: int) -> bool:
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


def _fair(claim: Statement, said: Statement, around: set[str], reading: _Reading) -> bool:
    """Nothing of the sentence was left out that would turn its meaning."""
    spoken = {word.folded for word in claim.words}
    written = {word.folded for word in said.words}
    if written & HEDGES and not spoken & HEDGES:
        return False
    if written & CONDITIONS and not spoken & CONDITIONS:
        return False
    if not _denials_kept(claim, said):
        return False
    heads = begins_with_noun(said)
    if heads and not any(head in around for head in heads):
        return False
    return _nearest_names(claim, said)


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


def _citation(span: Span, source: Source, said: Statement) -> Citation:
    return Citation(
        span=span,
        source_kind=source.kind,
        source_id=source.id,
        source_label=source.label,
        source_span=said.span,
        quote=source.text[said.start : said.end],
    )
