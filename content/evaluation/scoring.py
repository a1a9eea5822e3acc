"""Each text and each pair in figures that code can find, and the totals of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from statistics import mean
from typing import Any

import numpy as np

from brands.voice.scoring import score_voice
from content.guards.facts import traced

from .writing import Embed, Outcome, Text

GUARDS_GOAL, FACTS_GOAL = 0.95, 1.0


@dataclass(frozen=True, slots=True)
class TextScore:
    """One candidate. `failed` are the guards that did not pass, whatever their severity;
    `leaked` words that the pair forbids. Shares are from 0 to 1, None where there is nothing to
    compare with."""

    label: str
    angle: str
    characters: int
    room: int
    failed: tuple[str, ...]
    is_publishable: bool
    facts: int
    untraced: tuple[str, ...]
    leaked: tuple[str, ...]
    repeats: bool
    near_history: float | None
    voice: float | None
    attempts: int
    cost_micros: int
    text: str

    @property
    def is_clean(self) -> bool:
        return not self.failed and not self.leaked


@dataclass(frozen=True, slots=True)
class CaseScore:
    """One pair. `variety` is 1 less the mean likeness of its texts, None of fewer than two."""

    slug: str
    language: str
    platform: str
    texts: tuple[TextScore, ...]
    errors: tuple[str, ...]
    variety: float | None

    @property
    def is_clean(self) -> bool:
        return bool(self.texts) and not self.errors and all(one.is_clean for one in self.texts)


@dataclass(frozen=True, slots=True)
class Totals:
    """Of a whole run; shares from 0 to 1."""

    pairs: int
    texts: int
    guards_passed: float
    publishable: float
    pairs_clean: float
    facts: int
    facts_traced: float
    leaked: int
    repeated: int
    variety: float | None
    near_history: float | None
    voice: float | None
    cost_micros: int

    @property
    def meets_goals(self) -> bool:
        return self.guards_passed >= GUARDS_GOAL and self.facts_traced >= FACTS_GOAL

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "meets_goals": self.meets_goals}


def score_case(outcome: Outcome, embed: Embed) -> CaseScore:
    return CaseScore(
        slug=outcome.case.slug,
        language=outcome.case.language,
        platform=outcome.case.platform,
        texts=tuple(_score(text, outcome, embed) for text in outcome.texts),
        errors=tuple(outcome.errors),
        variety=_variety(outcome.texts),
    )


def totals_of(scores: Sequence[CaseScore]) -> Totals:
    """A text that the writer could not write counts as one that failed its guards."""
    texts = [text for score in scores for text in score.texts]
    wanted = len(texts) + sum(len(score.errors) for score in scores)
    facts = sum(text.facts + len(text.untraced) for text in texts)
    untraced = sum(len(text.untraced) for text in texts)
    return Totals(
        pairs=len(scores),
        texts=len(texts),
        guards_passed=_share(sum(text.is_clean for text in texts), wanted),
        publishable=_share(sum(text.is_publishable for text in texts), wanted),
        pairs_clean=_share(sum(score.is_clean for score in scores), len(scores)),
        facts=facts,
        facts_traced=_share(facts - untraced, facts),
        leaked=sum(len(text.leaked) for text in texts),
        repeated=sum(text.repeats for text in texts),
        variety=_mean([score.variety for score in scores]),
        near_history=_mean([text.near_history for text in texts]),
        voice=_mean([text.voice for text in texts]),
        cost_micros=sum(text.cost_micros for text in texts),
    )


def _score(text: Text, outcome: Outcome, embed: Embed) -> TextScore:
    candidate, brief = text.candidate, outcome.brief
    tracing = traced(candidate.text, brief)
    size = brief.count(candidate)
    whole = f"{candidate.text}\n{' '.join(candidate.hashtags)}\n{candidate.link}".casefold()
    voice = outcome.case.voice
    return TextScore(
        label=text.label,
        angle=text.angle,
        characters=size.characters,
        room=size.max_characters,
        failed=tuple(one.guard.slug for one in text.inspection.results if not one.verdict.ok),
        is_publishable=text.inspection.is_passed and not text.repeats,
        facts=len(tracing.citations),
        untraced=tuple(candidate.text[start:end] for start, end in tracing.untraced),
        leaked=tuple(word for word in outcome.case.forbidden if word.casefold() in whole),
        repeats=bool(text.repeats),
        near_history=_nearest(text, outcome.case.history, embed),
        voice=score_voice(candidate.text, voice).score if voice else None,
        attempts=text.attempts,
        cost_micros=text.cost_micros,
        text=candidate.text,
    )


def _nearest(text: Text, history: Sequence[str], embed: Embed) -> float | None:
    embedded = embed(list(history)) if history else None
    if embedded is None or text.vector is None:
        return None
    return float((embedded.vectors @ text.vector).max())


def _variety(texts: Sequence[Text]) -> float | None:
    pairs = [
        float(np.clip(one.vector @ other.vector, 0.0, 1.0))
        for one, other in combinations(texts, 2)
        if one.vector is not None and other.vector is not None
    ]
    return 1.0 - mean(pairs) if pairs else None


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None
