"""Which sentences of passages answer a question, and when none does. No model, no guess.

An answer is only given when a sentence, with the heading that it stands under, holds most of what
the question is about: names and figures of the question all of them. A passage that is merely of
the same subject answers nothing, and a wrong answer costs more than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.sentences import stem, words_of
from config.kernel.language.spans import sentence_spans

from .instructions import speaks_to_machines

MOST_SENTENCES: Final = 3
NEAR: Final = 0.7
"""A further sentence is told when it is at least as telling as this share of the best."""

_SHARED: Final = 0.5
_FIGURE = regex.compile(r"\d+(?:[.,:]\d+)*")
_NAME = regex.compile(r"(?<=\S\s)\p{Lu}[\p{L}\p{N}]+")
# Whom or what it is asked for: "a mast for a submarine" is not answered by one for a yacht.
_MEANT_FOR = regex.compile(
    r"\b(?:for|für)(?: (?:an?|the|your|eine[nmr]?|den|die|das))? (\p{L}{3,})"
)
# What a question is put by, and what it is not about.
_ASKING_WORDS: Final = (
    "what when where who whom whose which why how do does did is are can could may might will "
    "would should shall there have has any your you yours our their tell know say please much "
    "many long often far get take give make work find want need like offer sell help exist "
    "possible available about use used happen mean kind sort type made "
    "a an the and or but of to in on at by for from with without as than that this these those it "
    "its i me my we us he she they them be been was were if then so not no me also only very just "
    "was wann wo wer wen wem welche welcher welches warum wie gibt es kann können darf ihr "
    "ihre sie haben hat viel viele lange man bitte macht machen der die das den dem des ein eine "
    "einen einem einer und oder in im an am auf zu zum zur mit von vom bei für aus nach ist sind "
    "ich wir nicht auch noch nur "
    "quand combien comment pourquoi quel quelle où est-ce qui que qué cuándo cuánto cómo dónde"
)
_ASKING: Final = frozenset(stem(word) for word in _ASKING_WORDS.split())


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as it is asked: `likeness` a cosine on a scale from 0, unrelated, to 1, the same
    subject; None where only words found it."""

    text: str
    heading: str = ""
    title: str = ""
    likeness: float | None = None

    @property
    def whole(self) -> str:
        return "\n".join(filter(None, [self.title, self.heading, self.text]))


@dataclass(frozen=True, slots=True)
class Quote:
    """Words at [start, end) of the passage's text, `passage` being its place in the list."""

    passage: int
    start: int
    end: int
    text: str
    score: float


def answer_offline(question: str, passages: Sequence[Source]) -> list[Quote]:
    """The sentences that answer, best first, at most 3; empty when none does."""
    asked = terms_of(question)
    if not asked:
        return []
    musts = _musts(question)
    found = [
        quote
        for place, passage in enumerate(passages)
        for quote in _quotes(place, passage, asked, musts)
    ]
    found.sort(key=lambda quote: (-quote.score, quote.passage, quote.start))
    best = found[0].score if found else 0.0
    kept: list[Quote] = []
    for quote in found:
        is_new = all(quote.text.casefold() != other.text.casefold() for other in kept)
        if is_new and quote.score >= NEAR * best and len(kept) < MOST_SENTENCES:
            kept.append(quote)
    return kept


def terms_of(question: str) -> frozenset[str]:
    """What a question is about: its words without those that every question has, as stems."""
    words = (stem(word) for word in words_of(question) if len(word) > 1)
    return frozenset(words) - _ASKING | frozenset(_FIGURE.findall(question))


def stands_in(sentence: str, text: str) -> tuple[int, int]:
    """Where in a text the sentence is that says what this one says; (0, 0) if none does.

    Every figure must be in it, and half of the words.
    """
    wanted, figures = _stems(sentence), set(_FIGURE.findall(sentence))
    best, place = 0.0, (0, 0)
    for start, end in sentence_spans(text):
        said = text[start:end]
        if figures - set(_FIGURE.findall(said)):
            continue
        share = len(wanted & _stems(said)) / max(1, len(wanted))
        if share > best:
            best, place = share, (start, end)
    return place if best >= _SHARED else (0, 0)


def _quotes(
    place: int, passage: Source, asked: frozenset[str], musts: frozenset[str]
) -> list[Quote]:
    around = _stems(f"{passage.title} {passage.heading}")
    if musts - _stems(passage.whole):
        return []
    found = []
    spans = sentence_spans(passage.text)
    for number, (start, end) in enumerate(spans):
        sentence = passage.text[start:end]
        if not _is_statement(sentence) or speaks_to_machines(sentence):
            continue
        before = passage.text[slice(*spans[number - 1])] if number else ""
        score = _score(sentence, before, around, asked, passage.likeness)
        if score:
            found.append(Quote(place, start, end, sentence.lstrip("-*• "), score))
    return found


def _score(
    sentence: str,
    before: str,
    around: frozenset[str],
    asked: frozenset[str],
    likeness: float | None,
) -> float:
    """0 when it does not answer."""
    own = _stems(sentence)
    asked_before = before.rstrip().endswith("?")
    context = own | around | (_stems(before) if asked_before else frozenset())
    covered = len(asked & context) / len(asked)
    inside = len(asked & own) / len(asked)
    needed = _needed(likeness)
    has_some = inside > 0 or asked_before or (asked & around and covered == 1.0)
    if covered < needed or not has_some:
        return 0.0
    return covered + 0.5 * inside + 0.5 * (likeness or 0.0) + 0.4 * asked_before


def _needed(likeness: float | None) -> float:
    """How much of the question must be there: less where the vectors agree that it is meant."""
    if likeness is None or likeness < 0.4:
        return 0.75
    return 0.5 if likeness < 0.7 else 0.34


def _musts(question: str) -> frozenset[str]:
    """Names and figures: an answer about another one is no answer."""
    names = [*_NAME.findall(question), *_MEANT_FOR.findall(question)]
    return frozenset(stem(name.casefold()) for name in names) | frozenset(_FIGURE.findall(question))


def _is_statement(sentence: str) -> bool:
    bare = sentence.strip()
    return len(bare.split()) >= 3 and not bare.endswith(("?", "？"))


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words_of(text)) | frozenset(_FIGURE.findall(text))
