"""The brand voice analyzer: from a brand's own texts to how it speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from brands.voice.passages import prose
from brands.voice.profile import (
    Dimensions,
    Personality,
    ToneAttribute,
    VocabularyGroup,
    VoiceProfile,
    WritingRule,
)
from brands.voice.reading import KnownBrand, read_voice
from config.kernel.llm import AgentSpec, is_offline, run
from config.kernel.llm.agents import agents

PURPOSE = "analysis"
VERSION = "2"
OFFLINE = "offline"
INPUT_CHARACTERS = 30_000  # of all pages together

INSTRUCTIONS = """
Read the texts of one brand and describe how it speaks, for a writer who will not see them.

- brand_name, business_type, location, audience, price_range, selling_points (2 to 4): what the slot
  known says stands; fill in the rest from the texts, and leave empty what they do not say.
- archetype: one of the twelve brand archetypes; personality: one sentence on the person behind it.
- tone_attributes: 3 to 5, each with one sentence on how it shows in these texts.
- vocabulary: 2 to 4 categories of 5 to 10 terms each, all found in the texts word for word.
- writing_style: 3 to 6 rules that could be followed, with a short description each.
- avoidances: 2 to 5 things that the brand does not do or say.
- writing_direction: one or two sentences to a writer. summary: two or three sentences.
- formality, enthusiasm, technicality: from 0 to 100.
- examples: 3 to 6 passages of 15 to 80 words, copied word for word, in which the voice is clearest.

