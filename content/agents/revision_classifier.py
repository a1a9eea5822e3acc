"""The revision classifier: was something wrong with a text, or is it a matter of taste?

Asked only where words alone leave it open; offline the table of signals decides by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from config.kernel.llm import AgentSpec, is_offline, run
from config.kernel.llm.agents import agents
from content.agents.briefs import OFFLINE
from content.skills.wishes import DEFECTS, PREFERENCES, Reading, classify

PURPOSE = "analysis"
VERSION = "1"
TEXT_CHARACTERS = 3_000

Label = Literal[
    "wrong_price",
    "wrong_image",
    "wrong_fact",
    "broken_link",
    "technical",
    "off_brand",
    "shorter",
    "longer",
    "tone",
    "less_emoji",
    "more_emoji",
    "less_hashtags",
    "more_hashtags",
    "list",
    "running_text",
    "breaks",
    "opening",
    "closing",
    "content",
]

INSTRUCTIONS = """
A person sent a post back or changed it. Say whether something was wrong with it, or whether they
would only have liked it differently.

- defect: a false fact, price, name or date; a wrong picture; a link that does not work; something
  broken, missing or misspelled; another brand's colours, font or logo.
- preference: tone, length, layout, emoji, hashtags, opening, end, or what it speaks of.
- Judge by the slots notes, before and after. When after is empty, nothing was changed. When you
  cannot tell, it is a preference.
- labels: what it was, only from the allowed ones. Give at least one where you can.
- confidence: 0 to 1, how sure you are.
"""


class RevisionInput(BaseModel):
    notes: str
    before: str
    after: str


class RevisionOutput(BaseModel):
    classification: Literal["defect", "preference"]
    labels: list[Label] = Field(default_factory=list)
    confidence: float = Field(ge=0, le=1)


@dataclass(frozen=True)
class Classified:
    """`model_used` is "offline" or "provider:model"; `cost_micros` millionths of a dollar."""

    reading: Reading
    model_used: str
    cost_micros: int = 0

    @property
    def is_offline(self) -> bool:
        return self.model_used == OFFLINE


def classify_revision(
    notes: str,
    *,
    before: str,
    after: str = "",
    has_failed_guards: bool = False,
    organization_id: UUID | None,
    step_key: str,
) -> Classified:
    """By the signals where they are sure, else by a model where there is one.

    Raises what `config.kernel.llm.run` raises; a later try is safe.
    """
    reading = classify(notes, before=before, after=after, has_failed_guards=has_failed_guards)
    if reading.is_sure or is_offline(organization_id, PURPOSE, SPEC.name):
        return Classified(reading, OFFLINE)
    asked = RevisionInput(
        notes=notes[:TEXT_CHARACTERS],
        before=before[:TEXT_CHARACTERS],
        after=after[:TEXT_CHARACTERS],
    )
    answer = run(SPEC, asked, step_key=step_key, organization_id=organization_id)
    return Classified(
        _reading(answer.output), f"{answer.provider}:{answer.model}", answer.cost_micros
    )


def _reading(output: RevisionOutput) -> Reading:
    return Reading(
        output.classification,
        output.confidence,
        tuple(label for label in output.labels if label in DEFECTS),
        tuple(label for label in output.labels if label in PREFERENCES),
    )


SPEC = AgentSpec(
    name="revision-classifier",
    version=VERSION,
    purpose=PURPOSE,
    instructions=INSTRUCTIONS,
    input_type=RevisionInput,
    output_type=RevisionOutput,
    temperature=0.0,
    max_tokens=300,
    deadline_seconds=30.0,
)
agents.register(SPEC.name, SPEC)
