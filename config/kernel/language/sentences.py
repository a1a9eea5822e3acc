"""Plain text to sentences that can stand in a post: no headings, marks, menus or halves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import regex  # type: ignore[import-untyped, unused-ignore]

from .lists import (
    ABBREVIATIONS,
    BOILERPLATE,
    LEANING,
    PRONOUNS,
    STOP_WORDS,
    TIMES,
)

LONGEST = 420  # characters; longer sentences are nobody's post
SHORTEST_WORDS = 3

_ITEM = regex.compile(r"^\s*(?:[-*•▪‣◦●■–—→✓✔»]|\(?\d{1,2}[.)]|\(?[a-zA-Z][.)])\s+")
_END = regex.compile(r"[.!?…。！？]+[\"'”’»)\]]*")
_STOPS = ".!?…。！？"
_CLOSERS = "\"'”’»)]"
_OPENERS = "\"'“„‘‚«([¿¡"
_POINTS_BACK = regex.compile(r"\b(?:(?:that|this|such) \p{L}+|instead|too|as well)[.!]$")
_SHARE = regex.compile(r"^(?:\S+ ){1,3}of (?:that|this|these|those|them|it)\b")
_ONLY_QUOTED = regex.compile(r"^[\"“«„][^\"“”«»„]+[\"”»“]$")
_SCRAP = regex.compile(r"^\d[\d.,/]*\s+(?:\S+\s*){1,4}$")  # "200 g red lentils."
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}\p{N}]*(?:['’-][\p{L}\p{N}]+)*")
_EMOJI = regex.compile(
    r"(?:\p{Extended_Pictographic}|\p{Regional_Indicator})[\p{M}\u200d\ufe0f\p{Emoji_Modifier}"
    r"\p{Extended_Pictographic}]*"
)
_BOILERPLATE = regex.compile("|".join(BOILERPLATE), regex.IGNORECASE)
_BLANKS = regex.compile(r"\s+")
_REFERENCE = regex.compile(r"\s*\[\d{1,3}\]")
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"), ("„", "“"))

_PRICE = regex.compile(r"[$€£¥%]")
NUMBER = regex.compile(r"(?<![\p{L}\p{N}])[$€£¥]?\s?\d+(?:[.,:\u00a0\u202f]\d+)*\s?(?:%|[$€£¥])?")


@dataclass(frozen=True, eq=False)
class Sentence:
    """One sentence, as it stands in the material but for emoji, marks and a missing full stop.

    `place` counts from 0 over the material, `paragraph` likewise. A sentence that `leans` makes
    sense only right after the one before it. `is_item` came from a list.
    """

    text: str
    place: int
    paragraph: int
    is_item: bool
    leans: bool
    starts_paragraph: bool
    language: str

    @cached_property
    def words(self) -> list[str]:
        return words_of(self.text)

    @cached_property
    def terms(self) -> frozenset[str]:
        """What it is about: its words without the common ones, cut to their stems."""
        stops = STOP_WORDS.get(self.language, frozenset())
        return frozenset(stem(w) for w in self.words if w not in stops and len(w) > 2)

    @cached_property
    def has_number(self) -> bool:
        return bool(NUMBER.search(self.text))

    @cached_property
    def is_question(self) -> bool:
        return self.text.rstrip(_CLOSERS).endswith("?")

    @cached_property
    def is_quote(self) -> bool:
        return _is_quote(self.text)


def sentences_of(text: str, *, language: str) -> list[Sentence]:
    """Every sentence that could be published by itself or after its neighbour, in order.

    A material of nothing but loose lines (a note without a full stop) gives its lines.
    """
    return _read(_blocks(text), language) or _read(_loose_lines(text), language)


def _read(blocks: Iterable[tuple[str, bool]], language: str) -> list[Sentence]:
    found: list[Sentence] = []
    seen: set[str] = set()
    footing = -1  # the paragraph in which the last usable sentence stands, if nothing came between
    for paragraph, (block, is_item) in enumerate(blocks):
        for number, raw in enumerate(_split(block)):
            text = _tidy(raw, is_item=is_item)
            leans = _leans(text, language, is_first=number == 0) and not (is_item and number == 0)
            is_new = _is_usable(text, is_item=is_item) and text.casefold() not in seen
            if not is_new or (leans and footing < paragraph - (number == 0)):
                footing = -1  # what leans on this one has lost its footing
                continue
            seen.add(text.casefold())
            found.append(
                Sentence(text, len(found), paragraph, is_item, leans, number == 0, language)
            )
            footing = paragraph
    return found


def words_of(text: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


def stem(word: str) -> str:
    """Crude and the same for every language: long words lose their ending."""
    word = word.removesuffix("'s")
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 4:
        word = word[:-1]
    for ending in ("ment", "ungen", "ung", "ing", "ie", "ed", "en", "er"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word[:-1] if word.endswith(("e", "n", "y")) and len(word) > 4 else word


def without_emoji(text: str) -> str:
    kept = _EMOJI.sub(lambda match: match[0] if match[0] in "©®™" else "", text)
    return str(_BLANKS.sub(" ", kept)).strip()


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Paragraphs and list items. Lines of a paragraph belong together, headings are left out."""
    for chunk in regex.split(r"\n\s*\n", text):
        lines = [line.strip() for line in chunk.split("\n") if line.strip()]
        block: list[str] = []
        is_item = False
        for line, following in zip(lines, [*lines, ""][1:], strict=True):
            marker = _ITEM.match(line)
            reads_on = bool(block) and not (is_item and _starts_anew(block[-1], line))
            if not marker and (reads_on or not _is_heading(line, following)):
                if block and not reads_on:
                    yield " ".join(block), is_item
                    block, is_item = [], False
                block.append(line)
                continue
            if block:
                yield " ".join(block), is_item
                block, is_item = [], False
            if marker:
                block, is_item = [line[marker.end() :].strip()], True
        if block:
            yield " ".join(block), is_item


