"""The text's language, and the sources read once: sentences, keys, and what each is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from config.kernel.language.claim_words import NOT_AHEAD
from config.kernel.language.detection import languages_of
from config.kernel.language.orders import is_order
from config.kernel.language.spans import Span
from config.kernel.language.statements import Statement, key_of, statement_of, statements_of
from content.guards.base import Citation, Source

WORDING = "wording"
"""Kind of a source that holds words and phrases that may stand anywhere, such as required words."""


@dataclass(frozen=True)
class Said:
    """A sentence of a source as claims are held against it: each root with how it is meant, denied
    or not, and what its figures are of."""

    statement: Statement
    roots: dict[str, frozenset[bool]]
    units: frozenset[str]
    values: frozenset[str]


@dataclass(frozen=True)
class Read:
    """One source, read once."""

    source: Source
    language: str
    statements: tuple[Statement, ...]
    keys: dict[str, Statement]
    undenied: frozenset[str]  # keys of its statements without their "not"s
    said: tuple[Said, ...]
    plain: str
    leading: frozenset[str]  # roots of the names that the whole source is about


@dataclass
class Reading:
    language: str
    sources: list[Read]
    wording: frozenset[str] = frozenset()
    phrases: frozenset[str] = frozenset()
    found: list[Citation] = field(default_factory=list)
    lost: list[Span] = field(default_factory=list)


def language_of(text: str) -> str:
    codes = languages_of(text)
    return next(iter(codes)) if len(codes) == 1 else ""


def read_all(text: str, sources: Sequence[Source], language: str) -> Reading:
    facts = [one for one in sources if one.kind != WORDING and one.text.strip()]
    spoken = language or language_of(text)
    if not spoken and facts:
        spoken = language_of(max((one.text for one in facts), key=len)[:4000]) or "en"
    words = "\n".join(one.text for one in sources if one.kind == WORDING)
    lent = statements_of(words, spoken, wraps=False) if words else ()
    return Reading(
        language=spoken,
        sources=[_read(one, spoken) for one in facts],
        wording=frozenset(word.root for one in lent for word in one.words),
        phrases=frozenset(one.key for one in lent),
    )


@lru_cache(maxsize=128)
def _read(source: Source, language: str) -> Read:
    # What speaks to machines is no fact, wherever it stands.
    read = statements_of(source.text, language, wraps=True)
    statements = tuple(one for one in read if not is_order(one.text))
    leading = {word.root for one in statements[:1] for word in one.names}
    label = statement_of(source.label, (0, len(source.label)), language, 0)
    leading |= {word.root for word in label.words if word.is_content}
    if source.kind == "brand":
        leading |= {word.root for one in statements for word in one.names}
    keys: dict[str, Statement] = {}
    for one in statements:
        keys.setdefault(one.key, one)
    lost = frozenset(undenied(one) for one in statements)
    plain = f" {key_of(source.text)} "
    said = tuple(_said(one) for one in statements)
    return Read(source, language, statements, keys, lost, said, plain, frozenset(leading))


def _said(statement: Statement) -> Said:
    roots: dict[str, frozenset[bool]] = {}
    for word in statement.words:
        roots[word.root] = roots.get(word.root, frozenset()) | {word.is_denied}
    units = {figure.unit for figure in statement.figures} | set(statement.measured.values())
    values = frozenset(figure.value for figure in statement.figures)
    return Said(statement, roots, frozenset(units), values)


def undenied(statement: Statement) -> str:
    kept = (word.folded for word in statement.words if word.folded not in NOT_AHEAD)
    return " ".join([*kept, *(figure.value for figure in statement.figures)])
