"""What a post is wanted for, in closed words: from the material's analysis, the platform, the angle
and the brand's tone. No sentence of the material comes in here, only what kinds it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.sentences import Sentence, sentences_of
from content.agents.briefs import Analysis, BrandBrief, MaterialBrief, PlatformRules

from .reading import read_structure

Feature = Literal["question", "number", "quote", "command", "story", "contrast", "items", "several"]
Tone = Literal["professional", "casual", "urgent", "inspiring", "neutral"]

_CASUAL: Final = {"witty", "friendly", "casual", "playful", "warm", "fun", "humorous"}
_PROFESSIONAL: Final = {
    *("professional", "confident", "educational", "formal", "serious", "authoritative"),
}
_SHORT_MATERIAL = 400  # characters; more than this cannot be said of it
_PAST = regex.compile(
    r"\b(?:was|were|had|began|started|came|went|war|waren|hatte|était|avait|fue|era)\b",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """`room` is the platform's limit in characters; `features` is what the material has to offer:
    questions, figures, quotations, requests, a course of events, contrasts, list items, and
    whether there are several sentences at all."""

    platform: str = ""
    angle: str = "product_focus"
    content_type: str = "article"
    tone: Tone = "neutral"
    call: Literal["none", "soft", "direct"] = "soft"
    emoji: Literal["none", "minimal", "moderate", "heavy"] = "minimal"
    hashtags: Literal["none", "minimal", "moderate", "heavy"] = "moderate"
    room: int = 3_000
    is_short_material: bool = False
    features: frozenset[Feature] = frozenset()
    task: str = "post"


def intent_of(
    *,
    brand: BrandBrief,
    material: MaterialBrief,
    analysis: Analysis,
    rules: PlatformRules,
    angle: str,
    task: str = "post",
) -> Intent:
    """The intent of one request. Pure, a few milliseconds for a material of 10,000 characters."""
    sentences = sentences_of(material.text[:10_000], language=material.language or brand.language)
    return Intent(
        task=task,
        platform=rules.slug,
        angle=angle,
        content_type=analysis.type,
        tone=_tone(brand, analysis),
        call=brand.cta_style,
        emoji=brand.emoji_usage,
        hashtags=brand.hashtag_style if rules.hashtags_max != 0 else "none",
        room=rules.max_characters,
        is_short_material=sum(len(one.text) for one in sentences) <= _SHORT_MATERIAL,
        features=features_of(sentences),
    )


def features_of(sentences: Sequence[Sentence]) -> frozenset[Feature]:
    found: set[Feature] = set()
    for one in sentences:
        match read_structure(one.text).hook:
            case "question" | "quote" | "command" | "story" | "contrast" as kind:
                found.add(kind)
            case _:
                pass
        if one.has_number:
            found.add("number")
        if one.is_quote:
            found.add("quote")
    if sum(one.is_item for one in sentences) > 2:
        found.add("items")
    if len(sentences) > 3:
        found.add("several")
    if sum(bool(_PAST.search(one.text)) for one in sentences) > 2:
        found.add("story")
    return frozenset(found)


def _tone(brand: BrandBrief, analysis: Analysis) -> Tone:
    if analysis.sentiment == "urgent":
        return "urgent"
    tones = {tone.casefold() for tone in brand.tone}
    if tones & _CASUAL:
        return "casual"
    if tones & _PROFESSIONAL:
        return "professional"
    return "inspiring" if analysis.sentiment == "inspirational" else "neutral"