def _starts_anew(item: str, line: str) -> bool:
    """A line after a list item goes on with it, unless the item has ended or the line begins."""
    return item.rstrip(_CLOSERS).endswith(tuple(_STOPS)) or not line[:1].islower()


def _loose_lines(text: str) -> Iterator[tuple[str, bool]]:
    for line in text.split("\n"):
        bare = line.strip().lstrip("#*-• ").rstrip(": ")
        if bare:
            yield bare, True


def _is_heading(line: str, following: str) -> bool:
    """A short line without an end mark, by itself or above what it is the heading of."""
    if line.startswith("#"):
        return True
    if line.rstrip(_CLOSERS).endswith(tuple(_STOPS)) or line.endswith((",", ";", "-")):
        return False
    if following[:1].islower():
        return False  # the paragraph only wraps here
    return len(line.split()) <= (9 if following else 12)


def _split(block: str) -> Iterator[str]:
    """Sentences of a paragraph, brackets and quotations kept whole."""
    start = 0
    for match in _END.finditer(block):
        end = match.end()
        if not _is_end(block, match.start(), end) or not _is_balanced(block[start:end]):
            continue
        yield block[start:end]
        start = end
    if block[start:].strip():
        yield block[start:]


def _is_end(block: str, stop: int, end: int) -> bool:
    rest = block[end:]
    if rest and not rest[0].isspace() and block[stop] not in "。！？":
        return False
    following = rest.lstrip().lstrip(_OPENERS)[:1]
    if following and not (following.isupper() or following.isdigit() or not following.isascii()):
        return not following.isalpha()
    if block[stop] != ".":
        return True
    before = regex.search(r"[\p{L}\p{N}.]*$", block[:stop])[0].casefold()
    if before in ABBREVIATIONS or before in ("z", "d", "u", "p"):
        return False
    if before in ("a.m", "p.m", "am", "pm"):
        return following.isupper() or not following
    is_initial = len(before) == 1 and before.isalpha() and bool(following)
    is_ordinal = before.isdigit() and len(before) <= 2 and following.isupper()
    return not is_initial and not (is_ordinal and _reads_on(rest))


