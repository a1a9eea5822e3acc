"""Questions that a page answers, found without a model; every answer is quoted word for word.

Three shapes are sure: a heading that is a question, "Q: … A: …", and a question on a line of its
own with its answer under it. Then come sentences that say what something is, and sentences that
answer what everybody asks: prices, hours, delivery, contact. Source: specification 2c, each page
gives 5 to 8 entries; a page that answers fewer gives fewer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.spans import sentence_spans

from .categories import category_of
from .headings import Section, is_question, sections_of

MOST: Final = 8
ANSWER_CHARACTERS: Final = 600
ANSWER_SENTENCES: Final = 3
FEWEST_CHARACTERS: Final = 12
LONGEST_SENTENCE: Final = 400

_Q_LINE = regex.compile(r"^(?:Q|F|P|Question|Frage)\s?[:.)]\s*+(\S.*)$", regex.IGNORECASE)
_A_LINE = regex.compile(r"^(?:A|R|Answer|Antwort)\s?[:.)]\s*+(\S.*)$", regex.IGNORECASE)
_DEFINITION = {
    "en": regex.compile(
        r"^(?P<name>(?:The |Our )?\p{Lu}[\p{L}\p{N}'’&-]*(?: [\p{L}\p{N}'’&-]+){0,3}?)"
        r" (?P<verb>is|are) (?:an?|the|our|one of) "
    ),
    "de": regex.compile(
        r"^(?P<name>(?:D(?:ie|er|as) |Unsere? )?\p{Lu}[\p{L}\p{N}'’&-]*"
        r"(?: [\p{L}\p{N}'’&-]+){0,3}?)"
        r" (?P<verb>ist|sind) (?:eine?|der|die|das|unsere?) "
    ),
}
_LEANING_WORDS: Final = (
    "it this that these those there they he she we you here what who es das dies sie er wir ihr "
    "hier was wer"
)
_LEANING: Final = frozenset(_LEANING_WORDS.split())
_PRICE = r"[$€£]\s?\d|\d\s?(?:[$€£]|EUR|USD|CHF|euros?\b|dollars?\b)"
_CLOCK = r"\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm|a\.m|p\.m|uhr|h\b)|\d{1,2}[:.]\d{2}"
_MAIL = r"(?<![\w.+-])[\w.+-]++@[\w-]++\.\w"
_ASKED: Final = {
    "en": (
        ("When are you open?", "hours", r"\b(?:open|opening|closed)\b.*(?:\d|day)"),
        ("What does it cost?", "pricing", _PRICE),
        ("How long does delivery take?", "orders", r"\b(?:deliver|ship|dispatch)\w*\b.*\d"),
        ("Can I return what I bought?", "policies", r"\b(?:return|refund|exchange)\w*\b.*\d"),
        ("How can I reach you?", "contact", _MAIL + r"|\b(?:call|phone|write)\b.*\d{3}"),
        (
            "How can I pay?",
            "billing",
            r"\b(?:pay|invoice)\w*\b.*\b(?:card|transfer|paypal)",
        ),
        ("Is there a guarantee?", "policies", r"\b(?:guarantee|warranty)\b"),
        ("Since when do you exist?", "company", r"\b(?:founded|since|established)\b.*\b\d{4}\b"),
        ("Where do I find you?", "contact", r"\b(?:located|find us|visit us|address)\b"),
    ),
    "de": (
        ("Wann haben Sie geöffnet?", "hours", r"\b(?:geöffnet|öffnungszeiten|geschlossen)\b"),
        ("Was kostet es?", "pricing", _PRICE),
        ("Wie lange dauert die Lieferung?", "orders", r"\b(?:liefer|versand)\w*\b.*\d"),
        ("Kann ich etwas zurückgeben?", "policies", r"\b(?:rückgabe|zurück|umtausch)\w*\b.*\d"),
        ("Wie erreiche ich Sie?", "contact", _MAIL + r"|\btelefon\w*\b.*\d{3}"),
        ("Gibt es eine Garantie?", "policies", r"\b(?:garantie|gewährleistung)\b"),
        ("Seit wann gibt es Sie?", "company", r"\b(?:gegründet|seit)\b.*\b\d{4}\b"),
    ),
}
_PATTERNS: Final = {
    language: [
        (question, category, regex.compile(pattern, regex.IGNORECASE))
        for question, category, pattern in rows
    ]
    for language, rows in _ASKED.items()
}


@dataclass(frozen=True, slots=True)
class Found:
    """`quote` stands word for word in the text; the answer is made of it and of nothing else."""

    question: str
    answer: str
    quote: str
    category: str


def questions_in(
    text: str, *, language: str = "en", title: str = "", most: int = MOST
) -> list[Found]:
    """At most `most`, the surest first, no question twice."""
    kept: dict[str, Found] = {}
    taken: set[str] = set()
    for found in _all(text, language.split("-")[0] or "en", title):
        key = found.question.casefold().rstrip(" ?!")
        if key not in kept and found.quote not in taken:
            kept[key] = found
            taken.add(found.quote)
        if len(kept) == most:
            break
    return list(kept.values())


def _all(text: str, language: str, title: str) -> Iterator[Found]:
    sections = sections_of(text)
    for section in sections:
        if is_question(section.heading):
            yield from _answered(section.heading, _body(text, section))
    yield from _marked(text)
    yield from _alone(text)
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    for sentence in sentences:
        yield from _definition(sentence, language)
    for question, category, pattern in _PATTERNS.get(language, ()):
        for sentence in sentences:
            if _is_statement(sentence) and pattern.search(sentence):
                yield Found(question, sentence, sentence, category)
                break


def _body(text: str, section: Section) -> str:
    return text[section.start : section.end].partition("\n")[2]


def _answered(question: str, body: str) -> Iterator[Found]:
    quote = _first_words(body)
    if len(quote) >= FEWEST_CHARACTERS:
        yield Found(question[:500], " ".join(quote.split()), quote, _category(question, quote))


def _marked(text: str) -> Iterator[Found]:
    """ "Q: … A: …" on lines of their own."""
    asked = ""
    for line in map(str.strip, text.split("\n")):
        if match := _Q_LINE.match(line):
            asked = match[1]
        elif asked and (match := _A_LINE.match(line)):
            yield from _answered(asked, match[1])
            asked = ""


def _alone(text: str) -> Iterator[Found]:
    """A question that is a line, or an item, with its answer on the next one."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line, below in zip(lines, lines[1:], strict=False):
        asked = line.lstrip("-*• ").strip()
        if is_question(asked) and len(asked) <= 200 and not is_question(below):
            yield from _answered(asked, below.lstrip("-*• ").strip())


