"""The analyst: from raw material to what a writer needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel

from config.kernel.llm import AgentSpec, is_offline, run
from config.kernel.llm.agents import agents
from content.agents.briefs import OFFLINE, Analysis, BrandBrief, MaterialBrief

PURPOSE = "analysis"
VERSION = "1"
INPUT_CHARACTERS = 10_000  # specification 1c, model input

INSTRUCTIONS = """
Read the material and describe it for a copywriter who will not see it.

- summary: two or three plain sentences that hold the main point.
- key_points: 3 to 7 sentences, each with one fact that can be checked in the material. Copy
  figures, prices, dates, names and quotations exactly. Give fewer if the material has fewer.
- keywords: 5 to 15 words or short phrases from the material, the most telling first. Nouns and
  names, no filler.
- suggested_angles: the 3 to 5 angles that the material supports, best first. product_focus: what it
  is and has. user_benefit: what readers gain. storytelling: something happens to someone.
  educational: readers learn how or why. social_proof: others say or show it. promotional: an offer
  or a date.
- type, sentiment: choose one each.
- audience: whom the material speaks to, in a few words.
- pillar: the one pillar of the list that fits best, word for word; empty if there is no list.
- language: the ISO 639-1 code of the material's language. Write summary and key points in it.

Never add knowledge of your own. What the material does not say stays unsaid.
"""


class AnalystInput(BaseModel):
    title: str
    material: str
    brand: str
    audience: str
    pillars: list[str]


@dataclass(frozen=True)
class Analysed:
    """`model_used` is "offline" or "provider:model"; `cost_micros` millionths of a dollar."""

    analysis: Analysis
    model_used: str
    cost_micros: int = 0

    @property
    def is_offline(self) -> bool:
        return self.model_used == OFFLINE


def analyse(
    material: MaterialBrief, brand: BrandBrief, *, organization_id: UUID | None, step_key: str
) -> Analysed:
    """By the model that is configured for the organization, else offline.

    Raises what `config.kernel.llm.run` raises; ModelUnavailable is worth another run.
    """
    if is_offline(organization_id, PURPOSE, SPEC.name):
        return analyse_offline(material, brand)
    answer = run(SPEC, _asked(material, brand), step_key=step_key, organization_id=organization_id)
    return Analysed(
        _trimmed(answer.output), f"{answer.provider}:{answer.model}", answer.cost_micros
    )


def analyse_offline(material: MaterialBrief, brand: BrandBrief) -> Analysed:
    """Extraction from the material itself; never fails and costs nothing."""
    from content.agents.offline.analysis import analyse_offline as extract

    return Analysed(extract(material, brand), OFFLINE)


def _asked(material: MaterialBrief, brand: BrandBrief) -> AnalystInput:
    return AnalystInput(
        title=material.title,
        material=material.text[:INPUT_CHARACTERS],
        brand=brand.name,
        audience=brand.target_audience,
        pillars=list(brand.pillars),
    )


def _wrong(asked: AnalystInput, found: Analysis) -> str | None:
    """What the repair turn is told, or None."""
    if not found.summary.strip():
        return "The summary is empty. Write two or three sentences."
    if not found.key_points or not found.keywords or not found.suggested_angles:
        return "Give at least one key point, one keyword and one angle."
    if found.pillar and found.pillar not in asked.pillars:
        return f"The pillar must be one of {asked.pillars}, word for word, or empty."
    return None


def _trimmed(analysis: Analysis) -> Analysis:
    """Into the widths that are stored; a model's lists may be longer than asked for."""
    return analysis.model_copy(
        update={
            "key_points": analysis.key_points[:7],
            "keywords": [word[:80] for word in analysis.keywords[:15]],
            "suggested_angles": list(dict.fromkeys(analysis.suggested_angles))[:5],
            "audience": analysis.audience[:200],
            "language": analysis.language[:10].casefold(),
        }
    )


SPEC = AgentSpec(
    name="analyst",
    version=VERSION,
    purpose=PURPOSE,
    instructions=INSTRUCTIONS,
    input_type=AnalystInput,
    output_type=Analysis,
    temperature=0.2,
    max_tokens=1_800,
    deadline_seconds=60.0,
    check=_wrong,
)
agents.register(SPEC.name, SPEC)
