"""A voice as values: who speaks, in which manner, and what was measured of their own texts.

Source: specification 4c, voice analysis output v2; the three dimensions of 2c, analyze-brand-voice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

FORM = 2  # of the JSON
MOST_EXAMPLES = 12
PRICE_RANGES = ("budget", "mid-range", "premium", "luxury")


@dataclass(frozen=True)
class Personality:
    archetype: str = ""
    description: str = ""


@dataclass(frozen=True)
class ToneAttribute:
    name: str
    description: str = ""


@dataclass(frozen=True)
class VocabularyGroup:
    category: str
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class WritingRule:
    rule: str
    description: str = ""


@dataclass(frozen=True)
class Dimensions:
    """Each from 0 to 100."""

    formality: int = 50
    enthusiasm: int = 40
    technicality: int = 30

    @property
    def scales(self) -> tuple[tuple[str, int, float], ...]:
        """(name, 0 to 100, the same as a ratio), for people."""
        named = (
            ("Formality", self.formality),
            ("Enthusiasm", self.enthusiasm),
            ("Technicality", self.technicality),
        )
        return tuple((name, number, number / 100) for name, number in named)


@dataclass(frozen=True)
class Measures:
    """What was counted in example texts. `words` is how many there were: 0 is "nothing measured".

    Ratios are of all sentences or of all words; `…_per_100` of a hundred words. `address` says how
    readers are addressed where a language has two ways: polite, familiar, or nothing.
    """

    language: str = ""
    words: int = 0
    sentences: int = 0
    sentence_words: float = 0.0
    sentence_spread: float = 0.0
    question_ratio: float = 0.0
    exclamation_ratio: float = 0.0
    repeated_marks_per_100: float = 0.0
    emoji_per_100: float = 0.0
    shouted_per_100: float = 0.0
    singular_per_100: float = 0.0
    plural_per_100: float = 0.0
    reader_per_100: float = 0.0
    address: str = ""
    casual_per_100: float = 0.0
    formal_per_100: float = 0.0
    pressing_per_100: float = 0.0
    contractions_per_100: float = 0.0
    technical_per_100: float = 0.0
    long_word_ratio: float = 0.0


@dataclass(frozen=True)
class VoiceProfile:
    """`avoidances` are sentences for people and writers; `avoided_words` can be found in a text."""

    brand_name: str = ""
    business_type: str = ""
    location: str = ""
    audience: str = ""
    price_range: str = ""
    selling_points: tuple[str, ...] = ()
    personality: Personality = field(default_factory=Personality)
    tone_attributes: tuple[ToneAttribute, ...] = ()
    vocabulary: tuple[VocabularyGroup, ...] = ()
    writing_style: tuple[WritingRule, ...] = ()
    avoidances: tuple[str, ...] = ()
    avoided_words: tuple[str, ...] = ()
    writing_direction: str = ""
    summary: str = ""
    example_texts: tuple[str, ...] = ()
    dimensions: Dimensions = field(default_factory=Dimensions)
    measures: Measures = field(default_factory=Measures)

    @property
    def terms(self) -> tuple[str, ...]:
        """All words of the vocabulary, each once."""
        found = (term for group in self.vocabulary for term in group.terms)
        return tuple(dict.fromkeys(found))

    def as_json(self) -> dict[str, Any]:
        return {"form": FORM, **asdict(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> VoiceProfile:
        """What is missing gets its plainest value, so that older rows stay readable."""
        plain = {
            name: str(value.get(name) or "")
            for name in (
                *("brand_name", "business_type", "location", "audience", "price_range"),
                *("writing_direction", "summary"),
            )
        }
        return cls(
            **plain,
            selling_points=_texts(value.get("selling_points")),
            personality=Personality(**_known(Personality, value.get("personality"))),
            tone_attributes=tuple(
                ToneAttribute(**{"name": "", **_known(ToneAttribute, one)})
                for one in _rows(value.get("tone_attributes"))
            ),
            vocabulary=tuple(
                VocabularyGroup(str(one.get("category") or ""), _texts(one.get("terms")))
                for one in _rows(value.get("vocabulary"))
            ),
            writing_style=tuple(
                WritingRule(**{"rule": "", **_known(WritingRule, one)})
                for one in _rows(value.get("writing_style"))
            ),
            avoidances=_texts(value.get("avoidances")),
            avoided_words=_texts(value.get("avoided_words")),
            example_texts=_texts(value.get("example_texts"))[:MOST_EXAMPLES],
            dimensions=Dimensions(**_known(Dimensions, value.get("dimensions"))),
            measures=Measures(**_known(Measures, value.get("measures"))),
        )


def _known(kind: type[Any], value: Any) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {key: item for key, item in dict(value or {}).items() if key in names}


def _rows(value: Any) -> Sequence[Mapping[str, Any]]:
    return [row for row in value or () if isinstance(row, Mapping)]


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for text in (str(item).strip() for item in value or ()) if text)