def _definition(sentence: str, language: str) -> Iterator[Found]:
    pattern = _DEFINITION.get(language)
    match = pattern.match(sentence) if pattern else None
    if match is None or not _is_statement(sentence):
        return
    name = match["name"]
    if name.split()[0].casefold() in _LEANING:
        return
    asked = f"{'What' if language == 'en' else 'Was'} {match['verb']} {_inside(name)}?"
    yield Found(asked, sentence, sentence, _category(asked, sentence))


def _inside(name: str) -> str:
    """As it is written inside a sentence: "The mast" is "the mast", "Our" is asked as "your"."""
    first, _, rest = name.partition(" ")
    if not rest:
        return name
    plain = {"The": "the", "Our": "your", "Unser": "Ihr", "Unsere": "Ihre"}
    plain |= {word: word.lower() for word in ("Die", "Der", "Das")}
    return f"{plain.get(first, first)} {rest}"


def _first_words(body: str) -> str:
    """The first sentences of the first paragraph, word for word."""
    kept_start, kept_end = 0, 0
    for number, (start, end) in enumerate(sentence_spans(body)):
        is_far = number and body[kept_end:start].count("\n") > 1 and kept_end - kept_start > 40
        if number == ANSWER_SENTENCES or is_far or end - kept_start > ANSWER_CHARACTERS:
            break
        kept_start, kept_end = (start if not number else kept_start), end
    return body[kept_start:kept_end]


def _is_statement(sentence: str) -> bool:
    is_whole = sentence.rstrip("\"'”’»)").endswith((".", "!", "。"))
    return is_whole and FEWEST_CHARACTERS < len(sentence) <= LONGEST_SENTENCE


def _category(question: str, answer: str) -> str:
    return category_of(answer, title=question)