Describe the manner, not the subject. Write in English, but quote terms and examples in their own
language. If the slot rejected is filled, that description was turned down for the reason in the
slot reason: give one that differs in tone_attributes and writing_direction and heeds the reason.
"""


class Tone(BaseModel):
    name: str
    description: str


class TermGroup(BaseModel):
    category: str
    terms: list[str]


class StyleRule(BaseModel):
    rule: str
    description: str


class BrandVoiceInput(BaseModel):
    known: list[str]
    texts: list[str]
    rejected: str
    reason: str


class BrandVoiceOutput(BaseModel):
    """Voice analysis output v2 of specification 4c."""

    model_config = ConfigDict(frozen=True)

    brand_name: str
    business_type: str
    location: str
    audience: str
    price_range: Literal["", "budget", "mid-range", "premium", "luxury"]
    selling_points: list[str]
    archetype: str
    personality: str
    tone_attributes: list[Tone]
    vocabulary: list[TermGroup]
    writing_style: list[StyleRule]
    avoidances: list[str]
    writing_direction: str
    summary: str
    formality: int = Field(ge=0, le=100)
    enthusiasm: int = Field(ge=0, le=100)
    technicality: int = Field(ge=0, le=100)
    examples: list[str]


@dataclass(frozen=True)
class Read:
    """`model_used` is "offline" or "provider:model"; `cost_micros` millionths of a dollar."""

    profile: VoiceProfile
    model_used: str
    cost_micros: int = 0


def analyse_voice(
    texts: Sequence[str],
    brand: KnownBrand,
    *,
    organization_id: UUID | None,
    step_key: str,
    previous: VoiceProfile | None = None,
    reason: str = "",
) -> Read:
    """By the model that is configured for the organization, else offline.

    What is counted (measures, the words that the brand avoids) is counted in either case. Raises
    Invalid when there is too little text, and what `config.kernel.llm.run` raises. Call it with no
    transaction open. Source: specification 2c (analyze-brand-voice), 4c (brand-voice-analyzer).
    """
    counted = read_voice(texts, brand, previous=previous, reason=reason)
    if is_offline(organization_id, PURPOSE, SPEC.name):
        return Read(counted, OFFLINE)
    asked = _asked(texts, brand, previous, reason)
    answer = run(SPEC, asked, step_key=step_key, organization_id=organization_id)
    profile = _profile(answer.output, counted, brand, asked.texts)
    return Read(profile, f"{answer.provider}:{answer.model}", answer.cost_micros)


def analyse_voice_offline(
    texts: Sequence[str],
    brand: KnownBrand,
    *,
    previous: VoiceProfile | None = None,
    reason: str = "",
) -> Read:
    """Counted and extracted; costs nothing. Raises Invalid when there is too little text."""
    return Read(read_voice(texts, brand, previous=previous, reason=reason), OFFLINE)


def _asked(
    texts: Sequence[str], brand: KnownBrand, previous: VoiceProfile | None, reason: str
) -> BrandVoiceInput:
    facts = {
        "brand name": brand.name,
        "business type": brand.business_type,
        "location": brand.location,
        "audience": brand.audience,
        "price range": brand.price_range,
        "selling points": "; ".join(brand.selling_points),
        "words to use": ", ".join(brand.words_to_use),
        "words to avoid": ", ".join(brand.words_to_avoid),
    }
    share = INPUT_CHARACTERS // max(1, len(texts))
    return BrandVoiceInput(
        known=[f"{name}: {value}" for name, value in facts.items() if value],
        texts=[page[:share] for page in _pages(texts)],
        rejected=_in_short(previous) if previous else "",
        reason=reason,
    )


def _pages(texts: Sequence[str]) -> list[str]:
    """The prose of each text; what is in menus and footers is not sent."""
    return [page for page in ("\n".join(prose([text])) for text in texts) if page]


def _in_short(profile: VoiceProfile) -> str:
    tones = ", ".join(tone.name for tone in profile.tone_attributes)
    return f"{profile.summary}\nTone: {tones}.\nDirection: {profile.writing_direction}"


def _wrong(asked: BrandVoiceInput, found: BrandVoiceOutput) -> str | None:
    """What the repair turn is told, or None."""
    for name, values, fewest, most in (
        ("tone_attributes", found.tone_attributes, 3, 5),
        ("vocabulary", found.vocabulary, 2, 4),
        ("writing_style", found.writing_style, 3, 6),
        ("avoidances", found.avoidances, 2, 5),
    ):
        if not fewest <= len(values) <= most:
            return f"Give {fewest} to {most} {name}; these are {len(values)}."
    if not found.summary.strip() or not found.writing_direction.strip():
        return "Fill in summary and writing_direction."
    tones = ", ".join(tone.name for tone in found.tone_attributes)
    if asked.rejected and f"Tone: {tones}." in asked.rejected:
        return "This is the tone that was turned down. Describe it otherwise, and heed the reason."
    source = _plain("\n".join(asked.texts))
    if not any(_plain(example) in source for example in found.examples):
        return "Copy the examples from the texts word for word."
    return None


def _profile(
    found: BrandVoiceOutput, counted: VoiceProfile, brand: KnownBrand, texts: Sequence[str]
) -> VoiceProfile:
    """The model's description over what was counted; its lists cut to what is shown."""
    source = _plain("\n".join(texts))
    examples = [text.strip() for text in found.examples if len(_plain(text)) > 20]
    kept = [text for text in examples if _plain(text) in source]
    return replace(
        counted,
        brand_name=brand.name or found.brand_name[:120],
        business_type=brand.business_type or found.business_type[:120],
        location=brand.location or found.location[:120],
        audience=brand.audience or found.audience[:300],
        price_range=brand.price_range or found.price_range or counted.price_range,
        selling_points=brand.selling_points[:4] or tuple(found.selling_points[:4]),
        personality=Personality(found.archetype[:60], found.personality[:500]),
        tone_attributes=tuple(
            ToneAttribute(tone.name[:60], tone.description[:300])
            for tone in found.tone_attributes[:5]
        ),
        vocabulary=tuple(
            VocabularyGroup(group.category[:60], tuple(term[:60] for term in group.terms[:10]))
            for group in found.vocabulary[:4]
        ),
        writing_style=tuple(
            WritingRule(rule.rule[:120], rule.description[:300]) for rule in found.writing_style[:6]
        ),
        avoidances=tuple(text[:200] for text in found.avoidances[:5]),
        writing_direction=found.writing_direction[:600],
        summary=found.summary[:900],
        example_texts=tuple(dict.fromkeys([*kept, *counted.example_texts]))[:6],
        dimensions=Dimensions(found.formality, found.enthusiasm, found.technicality),
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


SPEC = AgentSpec(
    name="brand-voice-analyzer",
    version=VERSION,
    purpose=PURPOSE,
    instructions=INSTRUCTIONS,
    input_type=BrandVoiceInput,
    output_type=BrandVoiceOutput,
    temperature=0.5,
    max_tokens=4_096,
    deadline_seconds=120.0,
    check=_wrong,
)
agents.register(SPEC.name, SPEC)