def _reads_on(rest: str) -> bool:
    """After "am 3." German goes on with the month."""
    months = "januar februar märz april mai juni juli august september oktober november dezember"
    return rest.split()[0].casefold().strip(".,") in months.split() if rest.split() else False


def _is_balanced(text: str) -> bool:
    if text.count('"') % 2:
        return False
    if "„" in text:
        return text.count("„") == text.count("“") + text.count("”")
    return all(text.count(a) == text.count(b) for a, b in _PAIRS[:4])


def _tidy(raw: str, *, is_item: bool) -> str:
    text = without_emoji(_REFERENCE.sub("", raw))
    text = str(regex.sub(r"\s+([,;.!?])(?=\s|$)", r"\1", text))
    if is_item and not text.rstrip(_CLOSERS).endswith(tuple(_STOPS)):
        text = text.rstrip(",;:–- ") + "."
    if is_item and text[:1].islower():
        text = text[:1].upper() + text[1:]
    return text


def _is_usable(sentence: str, *, is_item: bool) -> bool:
    if len(sentence.split()) < (1 if is_item else SHORTEST_WORDS) or len(sentence) > LONGEST:
        return False
    if not sentence.rstrip(_CLOSERS).endswith(tuple(_STOPS)) or not _is_balanced(sentence):
        return False
    first = sentence.lstrip(_OPENERS)[:1]
    letters = [character for character in sentence if character.isalpha()]
    if first.islower() or not first.isalnum() or not letters:
        return False
    if is_item and _SCRAP.match(sentence) and not _PRICE.search(sentence):
        return False
    if not is_item and first.isupper() and not regex.search(r"(?<!\p{L})\p{Ll}{2,}", sentence):
        return False  # "Berlin, 4 May 2026."
    shouts = sum(letter.isupper() for letter in letters) > 0.6 * len(letters) > 8
    return not (shouts or _BOILERPLATE.search(sentence))


def _leans(sentence: str, language: str, *, is_first: bool) -> bool:
    """It points back by its first word, by a loose pronoun, or is too short to stand alone."""
    words = words_of(sentence)
    if not words:
        return False
    if language == "de" and words[0] in ("sie", "es"):
        return len(words) > 1 and words[1].endswith("t") and words[1] not in ("gibt", "ist", "geht")
    if words[0] in LEANING.get(language, LEANING["en"]):
        return len(words) < 2 or words[1] not in TIMES
    if _is_quote(sentence):
        return not is_first and bool(_ONLY_QUOTED.match(sentence))  # who says it stands before
    if language == "en" and _SHARE.match(sentence):
        return True
    is_aside = not is_first and len(words) <= 5 and not NUMBER.search(sentence)
    points_back = bool(_POINTS_BACK.search(sentence)) and words[-1] not in TIMES
    return is_aside or points_back or _has_loose_pronoun(words, language)


def _has_loose_pronoun(words: list[str], language: str) -> bool:
    """ "You can buy it again" points back; "Members say that they train early" does not.

    The word right before a pronoun is its verb more often than what it stands for.
    """
    pronouns, stops = PRONOUNS.get(language, frozenset()), STOP_WORDS.get(language, frozenset())
    place = next((at for at, word in enumerate(words) if word in pronouns), None)
    if place is None:
        return False
    named = [word for word in words[: max(0, place - 1)] if word not in stops and len(word) > 2]
    if words[place] in ("it", "its"):
        named = [word for word in named if not word.endswith("s") or word.endswith("ss")]
    return not named


def _is_quote(text: str) -> bool:
    return bool(regex.search(r"[“«„\"][^“”«»„\"]{12,}[”»“\"]", text))
