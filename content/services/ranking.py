"""Which of the candidates is best: six scores from 0 to 1, weighed. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.embeddings import Embedded
from config.kernel.language.spans import sentence_spans

SIMILARITY, GUARDS, HISTORY, AESTHETICS, DIVERSITY, COST = 0.30, 0.25, 0.20, 0.15, 0.05, 0.05
COST_CEILING_MICROS = 200_000  # 0.20 dollars: a candidate that costs so much gets nothing for it
NEUTRAL = 0.5
"""For a score that could not be had; the same for all candidates, so it decides nothing."""

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}'’-]+")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}")
_LINK = regex.compile(r"https?://\S+")
_LONGEST_OPENING = 110  # characters; about what a phone shows of a post before "more"
_LONGEST_PARAGRAPH = 350
_EASY_SENTENCE, _HARD_SENTENCE = 18.0, 40.0  # words


@dataclass(frozen=True, slots=True)
class Scores:
    """`similarity` is how near the text stays to its material; all from 0 to 1, more is better.

    `cost` is the share of the ceiling that was saved: 1 for a free text, 0 from 0.20 dollars on.
    """

    similarity: float
    guards: float
    history: float
    aesthetics: float
    diversity: float
    cost: float

    @property
    def total(self) -> float:
        """Source: specification 2c and 6.5 (worked value 0.818)."""
        return (
            SIMILARITY * self.similarity
            + GUARDS * self.guards
            + HISTORY * self.history
            + AESTHETICS * self.aesthetics
            + DIVERSITY * self.diversity
            + COST * self.cost
        )


def cost_score(cost_micros: int) -> float:
    return max(0.0, 1.0 - cost_micros / COST_CEILING_MICROS)


def relevance(candidates: Embedded | None, material: Embedded | None) -> list[float] | None:
    """Cosine of each candidate with its material, cut to 0 to 1; None without vectors."""
    if candidates is None or material is None or candidates.model != material.model:
        return None
    cosines = candidates.vectors @ material.vectors[0]
    return [float(value) for value in np.clip(cosines, 0.0, 1.0)]


def diversity(candidates: Embedded | None) -> list[float] | None:
    """For each candidate 1 less its likeness to the nearest of the others; 1 where it is alone."""
    if candidates is None:
        return None
    if len(candidates.vectors) < 2:
        return [1.0] * len(candidates.vectors)
    cosines = candidates.vectors @ candidates.vectors.T
    np.fill_diagonal(cosines, -1.0)
    return [float(1.0 - value) for value in np.clip(cosines.max(axis=1), 0.0, 1.0)]


def aesthetics(
    text: str, *, hashtags: Sequence[str] = (), hashtags_recommended: int = 5, room: int = 0
) -> float:
    """How a post looks and reads, the mean of six shares from 0 to 1. Our own definition.

    opening: the first line fits what a phone shows (110 characters), falling to 0 at three times it
    sentences: 1 up to 18 words a sentence in the mean, 0 from 40
    paragraphs: none is longer than 350 characters
    calm: no shouting: capitals in words of four letters and more, "!!", more emoji than one a line
    ending: the text ends a sentence, in a link, a hashtag or an emoji
    hashtags: not more than the platform recommends

    `room` is the platform's limit in characters; on a platform of short texts (up to 300) a single
    paragraph is never too long.
    """
    body = _LINK.sub("", text).strip()
    if not body:
        return 0.0
    parts = (
        _opening(body),
        _sentences(body),
        1.0 if 0 < room <= 300 else _paragraphs(body),
        _calm(body),
        _ending(text.strip()),
        min(1.0, hashtags_recommended / len(hashtags)) if hashtags else 1.0,
    )
    return sum(parts) / len(parts)


def _opening(body: str) -> float:
    spans = sentence_spans(body)
    length = spans[0][1] - spans[0][0] if spans else len(body)
    return _falling(length, _LONGEST_OPENING, _LONGEST_OPENING * 3)


def _sentences(body: str) -> float:
    counts = [len(_WORD.findall(body[start:end])) for start, end in sentence_spans(body)]
    counted = [count for count in counts if count] or [0]
    return _falling(sum(counted) / len(counted), _EASY_SENTENCE, _HARD_SENTENCE)


def _paragraphs(body: str) -> float:
    lengths = [len(paragraph) for paragraph in body.split("\n") if paragraph.strip()]
    return sum(length <= _LONGEST_PARAGRAPH for length in lengths) / len(lengths)


def _calm(body: str) -> float:
    words: list[str] = [
        word for word in _WORD.findall(body) if len(word) >= 4 and word.upper() != word.lower()
    ]
    shouted = sum(word == word.upper() for word in words) / len(words) if words else 0.0
    lines = len([line for line in body.split("\n") if line.strip()])
    faults = (shouted > 0.2, "!!" in body, len(_EMOJI.findall(body)) > max(lines, 2))
    return 1.0 - sum(faults) / len(faults)


def _ending(text: str) -> float:
    last = text.split()[-1]
    closed = text.rstrip("\"'”’»)")[-1:] in ".!?…。！？:" and not text.endswith("…")
    is_ended = closed or last.startswith(("http", "#")) or bool(_EMOJI.search(text[-2:]))
    return 1.0 if is_ended else 0.0


def _falling(value: float, easy: float, hard: float) -> float:
    """1 up to `easy`, 0 from `hard`, straight between."""
    return min(1.0, max(0.0, (hard - value) / (hard - easy)))
