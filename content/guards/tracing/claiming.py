"""Which sentences claim something that could be looked up."""

from __future__ import annotations

from collections.abc import Sequence

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.addresses import address_spans
from config.kernel.language.claim_words import (
    APPEALS,
    CLAIMING_QUESTION,
    EVALUATIVE,
    GREETINGS,
    OPINIONS,
    QUANTITIES,
    STRONG,
)
from config.kernel.language.spans import Span
from config.kernel.language.statements import Statement, Word, is_pale

from .reading import Reading, undenied

_OPINION = regex.compile(rf"\A[\p{{P}}\p{{S}}\s]*+{OPINIONS}(?![\p{{L}}\p{{N}}])", regex.IGNORECASE)
_CLAIMING = regex.compile(
    rf"\A[\p{{P}}\p{{S}}\s]*+{CLAIMING_QUESTION}(?!\p{{L}})", regex.IGNORECASE
)
_TAG_LINE = regex.compile(r"[#＃][\p{L}\p{N}_]+")
_LONGEST_JUDGEMENT = 5  # telling words
_NOT_ALL = regex.compile(
    r"(?<!\p{L})(?:(?:at|after|above|in) all|all(?=\s(?:it|that|this|you|we|they|i)\s))(?!\p{L})",
    regex.IGNORECASE,
)  # "all it takes"


def claims(
    statement: Statement, reading: Reading, *, is_label: bool = False, is_part: bool = False
) -> bool:
    """Whether it says something that could be looked up.

    What has a figure, a name or a strong word does in any form; else questions, appeals, greetings
    and opinions do not.
    """
    telling = telling_words(statement, reading)
    if not telling and not statement.figures:
        return _turns_around(statement, reading)
    talks = is_label or is_talk(statement, reading)
    if _is_hard(statement, telling, reading, talks=talks):
        return True
    if _is_tag_line(statement):
        return False
    return not talks and not (is_part and len(telling) == 0)


def _turns_around(statement: Statement, reading: Reading) -> bool:
    """It is a source's sentence but for a "not"."""
    key = undenied(statement)
    return any(key in read.undenied for read in reading.sources)


def telling_words(statement: Statement, reading: Reading) -> list[Word]:
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
    spans += [match.span() for match in _NOT_ALL.finditer(statement.text)]
    spans += address_spans(statement.text) if "." in statement.text else []
    return [(start + statement.start, end + statement.start) for start, end in spans]


def _is_hard(
    statement: Statement, telling: Sequence[Word], reading: Reading, *, talks: bool
) -> bool:
    skipped = _asides(statement)
    if any(not any(a <= f.start < b for a, b in skipped) for f in statement.figures):
        return True
    strong = STRONG.get(reading.language, STRONG["en"]) - (QUANTITIES if talks else frozenset())
    return any(word.is_name or word.folded in strong for word in telling)


def is_talk(statement: Statement, reading: Reading) -> bool:
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


def _only_judges(statement: Statement, reading: Reading) -> bool:
    """ "It smells wonderful": a judgement, and of nothing that a source does not speak of."""
    judging = EVALUATIVE.get(reading.language, frozenset())
    telling = telling_words(statement, reading)
    if not any(word.folded in judging for word in telling):
        return False
    rest = {word.root for word in telling if word.folded not in judging}
    known = {word.root for read in reading.sources for one in read.statements for word in one.words}
    is_short = len(telling) <= _LONGEST_JUDGEMENT and len(rest) <= len(telling) / 2
    return is_short and len(rest - known) <= (1 if len(telling) > 1 else 0)


def _is_tag_line(statement: Statement) -> bool:
    return not _TAG_LINE.sub("", statement.text).strip(" ,.")
