"""How much a topic has to do with a brand: 0 to 100, in four parts that are shown with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from config.kernel.language.lists import STOP_WORDS
from config.kernel.language.sentences import stem, words_of

INDUSTRY, AUDIENCE, BRAND_FIT, TIMELINESS = 30, 25, 25, 20  # specification 1c, trends
FRESH_HOURS, STALE_HOURS = 24.0, 168.0
_WITHOUT_DATE = TIMELINESS // 2

_STOPS: Final = frozenset().union(*STOP_WORDS.values())


@dataclass(frozen=True, kw_only=True)
class Interests:
    """What a brand says of itself, as far as topics are held against it.

    `industries` are the fields that it names for trends, or what it is in when it names none;
    `fit` is everything else that it cares about: pillars, words to use, selling points, context.
    """

    industries: Sequence[str] = ()
    audience: str = ""
    fit: Sequence[str] = ()
    language: str = "en"
    exclude_topics: Sequence[str] = ()


@dataclass(frozen=True)
class Relevance:
    """`matches` are the words that a part was given for; timeliness has none."""

    industry: int
    audience: int
    brand_fit: int
    timeliness: int
    matches: dict[str, list[str]]

    @property
    def total(self) -> int:
        return self.industry + self.audience + self.brand_fit + self.timeliness

    def as_json(self) -> dict[str, Any]:
        return {
            "industry": self.industry,
            "audience": self.audience,
            "brand_fit": self.brand_fit,
            "timeliness": self.timeliness,
            "matches": self.matches,
        }


def relevance_of(
    text: str, interests: Interests, *, said_at: datetime | None, moment: datetime
) -> Relevance:
    """Industry 30: the best covered of its fields. Audience 25: two words of it are all. Brand fit
    25: four words are all. Timeliness 20 on the first day, nothing after a week.

    Words are compared by their stems, those that say nothing left out; a brand that says nothing of
    itself gets nothing. Pure. Source: specification 1c, trends.
    """
    said = {stem(word): word for word in reversed(words_of(text)) if _tells(word)}
    industry, field = _best_field(interests.industries, said)
    audience = _found(interests.audience, said)
    fit = _found(" ".join(interests.fit), said)
    return Relevance(
        industry=round(INDUSTRY * industry),
        audience=round(AUDIENCE * min(1.0, len(audience) / 2)),
        brand_fit=round(BRAND_FIT * min(1.0, len(fit) / 4)),
        timeliness=_timeliness(said_at, moment),
        matches={"industry": field, "audience": audience[:6], "brand_fit": fit[:6]},
    )


def excluded_topic(text: str, topics: Iterable[str]) -> str:
    """The first of a brand's excluded topics that a text is about, by its words' stems; or ""."""
    said = {stem(word) for word in words_of(text)}
    for topic in topics:
        stems = {stem(word) for word in words_of(topic)}
        if stems and stems <= said:
            return topic
    return ""


def _best_field(fields: Iterable[str], said: dict[str, str]) -> tuple[float, list[str]]:
    best, words = 0.0, list[str]()
    for field in fields:
        stems = list(dict.fromkeys(stem(word) for word in words_of(field) if _tells(word)))
        found = [said[each] for each in stems if each in said]
        share = len(found) / min(len(stems), 2) if stems else 0.0
        if share > best:
            best, words = min(1.0, share), found[:6]
    return best, words


def _found(interest: str, said: dict[str, str]) -> list[str]:
    stems = dict.fromkeys(stem(word) for word in words_of(interest) if _tells(word))
    return [said[each] for each in stems if each in said]


def _tells(word: str) -> bool:
    return len(word) > 2 and word not in _STOPS


def _timeliness(said_at: datetime | None, moment: datetime) -> int:
    if said_at is None:
        return _WITHOUT_DATE
    hours = (moment - said_at).total_seconds() / 3_600
    left = (STALE_HOURS - hours) / (STALE_HOURS - FRESH_HOURS)
    return round(TIMELINESS * min(1.0, max(0.0, left)))
