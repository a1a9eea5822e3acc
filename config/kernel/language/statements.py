"""A text as statements: sentences with their words, figures and names, exact offsets throughout.

Words are compared by their roots, which are cut by the rules of one language; a comparative keeps
its ending, since "faster" says more than "fast". Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import regex  # type: ignore[import-untyped, unused-ignore]

from .claim_words import DETERMINERS, FUNCTION, NEUTRAL, NOT_AHEAD, SAME
from .figures import MONTHS, ONE, Figure, figures_in
from .lists import ABBREVIATIONS
from .spans import Span

_WORD = regex.compile(
    r"\p{L}[\p{L}\p{M}\p{N}]*+(?:['’]\p{L}++)*+|(?<!\p{N})\p{N}++\p{L}[\p{L}\p{N}]*+"
)
_KEYED = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*+|[%€$£¥]")
_MARK = regex.compile(r"[,;:()\[\]–—…\n]|\s-\s|[.!?](?=\s|$)")
_LETTERS = regex.compile(r"\p{L}++")
_LINE = regex.compile(r"[^\n]++")
_END = regex.compile(r"[.!?…。！？]++[\"'”’»“)\]]*+")
_ITEM = regex.compile(r"\A[ \t]*+(?:[-*•▪‣◦●■–—✓✔]|#{1,6}|\d{1,2}[.)])[ \t]")
_BEFORE = regex.compile(r"(?<![\p{L}\p{N}.])[\p{L}\p{N}.]++$")
_OPENERS = "\"'“„‘‚«([¿¡ \t"
_SHORT_LINE = 45  # characters; a line that wraps is longer
_ELISION = regex.compile(r"^(?:[ldnscjmt]|qu|jusqu|lorsqu|puisqu)['’]", regex.IGNORECASE)

_ENDINGS = {
    "en": ("ings", "ing", "ies", "ied", "ed", "es", "s", "ly", "e", "y"),
    "de": ("ern", "en", "em", "es", "er", "e", "n", "s", "t"),
    "fr": ("aient", "ements", "ement", "ees", "ent", "ait", "ons", "ez", "ee", "es", "er", "e", "s",
           "x"),
    "es": ("ando", "iendo", "adas", "ados", "ada", "ado", "idos", "idas", "ido", "ida", "mente",
           "an", "en", "ar", "er", "ir", "os", "as", "es", "a", "o", "e", "s"),
}  # fmt: skip
_SHORTEST_ROOT = 3


@dataclass(frozen=True, slots=True)
class Word:
    """`is_content` says something; `is_denied` stands where a "not" reaches."""

    start: int
    end: int
    folded: str
    root: str
    is_content: bool
    is_name: bool
    is_denied: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, or a part of one. `place` counts the sentences of its text."""

    start: int
    end: int
    place: int
    text: str
    words: tuple[Word, ...]
    figures: tuple[Figure, ...]
    measured: dict[int, str] = field(default_factory=dict)  # of a figure, by its place: of what

    @property
    def span(self) -> Span:
        return self.start, self.end

    @property
    def key(self) -> str:
        """Its words and figures alone: equal for two printings of one sentence."""
        return key_of(self.text)

    @property
    def content(self) -> tuple[Word, ...]:
        return tuple(word for word in self.words if word.is_content)

    @property
    def names(self) -> tuple[Word, ...]:
        return tuple(word for word in self.words if word.is_name)


def key_of(text: str) -> str:
    kept = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_KEYED.findall(kept))


@lru_cache(maxsize=256)
def statements_of(text: str, language: str, *, wraps: bool) -> tuple[Statement, ...]:
    """Every sentence of the text. `wraps`: a line break inside a paragraph ends no sentence."""
    found = []
    for place, (start, end) in enumerate(_sentences(text, wraps=wraps)):
        found.append(statement_of(text, (start, end), language, place))
    return tuple(found)


def statement_of(text: str, span: Span, language: str, place: int) -> Statement:
    """The part of a text as a statement, with offsets in the whole text."""
    piece = text[span[0] : span[1]]
    figures = tuple(
        Figure(f.start + span[0], f.end + span[0], f.value, f.unit, f.bound)
        for f in figures_in(piece, language)
    )
    words = tuple(_words(piece, span[0], figures, language))
    return Statement(*span, place, piece, words, figures, _measured(piece, span[0], words, figures))


@lru_cache(maxsize=8192)
def root_of(word: str, language: str) -> str:
    """What a word has in common with its other forms, without accents."""
    alike = _alike(language).get(word)
    if alike:
        return alike
    plain = _plain(word)
    plain = plain.removesuffix("'s").removesuffix("’s")
    for ending in _ENDINGS.get(language, ()):
        if plain.endswith(ending) and len(plain) - len(ending) >= _SHORTEST_ROOT:
            if ending == "s" and plain.endswith(("ss", "us", "is")):
                continue
            plain = plain[: -len(ending)]
            break
    if len(plain) > _SHORTEST_ROOT and plain[-1] == plain[-2] and plain[-1] in "bdgmnprt":
        plain = plain[:-1]  # "stopped"
    return _alike(language).get(plain, plain)


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


