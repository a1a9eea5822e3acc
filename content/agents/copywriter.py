"""The copywriter: one post for one platform, from one angle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import BaseModel

from config.kernel.llm import AgentSpec, is_offline, run
from config.kernel.llm.agents import agents
from content.agents.briefs import (
    OFFLINE,
    Analysis,
    AngleName,
    BrandBrief,
    Draft,
    MaterialBrief,
    PlatformRules,
)
from content.skills.structure import Structure, lines_for_writer

PURPOSE = "copy"
VERSION = "2"
INPUT_CHARACTERS = 10_000  # specification 1c, model input
MOST_EXAMPLES, MOST_RECENT = 3, 20

INSTRUCTIONS = """
Write one post for the platform, from the given angle, in the brand's voice and language.

- Follow the slots brand, voice, voice_rules and rules exactly. The slot rules is binding: words to
  avoid never, required words always, emoji and hashtag counts, the style of the call to action.
- Heed the slot learned: it says what this team changed in earlier texts.
- Stay within the limits of the slot platform. Hashtags and link come after your text and count.
- Use only facts of the slots summary, key_points, material and knowledge. Copy figures, prices,
  dates, names and quotations exactly. Invent nothing: no figure, no link, no name, no customer, no
  offer, no "best" or "first" that is not written there.
- Build it as the slot structure says, as far as the material has matter for it.
- The first line must make the reader stop. One thought, short sentences, no headings, no
  placeholder in brackets, no "Introducing" and no "In today's world".
- Say it differently from every text in the slots recent_posts and shown.
- Follow the slot request if there is one, and mend what the slot faults names.
- text: the post without hashtags and without the link. hashtags: without #. angle: as given.
  link: empty. cited: the sentences of material or knowledge that your facts come from, word for
  word.
"""

ANGLE_MEANINGS: dict[AngleName, str] = {
    "product_focus": "product_focus: what it is, what it has, what is new about it.",
    "user_benefit": "user_benefit: what the reader gains, saves or is spared.",
    "storytelling": "storytelling: someone does something, in order of time.",
    "educational": "educational: the reader learns how or why.",
    "social_proof": "social_proof: what others say or what figures show.",
    "promotional": "promotional: the offer, the price, the date, and why now.",
}
_EMOJI = {"none": "no emoji", "minimal": "at most 1 emoji", "moderate": "2 or 3 emoji"}
_HASHTAGS = {"none": "no hashtags", "minimal": "1 or 2 hashtags", "moderate": "3 to 5 hashtags"}
_CALLS = {
    "none": "no call to action",
    "soft": "a soft call to action, such as a question",
    "direct": "a direct call to action",
}


class CopywriterInput(BaseModel):
    """What stays the same from text to text stands first, so that providers can keep it cached."""

    brand: str
    voice: str
    voice_rules: list[str]
    rules: list[str]
    examples: list[str]
    learned: list[str]
    platform: list[str]
    material: str
    knowledge: list[str]
    summary: str
    key_points: list[str]
    recent_posts: list[str]
    angle: str
    structure: list[str]
    shown: list[str]
    request: str
    faults: list[str]


@dataclass(frozen=True)
class Written:
    """`model_used` is "offline" or "provider:model"; `cost_micros` millionths of a dollar."""

    draft: Draft
    model_used: str
    cost_micros: int = 0

    @property
    def is_offline(self) -> bool:
        return self.model_used == OFFLINE


def write(
    brand: BrandBrief,
    material: MaterialBrief,
    analysis: Analysis,
    angle: AngleName,
    rules: PlatformRules,
    *,
    organization_id: UUID | None,
    step_key: str,
    attempt: int = 1,
    seed: int = 0,
    request: str = "",
    faults: Sequence[str] = (),
    shown: Sequence[str] = (),
    structure: Structure | None = None,
    temperature: float | None = None,
) -> Written:
    """By the model that is configured for the organization, else by the offline writer.

    `shown` are texts to differ from, `request` a user's wish, `faults` what the guards said of the
    last attempt; raise `attempt` with each. `structure` is how the post is to be built, as far as
    the material has matter for it. The offline writer heeds `shown`, `attempt` and `structure`,
    since a wish in words is beyond it. Raises what `config.kernel.llm.run` raises, and Unwritable
    offline.
    """
    if is_offline(organization_id, PURPOSE, SPEC.name):
        return write_offline(
            brand,
            material,
            analysis,
            angle,
            rules,
            attempt=attempt,
            seed=seed,
            shown=shown,
            structure=structure,
        )
    asked = _asked(brand, material, analysis, angle, rules, request, faults, shown, structure)
    link = material.source_url
    spec = replace(
        SPEC,
        temperature=SPEC.temperature if temperature is None else temperature,
        check=lambda _, draft: _wrong(draft, angle, rules, link),
    )
    answer = run(spec, asked, step_key=step_key, organization_id=organization_id)
    return Written(
        _finished(answer.output, angle, link),
        f"{answer.provider}:{answer.model}",
        answer.cost_micros,
    )


def write_offline(
    brand: BrandBrief,
    material: MaterialBrief,
    analysis: Analysis,
    angle: AngleName,
    rules: PlatformRules,
    *,
    attempt: int = 1,
    seed: int = 0,
    shown: Sequence[str] = (),
    structure: Structure | None = None,
) -> Written:
    """By the extractive composer; raises Unwritable when no sentence may stand in a post."""
    from content.agents.offline.composer import write_offline as compose

    draft = compose(
        brand,
        material,
        analysis,
        angle,
        rules,
        attempt=attempt,
        seed=seed,
        shown=shown,
        structure=structure,
    )
    return Written(draft, OFFLINE)


def _asked(
    brand: BrandBrief,
    material: MaterialBrief,
    analysis: Analysis,
    angle: AngleName,
    rules: PlatformRules,
    request: str,
    faults: Sequence[str],
    shown: Sequence[str],
    structure: Structure | None,
) -> CopywriterInput:
    return CopywriterInput(
        brand=_brand(brand),
        voice=_voice(brand),
        voice_rules=_voice_rules(brand),
        rules=_rules(brand, analysis),
        examples=list(brand.example_posts[:MOST_EXAMPLES]),
        learned=list(brand.learned),
        platform=_platform(rules, material.source_url),
        material=material.text[:INPUT_CHARACTERS],
        knowledge=[f"{each.label}: {each.text}" for each in material.passages],
        summary=analysis.summary,
        key_points=analysis.key_points,
        recent_posts=list(brand.recent_posts[:MOST_RECENT]),
        angle=ANGLE_MEANINGS[angle],
        structure=lines_for_writer(structure) if structure else [],
        shown=list(shown),
        request=request,
        faults=list(faults),
    )


def _platform(rules: PlatformRules, link: str) -> list[str]:
    lines = [f"{rules.label}, at most {rules.max_characters} characters with hashtags and link"]
    if rules.max_bytes is not None:
        lines.append(f"at most {rules.max_bytes} bytes of UTF-8")
    if rules.hashtags_max is not None:
        lines.append(f"at most {rules.hashtags_max} hashtags")
    if link:
        lines.append(f"a link of {rules.count(link)} characters is added")
    return lines


def _brand(brand: BrandBrief) -> str:
    """The owner's own words stand first and word for word."""
    facts = {
        "name": brand.name,
        "business": brand.business_type,
        "place": brand.location,
        "speaks to": brand.target_audience,
        "stands for": "; ".join(brand.unique_selling_points),
    }
    known = [f"{label}: {value}" for label, value in facts.items() if value]
    own = [brand.custom_context] if brand.custom_context else []
    return "\n".join([*own, *known, *brand.strategy])


