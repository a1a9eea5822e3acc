"""The text is as easy to read as the brand wants it."""

from __future__ import annotations

from dataclasses import dataclass

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.addresses import address_spans
from config.kernel.language.detection import languages_of
from config.kernel.language.spans import Span, sentence_spans

from .base import PASSED, CandidateText, Guard, GuardBrief, Severity, Verdict

_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*+")
_WIDE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]")
_WIDE_WORD = 2  # characters of a script without blanks that read like one word
_FEWEST_WORDS = 8
_LONG_LETTERS = {"de": 11, "nl": 10, "sv": 10, "fr": 9, "es": 9, "it": 9, "pt": 9, "pl": 10}
_LONG_LETTERS_ELSE = 8  # letters beyond which a word is long


@dataclass(frozen=True, slots=True)
class _Level:
    """Words in a sentence, on average and at most, and the share of long words."""

    usual: float
    most: int
    long_ratio: float
    severity: Severity


_LEVELS = {
    "easy": _Level(15.0, 24, 0.17, Severity.REVIEW),
    "normal": _Level(22.0, 40, 0.32, Severity.WARN),
}


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when sentences and words are no longer than `reading_level` allows.

    A brand that asks for easy texts gets a person's look at those that are not; normal only notes
    it. Long words are counted by what is long in the language. Source: issue 5, guards.
    """
    level = _LEVELS.get(brief.reading_level)
    if level is None:
        return PASSED
    text = _without_addresses(candidate.text)
    sentences = [(span, _words(text[slice(*span)])) for span in sentence_spans(text)]
    sentences = [(span, words) for span, words in sentences if words]
    number = sum(words for _, words in sentences)
    if number < _FEWEST_WORDS:
        return PASSED
    longest = max(sentences, key=lambda each: each[1])
    return _judged(level, longest, number / len(sentences), _long_ratio(text, brief))


def _judged(level: _Level, longest: tuple[Span, int], usual: float, long_ratio: float) -> Verdict:
    if longest[1] > level.most:
        reason = (
            f"One sentence has {longest[1]} words, and {level.most} is the most for this brand's "
            "readers. Make two of it."
        )
        return Verdict(ok=False, severity=level.severity, spans=(longest[0],), reason=reason)
    if usual > level.usual:
        reason = (
            f"Sentences have {usual:.0f} words on average, and {level.usual:.0f} is the most for "
            "this brand's readers. Write shorter ones."
        )
        return Verdict(ok=False, severity=level.severity, reason=reason)
    if long_ratio > level.long_ratio:
        reason = (
            f"Of the words, {long_ratio:.0%} are long, and {level.long_ratio:.0%} is the most for "
            "this brand's readers. Use plainer ones."
        )
        return Verdict(ok=False, severity=level.severity, reason=reason)
    return PASSED


def _words(sentence: str) -> int:
    wide = len(_WIDE.findall(sentence))
    return wide // _WIDE_WORD if wide else len(_WORD.findall(sentence))


def _long_ratio(text: str, brief: GuardBrief) -> float:
    words = _WORD.findall(_WIDE.sub(" ", text))
    if not words:
        return 0.0
    codes = languages_of(text) or frozenset(brief.languages)
    code = min(codes)[:2] if codes else ""
    letters = _LONG_LETTERS.get(code, _LONG_LETTERS_ELSE)
    return sum(len(word) > letters for word in words) / len(words)


def _without_addresses(text: str) -> str:
    """As long as before, so that offsets stay."""
    for start, end in address_spans(text):
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


GUARD = Guard("readability", "Easy enough to read", "1", check)