@lru_cache(maxsize=16)
def _alike(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in SAME.get(language, ()):
        first, *others = line.split()
        found |= dict.fromkeys([first, *others], f"={first}")
    return found


def is_pale(word: str, language: str) -> bool:
    """It carries no fact of its own: closed classes, and the palest verbs."""
    return word in FUNCTION.get(language, ()) or word in NEUTRAL.get(language, ())


def _words(piece: str, offset: int, figures: tuple[Figure, ...], language: str) -> Iterator[Word]:
    denied = _denied(piece, language)
    taken = [(f.start - offset, f.end - offset) for f in figures]
    knows, is_loud = language in FUNCTION, piece.isupper()
    first = True
    for match in _WORD.finditer(piece):
        start, end = match.span()
        if any(a <= start < b for a, b in taken):
            first = False
            continue
        written = match.group(0)
        if elided := _ELISION.match(written):
            start += elided.end()
            written = written[elided.end() :]
        folded = written.casefold().replace("’", "'")
        bare = folded.removesuffix("'s")
        is_pale = folded in FUNCTION.get(language, ()) or bare in FUNCTION.get(language, ())
        is_pale = is_pale or folded in NOT_AHEAD or (folded in ONE and knows)
        yield Word(
            start + offset,
            end + offset,
            folded,
            MONTHS.get(bare) or root_of(bare, language),
            not is_pale,
            not is_pale and _is_name(written, language, is_first=first, is_loud=is_loud),
            any(a <= start < b for a, b in denied),
        )
        first = piece[end : end + 2].strip()[:1] in (":", "“", '"', "„", "«")


def _is_name(written: str, language: str, *, is_first: bool, is_loud: bool) -> bool:
    """A capital inside a sentence, or letters with digits; German gives every noun a capital."""
    if any(c.isdigit() for c in written):
        return True
    if written.isupper() and len(written) > 1:
        return len(written) <= 5 and not is_loud
    return written[:1].isupper() and not is_first and language != "de"


def _denied(piece: str, language: str) -> list[Span]:
    """Where a "not" reaches: from it to the next mark, or over all when nothing follows it."""
    marks = [0, *(match.end() for match in _MARK.finditer(piece)), len(piece)]
    pale = FUNCTION.get(language, frozenset()) | {"all", "ever", "überhaupt", "tout"}
    spans = []
    for match in _WORD.finditer(piece):
        folded = match.group(0).casefold().replace("’", "'")
        if folded not in NOT_AHEAD:
            continue
        end = next(mark for mark in marks if mark >= match.end())
        start = max(mark for mark in marks if mark <= match.start())
        rest = piece[match.end() : end]
        says = any(word.casefold() not in pale for word in _LETTERS.findall(rest))
        spans.append((match.end(), end) if says else (start, end))
    return spans


def _measured(
    piece: str, offset: int, words: tuple[Word, ...], figures: tuple[Figure, ...]
) -> dict[int, str]:
    """Root of the next telling word after each figure, within three words of it."""
    found = {}
    for figure in figures:
        after = [word for word in words if word.start >= figure.end][:3]
        for word in after:
            if _MARK.search(piece, figure.end - offset, word.start - offset):
                break
            if word.is_content:
                found[figure.start] = word.root
                break
    return found


def _sentences(text: str, *, wraps: bool) -> Iterator[Span]:
    for start, end in _blocks(text, wraps=wraps):
        begin = start
        for match in _END.finditer(text, start, end):
            if _ends(text, match.start(), match.end(), end):
                yield from _trimmed(text, begin, match.end())
                begin = match.end()
        yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _blocks(text: str, *, wraps: bool) -> Iterator[Span]:
    """Paragraphs, list items and headings."""
    begin, last = -1, -1
    for match in _LINE.finditer(text):
        line = match.group(0)
        if not line.strip():
            continue
        item = _ITEM.match(line)
        goes_on = begin >= 0 and wraps and not item and text.count("\n", last, match.start()) == 1
        if goes_on:
            before = text[text.rfind("\n", 0, last) + 1 : last]
            is_head = before.lstrip().startswith("#")
            is_short = len(before.strip()) < _SHORT_LINE and not line.lstrip()[:1].islower()
            goes_on = not is_head and not is_short
        if not goes_on:
            if begin >= 0:
                yield begin, last
            begin = match.start() + (item.end() if item else 0)
        last = match.end()
    if begin >= 0:
        yield begin, last


def _ends(text: str, stop: int, end: int, limit: int) -> bool:
    rest = text[end:limit]
    if not rest.strip():
        return True
    if not rest[0].isspace() and text[stop] not in "。！？":
        return False
    following = rest.lstrip(_OPENERS + "\n")
    if following[:1].islower():
        return False
    if text[stop] != ".":
        return True
    before = _BEFORE.search(text, max(0, stop - 12), stop)
    word = before.group(0).casefold() if before else ""
    if word in ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return False
    next_word = regex.match(r"\p{L}*", following)[0].casefold()
    return not (word.isdigit() and len(word) <= 2 and next_word in MONTHS)


def begins_with_noun(statement: Statement) -> tuple[str, ...]:
    """Roots of the words that a sentence is about, when it begins with a noun and its article."""
    words = statement.words
    if not words:
        return ()
    if words[0].folded not in DETERMINERS:
        return ()
    content = [word for word in words[1:5] if word.is_content][:2]
    return tuple(word.root for word in content)
