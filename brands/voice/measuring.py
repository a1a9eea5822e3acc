"""Counting what a voice shows in its texts: length, marks, persons, register."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex  # type: ignore[import-untyped, unused-ignore]

from brands.voice import lists
from brands.voice.profile import Dimensions, Measures
from config.kernel.language.addresses import address_spans
from config.kernel.language.detection import languages_of
from config.kernel.language.spans import sentence_spans

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}\p{N}]*(?:['’\-][\p{L}\p{N}]+)*")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}(?:\ufe0f|\u200d\p{Extended_Pictographic})*+")
_HASHTAG = regex.compile(r"(?<![\p{L}\p{N}])[#＃@][\p{L}\p{N}_]+")
_REPEATED = regex.compile(r"[!?]{2,}|\.{4,}")
_SHORTENED = ("n't", "'re", "'ve", "'ll", "'m", "'d")
_SHORT_FORMS = frozenset(
    [
        "it's",
        "that's",
        "here's",
        "there's",
        "what's",
        "who's",
        "let's",
        "he's",
        "she's",
        "how's",
        "where's",
    ]
)
_NUMBER = regex.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class Counted:
    """One text in numbers; the marks of a text count, its hashtags and addresses do not."""

    text: str
    language: str
    words: tuple[str, ...]
    lengths: tuple[int, ...]
    questions: int
    exclamations: int
    repeated_marks: int
    emoji: int
    shouted: tuple[str, ...]
    singular: int
    plural: int
    reader: int
    polite: int
    familiar: int
    casual: tuple[str, ...]
    formal: tuple[str, ...]
    pressing: tuple[str, ...]
    contractions: int
    technical: int
    long_words: int


def count(text: str, *, language: str = "") -> Counted:
    """`language` is taken where the text is too short to tell by itself."""
    plain = bare(text)
    spoken = language_of(plain, language)
    found = _WORD.findall(plain)
    words = tuple(word.casefold().replace("’", "'") for word in found)
    sentences = [plain[start:end] for start, end in sentence_spans(plain)]
    lengths = tuple(length for length in (len(_WORD.findall(one)) for one in sentences) if length)
    long_letters = lists.LONG_LETTERS.get(spoken, 10)
    return Counted(
        text=plain,
        language=spoken,
        words=words,
        lengths=lengths or (0,),
        questions=sum(one.rstrip("\"'”’»)! ").endswith("?") for one in sentences),
        exclamations=sum("!" in one[-3:] for one in sentences),
        repeated_marks=len(_REPEATED.findall(plain)),
        emoji=len(_EMOJI.findall(text)) - sum(text.count(sign) for sign in "©®™"),
        shouted=tuple(word for word in found if len(word) > 3 and word.isupper()),
        singular=_among(words, lists.SINGULAR, spoken),
        plural=_among(words, lists.PLURAL, spoken),
        reader=_among(words, lists.READER, spoken) + _capital_polite(plain, spoken),
        polite=_capital_polite(plain, spoken) or _among(words, lists.POLITE, spoken),
        familiar=_among(words, lists.FAMILIAR, spoken),
        casual=_listed(words, lists.CASUAL, spoken),
        formal=_listed(words, lists.FORMAL, spoken),
        pressing=_listed(words, lists.PRESSING, spoken),
        contractions=sum(word.endswith(_SHORTENED) or word in _SHORT_FORMS for word in words),
        technical=len(_of_kind(words, lists.TECHNICAL)) + len(_NUMBER.findall(plain)) // 3,
        long_words=sum(len(word) >= long_letters for word in words),
    )


def measure(texts: Iterable[str], *, language: str = "") -> Measures:
    """All texts together; nothing but zeros where there is no word."""
    return together([count(text, language=language) for text in texts])


def together(counted: Sequence[Counted]) -> Measures:
    total = sum(len(one.words) for one in counted)
    if not total:
        return Measures()
    lengths = [length for one in counted for length in one.lengths if length] or [0]

    def per_100(values: Iterable[int]) -> float:
        return round(100 * sum(values) / total, 3)

    def per_sentence(values: Iterable[int]) -> float:
        return round(sum(values) / len(lengths), 3)

    polite, familiar = sum(one.polite for one in counted), sum(one.familiar for one in counted)
    return Measures(
        language=_commonest(one.language for one in counted),
        words=total,
        sentences=len(lengths),
        sentence_words=round(statistics.fmean(lengths), 2),
        sentence_spread=round(statistics.pstdev(lengths), 2),
        question_ratio=per_sentence(one.questions for one in counted),
        exclamation_ratio=per_sentence(one.exclamations for one in counted),
        repeated_marks_per_100=per_100(one.repeated_marks for one in counted),
        emoji_per_100=per_100(one.emoji for one in counted),
        shouted_per_100=per_100(len(one.shouted) for one in counted),
        singular_per_100=per_100(one.singular for one in counted),
        plural_per_100=per_100(one.plural for one in counted),
        reader_per_100=per_100(one.reader for one in counted),
        address=address_of(polite, familiar),
        casual_per_100=per_100(len(one.casual) for one in counted),
        formal_per_100=per_100(len(one.formal) for one in counted),
        pressing_per_100=per_100(len(one.pressing) for one in counted),
        contractions_per_100=per_100(one.contractions for one in counted),
        technical_per_100=per_100(one.technical for one in counted),
        long_word_ratio=round(sum(one.long_words for one in counted) / total, 4),
    )


def dimensions_of(measures: Measures) -> Dimensions:
    """Three numbers for people; what the score uses are the measures themselves."""
    loudness = (
        60 * measures.exclamation_ratio
        + 5 * measures.emoji_per_100
        + 2 * measures.shouted_per_100
        + 5 * measures.pressing_per_100
    )
    formality = (
        48
        + 7 * measures.formal_per_100
        - 8 * measures.casual_per_100
        - 2.5 * measures.contractions_per_100
        - 0.35 * loudness
        + 1.3 * (measures.sentence_words - 14)
        + 110 * (measures.long_word_ratio - 0.12)
        + (8 if measures.address == "polite" else 0)
    )
    enthusiasm = 18 + loudness + 3 * measures.casual_per_100
    technicality = 12 + 8 * measures.technical_per_100 + 160 * (measures.long_word_ratio - 0.1)
    return Dimensions(_percent(formality), _percent(enthusiasm), _percent(technicality))


def language_of(text: str, otherwise: str = "") -> str:
    found = languages_of(text)
    return next(iter(found)) if len(found) == 1 else otherwise[:2].casefold()


def bare(text: str) -> str:
    """Without what belongs to the platform and not to the voice: hashtags, mentions, addresses."""
    for start, end in reversed(address_spans(text)):
        text = f"{text[:start]} {text[end:]}"
    return str(_HASHTAG.sub(" ", text)).strip()


def address_of(polite: int, familiar: int) -> str:
    """One of the two only where it clearly outweighs the other."""
    if polite >= 2 and polite > 2 * familiar:
        return "polite"
    if familiar >= 2 and familiar > 2 * polite:
        return "familiar"
    return ""


def _capital_polite(plain: str, language: str) -> int:
    if language != "de":
        return 0
    words = set(lists.POLITE["de"])
    found = 0
    for start, end in sentence_spans(plain):
        # The first word has its capital anyway.
        found += sum(word in words for word in _WORD.findall(plain[start:end])[1:])
    return found


def _among(words: Sequence[str], kind: dict[str, tuple[str, ...]], language: str) -> int:
    wanted, _ = _split(kind.get(language, ()))
    return sum(word in wanted for word in words)


def _listed(
    words: Sequence[str], kind: dict[str, tuple[str, ...]], language: str
) -> tuple[str, ...]:
    return _of_kind(words, kind.get(language, kind["en"]))


def _of_kind(words: Sequence[str], listed: tuple[str, ...]) -> tuple[str, ...]:
    whole, begins = _split(listed)
    return tuple(word for word in words if word in whole or (begins and word.startswith(begins)))


@lru_cache(maxsize=32)
def _split(listed: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    whole = frozenset(word for word in listed if not word.endswith("*"))
    return whole, tuple(word.rstrip("*") for word in listed if word.endswith("*"))


def _commonest(languages: Iterable[str]) -> str:
    known = [language for language in languages if language]
    return max(sorted(set(known)), key=known.count) if known else ""


def _percent(value: float) -> int:
    return round(min(100.0, max(0.0, value)))
