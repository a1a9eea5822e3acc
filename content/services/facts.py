"""Facts of a text: figures, prices, dates, quotations, names, and the sentences that matter.

Found by form, with their exact places, so that a page can show them and a post's citations can be
held against them. Nothing is judged true here: a fact is what the text says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.lists import STOP_WORDS
from config.kernel.language.sentences import stem, words_of
from config.kernel.language.spans import Span, sentence_spans

MOST_FACTS: Final = 80
MOST_OF_A_KIND: Final = 400
MOST_CHARACTERS: Final = 50_000

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "januar|februar|märz|mai|juni|juli|oktober|dezember|"
    "janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|"
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)
_FIGURE = r"\d{1,3}(?:[.,\u00a0\u202f' ]\d{3})*+(?:[.,]\d{1,4})?+(?!\d)|\d+(?:[.,]\d{1,4})?+"
_SCALE = (
    r"(?:\s?(?:thousand|million|billion|tausend|millionen|milliarden|mille|millions|mil|k|m|bn)"
    r"\b)?+"
)
# Figures as words; those that mean something else in a neighbouring language are left out.
_SPELLED = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "eighteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|"
    "zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|hundert|tausend|"
    "deux|trois|quatre|cinq|sept|huit|dix|douze|quinze|vingt|trente|"
    "dos|tres|cuatro|cinco|siete|ocho|nueve|diez|doce|quince|veinte|treinta|cien"
)
_MONEY = r"(?:euros?|dollars?|pounds?|francs?|franken|pfund|dólares|libras|eur|usd|gbp|chf|cents?)"

# In this order: of two that overlap the one that says more stays.
_PATTERNS: Final = (
    (
        "quote",
        regex.compile(r"[“„«](?:[^“”„«»\n]{12,400})[”“»]|(?<!\w)\"(?:[^\"\n]{12,400})\"(?!\w)"),
    ),
    (
        "price",
        regex.compile(
            rf"[$€£¥]\s?(?:{_FIGURE}){_SCALE}"
            rf"|(?<![\p{{L}}\d.,])(?:{_FIGURE}){_SCALE}\s?(?:[$€£¥](?!\w)|{_MONEY}\b)",
            regex.IGNORECASE,
        ),
    ),
    (
        "date",
        regex.compile(
            rf"(?<![\d.])(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./](?:\d{{4}}|\d{{2}}))(?!\d)"
            rf"|(?<!\d)(?:\d{{1,2}}(?:\.|st|nd|rd|th|er)?\s+(?:de\s+|of\s+)?)(?:{_MONTHS})\b(?:,?\s+(?:de\s+)?\d{{4}}\b)?"
            rf"|\b(?:{_MONTHS})\s+(?:\d{{1,2}}(?:st|nd|rd|th)?(?:,\s*\d{{4}})?|\d{{4}})\b"
            r"|(?<!\d)\d{1,2}(?::\d{2})?\s?(?:a\.m\.|p\.m\.|am\b|pm\b|uhr\b|h\b(?!\w))"
            r"|(?<![\d:])\d{1,2}:\d{2}(?![\d:])"
            r"|(?<![\d.,])(?:19|20)\d{2}(?![\d.,]\d|\d)",
            regex.IGNORECASE,
        ),
    ),
    (
        "number",
        regex.compile(
            rf"(?<![\p{{L}}\d.,])(?:{_FIGURE}){_SCALE}(?:\s?(?:%|percent\b|prozent\b|pour\scent\b)"
            r"|(?:[\s-]\p{Ll}[\p{L}-]{1,30}))?+"
            rf"|(?<![\p{{L}}-])(?i:{_SPELLED})[\s-]\p{{L}}[\p{{L}}-]{{1,30}}",
        ),
    ),
    (
        "name",
        regex.compile(
            r"(?<![\p{L}\p{N}])\p{Lu}[\p{L}’'-]{1,30}+(?: (?:(?:of|de|la|von|van|der|den|du|y|&) )?"
            r"\p{Lu}[\p{L}’'-]{1,30}+){1,3}+"
        ),
    ),
)
# What follows a figure and is not what is counted.
_AND: Final = (
    "a and are as at but by every for from in is of on or per the to until was were when where "
    "which while who with als auf aus bei bis das dem den der die für im in ist mit oder seit sind "
    "um und von war wo zu à au aux avec dans de des du en est et la le les ou par pour sont sur al "
    "con del desde el en es hasta las los o para por se son u y"
)
_NO_UNITS: Final = frozenset(_AND.split())
# German writes them large when it is polite: "Bestellen Sie".
_POLITE: Final = frozenset({"sie", "ihr", "ihre", "ihren", "ihrem", "ihrer", "ihnen"})
# Names begin with these as often as sentences do: "Old Bridge", "New Harbour".
_STOPS: Final = frozenset().union(*STOP_WORDS.values()) - frozenset(
    {"old", "new", "great", "first", "big", "large", "small", "high", "good"}
)


@dataclass(frozen=True)
class Fact:
    """`text` is what stands at [start, end) of the text, in code points."""

    text: str
    start: int
    end: int
    kind: str

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "start": self.start, "end": self.end, "kind": self.kind}


def facts_of(text: str, *, key_points: Iterable[str] = ()) -> list[Fact]:
    """At most 80, in the order of the text; of two that share a place the one that says more.

    Sentences that an analysis found important are claims, and may hold other facts. Pure, and
    linear in the text.
    """
    text = text[:MOST_CHARACTERS]
    taken: list[Span] = []
    found: list[Fact] = []
    for kind, pattern in _PATTERNS:
        for start, end in _places(kind, pattern, text):
            if not _is_free(taken, start, end):
                continue
            taken.append((start, end))
            found.append(Fact(text[start:end], start, end, kind))
        taken.sort()
    claims = [Fact(text[a:b], a, b, "claim") for a, b in claims_of(text, key_points)]
    kept = sorted(found, key=lambda fact: fact.start)[: MOST_FACTS - len(claims)]
    return sorted([*kept, *claims], key=lambda fact: (fact.start, -fact.end))


def claims_of(text: str, key_points: Iterable[str]) -> list[Span]:
    """The sentences that key points were made of: word for word, else by the words they share."""
    sentences = sentence_spans(text)
    stems = [frozenset(map(stem, words_of(text[start:end]))) for start, end in sentences]
    found: set[Span] = set()
    for point in key_points:
        place = text.find(point)
        if place >= 0 and point.strip():
            found.add((place, place + len(point)))
        elif (best := _nearest(point, stems)) is not None:
            found.add(sentences[best])
    return _apart(sorted(found))


def _places(kind: str, pattern: regex.Pattern[str], text: str) -> Iterator[Span]:
    for match in islice(pattern.finditer(text), MOST_OF_A_KIND):
        start, end = match.span()
        if kind == "name":
            start = _without_common(match.group(0), start)
            words = text[start:end].split(" ")
            if len(words) < 2 or words[1].casefold() in _POLITE:
                continue
        elif kind == "number":
            head, _, unit = match.group(0).rpartition(" ")
            if head and unit.casefold() in _NO_UNITS:
                end = start + len(head)
        yield start, end - (len(text[start:end]) - len(text[start:end].rstrip()))


def _without_common(words: str, start: int) -> int:
    """A sentence's first word has a capital too: "The Old Bridge" is a name without its article."""
    first, _, rest = words.partition(" ")
    while rest and first.casefold() in _STOPS:
        start += len(first) + 1
        first, _, rest = rest.partition(" ")
    return start


def _is_free(taken: Sequence[Span], start: int, end: int) -> bool:
    return all(end <= before or start >= after for before, after in taken)


def _nearest(point: str, stems: Sequence[frozenset[str]]) -> int | None:
    wanted = frozenset(stem(word) for word in words_of(point) if word not in _STOPS)
    shares = [len(wanted & said) / len(wanted) if wanted else 0.0 for said in stems]
    best = max(range(len(shares)), key=lambda place: shares[place], default=None)
    return best if best is not None and shares[best] >= 0.6 else None


def _apart(spans: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    for start, end in spans:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