def _voice(brand: BrandBrief) -> str:
    parts = [", ".join(brand.tone), brand.personality, brand.voice_direction]
    return ". ".join(part.rstrip(". ") for part in parts if part)


def _voice_rules(brand: BrandBrief) -> list[str]:
    lines = list(brand.writing_rules)
    if brand.vocabulary:
        lines.append(f"words that are its own: {', '.join(brand.vocabulary)}")
    return lines + [f"never: {each}" for each in brand.avoidances]


def _rules(brand: BrandBrief, analysis: Analysis) -> list[str]:
    lines = [
        f"language: {brand.language or analysis.language}",
        _EMOJI.get(brand.emoji_usage, "4 or more emoji"),
        _HASHTAGS.get(brand.hashtag_style, "6 or more hashtags"),
        _CALLS[brand.cta_style],
    ]
    for label, words in (
        ("words to use where they fit", brand.words_to_use),
        ("words to avoid", brand.words_to_avoid),
        ("required words", brand.required_words),
        ("the brand's own hashtags", brand.default_hashtags),
    ):
        if words:
            lines.append(f"{label}: {', '.join(words)}")
    return lines


def _wrong(draft: Draft, angle: AngleName, rules: PlatformRules, link: str) -> str | None:
    """What the repair turn is told, or None. The guards look at everything else."""
    if not draft.text.strip():
        return "The text is empty."
    composed = _finished(draft, angle, link).composed()
    if not rules.fits(composed):
        return (
            f"Text, hashtags and link have {rules.count(composed)} characters together, and "
            f"{rules.label} takes {rules.max_characters}. Say it more briefly; cut whole thoughts."
        )
    return None


def _finished(draft: Draft, angle: AngleName, link: str) -> Draft:
    """The link is ours to add and the angle ours to choose, whatever the model says."""
    tags = [tag.lstrip("#＃").strip() for tag in draft.hashtags]
    return draft.model_copy(
        update={
            "text": draft.text.strip(),
            "hashtags": [tag for tag in dict.fromkeys(tags) if tag],
            "angle": angle,
            "link": link,
        }
    )


SPEC = AgentSpec(
    name="copywriter",
    version=VERSION,
    purpose=PURPOSE,
    instructions=INSTRUCTIONS,
    input_type=CopywriterInput,
    output_type=Draft,
    temperature=0.8,
    max_tokens=1_500,
    deadline_seconds=60.0,
    varying=("angle", "shown", "request", "faults"),
)
agents.register(SPEC.name, SPEC)
