"""What is asked of PostgreSQL's text search, and what a passage keeps for it.

Every passage holds its words twice: as they are written ("simple"), which finds names, numbers and
languages without a stemmer, and cut to their stems by the language that its document is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any, Final, cast

import regex  # type: ignore[import-untyped, unused-ignore]
from django.contrib.postgres.search import CombinedSearchVector, SearchVector
from django.db import connection
from django.db.models import Value

from config.kernel.language.detection import languages_of

SIMPLE: Final = "simple"
MOST_WORDS: Final = 8
"""Of a question; beyond, the longest are kept, since those say most."""

STEMMERS: Final = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’-][\p{L}\p{N}]+)*")


def stemmer_of(language: str) -> str:
    """The text search configuration of an ISO code such as "de" or "pt-br"."""
    return STEMMERS.get(language.split("-")[0].casefold(), SIMPLE)


def words_of_passage(heading: str, text: str, language: str) -> CombinedSearchVector:
    """The expression that a row's `words` are written by; the heading weighs more."""
    stemmer = stemmer_of(language)
    configs = [SIMPLE] if stemmer == SIMPLE else [stemmer, SIMPLE]
    parts = [SearchVector(Value(heading), config=config, weight="A") for config in configs]
    parts += [SearchVector(Value(text), config=config, weight="B") for config in configs]
    whole: Any = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return cast(CombinedSearchVector, whole)


def languages_for(question: str, also: Iterable[str] = ()) -> list[str]:
    """Stemmers that may fit a question: too short ones cannot be told, so the brand's count too."""
    codes = [*languages_of(question), *also, "en"]
    found = dict.fromkeys(stemmer_of(code) for code in codes)
    return [stemmer for stemmer in found if stemmer != SIMPLE]


def steps_for(question: str, stemmers: Sequence[str]) -> list[str]:
    """Text search queries from strict to loose: all words, half of them, any of them.

    Empty when the question has no word that says anything.
    """
    groups = _groups(question, stemmers)
    if not groups:
        return []
    needed = dict.fromkeys([len(groups), (len(groups) + 1) // 2, 1])
    return [" | ".join(_together(each) for each in combinations(groups, many)) for many in needed]


def _together(groups: Iterable[str]) -> str:
    return "(" + " & ".join(groups) + ")"


def _groups(question: str, stemmers: Sequence[str]) -> list[str]:
    """One for each word that counts: its forms, any of which will do."""
    words = list(dict.fromkeys(match.casefold() for match in _WORD.findall(question)))[:64]
    forms = _forms(words, [*stemmers, SIMPLE])
    telling = [word for word in words if all(forms[word][:-1])] or words
    chosen = set(sorted(telling, key=lambda word: (-len(word), word))[:MOST_WORDS])
    groups = (list(dict.fromkeys(filter(None, forms[word]))) for word in telling if word in chosen)
    return [f"({' | '.join(each)})" for each in groups if each]


def _forms(words: Sequence[str], configs: Sequence[str]) -> dict[str, list[str]]:
    """Word -> what each configuration makes of it; empty for one of its stop words."""
    if not words:
        return {}
    columns = ", ".join(["plainto_tsquery(%s::regconfig, word)::text"] * len(configs))
    asked = f"SELECT word, {columns} FROM unnest(%s::text[]) AS word"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(asked, [*configs, list(words)])
        return {word: list(forms) for word, *forms in cursor.fetchall()}
