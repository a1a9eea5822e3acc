"""Writing the texts of one generation: a draft for each angle, checked, written again if need be.

No transaction is open here, and no row is written: what comes out is settled in one piece after.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import cast
from uuid import UUID

import structlog

from brands.services.voices import VoiceVerdict, score_voice
from config.kernel.embeddings import Embedded, thresholds
from config.kernel.errors import DomainError, PaymentRequired, TooMany, Unavailable
from content.agents import (
    Analysis,
    AngleName,
    BrandBrief,
    MaterialBrief,
    PlatformRules,
    Written,
    write,
)
from content.guards import CandidateText, GuardBrief, Inspection, inspect
from content.models import Angle

from .angles import AngleChoice
from .configurations import Configured
from .similarity import Similarity, check_text, content_hash, vectors_of
from .skills import SkillChoice

log = structlog.get_logger(__name__)

Progress = Callable[[str, str], None]

MOST_ATTEMPTS = 3  # specification 1c: a candidate is regenerated so often
DEADLINE_SECONDS = 300.0  # of one generation, specification 1a

# Nothing is written from another angle either while the model is away or its budget is used up.
STOPS = (Unavailable, TooMany, PaymentRequired)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Everything that a generation writes from, as plain values."""

    generation_id: UUID
    organization_id: UUID
    brand: BrandBrief
    material: MaterialBrief
    analysis: Analysis
    rules: PlatformRules
    guards: GuardBrief
    skills: Sequence[SkillChoice] = ()
    instruction: str = ""
    exclude: Collection[UUID] = ()
    brand_id: UUID | None = None
    configured: Configured = Configured()


@dataclass(frozen=True, slots=True)
class Draft:
    """One candidate as it stands after its last attempt, with everything that was found."""

    label: str
    choice: AngleChoice
    skill: SkillChoice | None
    written: Written
    inspection: Inspection
    similarity: Similarity
    sibling_reason: str
    embedded: Embedded | None
    attempts: int
    character_count: int
    voice: VoiceVerdict | None = None
    cost_micros: int = 0
    time_ms: int = 0

    @property
    def text(self) -> str:
        return self.inspection.candidate.text

    @property
    def is_exploration(self) -> bool:
        """Whether its angle or its structure is tried to learn, not as the best that is known."""
        return self.choice.is_exploration or bool(self.skill and self.skill.kind == "explore")

    @property
    def is_valid(self) -> bool:
        return not self.reasons

    @property
    def doubts(self) -> list[str]:
        """Why only a person may let it out, in sentences; empty when the agent may."""
        return self.inspection.doubts

    @property
    def faults(self) -> list[str]:
        """What another attempt should mend."""
        return [*self.inspection.faults, *self._repetitions]

    @property
    def merit(self) -> tuple[bool, int]:
        """Of two attempts the one with more of it is kept."""
        return self.is_valid, -len(self.reasons) - len(self.doubts)

    @property
    def reasons(self) -> list[str]:
        """Why nobody may publish it, in sentences; empty when somebody may."""
        return [*self.inspection.reasons, *self._repetitions]

    @property
    def _repetitions(self) -> list[str]:
        said = [self.similarity.reason] if self.similarity.is_duplicate else []
        return said + ([self.sibling_reason] if self.sibling_reason else [])


@dataclass(slots=True)
class Drafted:
    """Drafts in the order of their labels, and what kept others from being written."""

    drafts: list[Draft] = field(default_factory=list)
    errors: list[DomainError] = field(default_factory=list)

    @property
    def valid(self) -> list[Draft]:
        return [draft for draft in self.drafts if draft.is_valid]


def draft_candidates(
    assignment: Assignment, choices: Sequence[AngleChoice], tell: Progress
) -> Drafted:
    """Write one draft for each choice, labelled A, B, C; each gets at most 3 attempts.

    Errors are returned, not raised, because two good drafts are worth more than none. A model that
    is away or may cost no more ends the work; any other error ends its draft only.
    """
    done = Drafted()
    ends_at = time.monotonic() + DEADLINE_SECONDS
    for place, choice in enumerate(choices):
        label = chr(ord("A") + place)
        skill = assignment.skills[place] if place < len(assignment.skills) else None
        try:
            draft = _draft(assignment, label, choice, skill, done.valid, ends_at, tell)
            done.drafts.append(draft)
        except DomainError as error:
            log.warning("draft_failed", label=label, code=error.code)
            done.errors.append(error)
            if isinstance(error, STOPS):
                break
        if time.monotonic() > ends_at:
            break
    return done


def _draft(
    assignment: Assignment,
    label: str,
    choice: AngleChoice,
    skill: SkillChoice | None,
    siblings: Sequence[Draft],
    ends_at: float,
    tell: Progress,
) -> Draft:
    """The first attempt that nothing speaks against, else the best. Raises as `write` does."""
    started, cost = time.monotonic(), 0
    tried: list[Draft] = []
    faults: list[str] = []
    shown = [sibling.text for sibling in siblings]
    tell("write", f"Writing {label}: {choice.angle.label}")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        written = write(
            assignment.brand,
            assignment.material,
            assignment.analysis,
            _name(choice.angle),
            assignment.rules,
            organization_id=assignment.organization_id,
            step_key=f"write:{assignment.generation_id}:{label}:{attempt}",
            attempt=attempt,
            # Another generation of the same material is worded in another way, a re-run is not.
            seed=zlib.crc32(assignment.generation_id.bytes),
            request=assignment.instruction,
            faults=faults,
            shown=shown,
            structure=skill.structure if skill else None,
            temperature=skill.temperature if skill else None,
        )
        cost += written.cost_micros
        draft = checked_draft(assignment, label, choice, skill, written, siblings, attempt)
        tried.append(draft)
        faults = draft.faults
        if not faults or attempt == MOST_ATTEMPTS or time.monotonic() > ends_at:
            break
        shown += [draft.text, *(hit.excerpt for hit in draft.similarity.hits[:1])]
        tell("repair", f"{label} is not good yet: {faults[0]}")
    # Of equals the later one, which was told what was wrong with the one before.
    best = max(reversed(tried), key=lambda draft: draft.merit)
    return replace(best, attempts=attempt, cost_micros=cost, time_ms=_milliseconds(started))


def checked_draft(
    assignment: Assignment,
    label: str,
    choice: AngleChoice,
    skill: SkillChoice | None,
    written: Written,
    siblings: Sequence[Draft],
    attempt: int,
) -> Draft:
    """Guards with their fixes first, then what was said before, then the other drafts."""
    inspection = inspect(_candidate(written, assignment), assignment.guards)
    text = inspection.candidate.text
    embedded = vectors_of([text])
    return Draft(
        label=label,
        choice=choice,
        skill=skill,
        written=written,
        inspection=inspection,
        similarity=check_text(
            text=text,
            exclude=assignment.exclude,
            embedded=embedded,
            brand_id=assignment.brand_id,
        ),
        sibling_reason=_too_close(text, embedded, siblings),
        embedded=embedded,
        attempts=attempt,
        character_count=assignment.guards.count(inspection.candidate).characters,
        voice=score_voice(text, assignment.guards.voice) if assignment.guards.voice else None,
    )


def _candidate(written: Written, assignment: Assignment) -> CandidateText:
    draft = written.draft
    tags = (tag.strip().lstrip("#＃") for tag in draft.hashtags)
    return CandidateText(
        text=_with_call(draft.text.strip(), assignment),
        hashtags=tuple(tag for tag in tags if tag),
        link=draft.link.strip(),
    )


def _with_call(text: str, assignment: Assignment) -> str:
    """The text, ending in the brand's own call to action where the platform has room for it."""
    call = assignment.brand.call_to_action.strip()
    longer = f"{text}\n\n{call}"
    if not call or call in text or not assignment.rules.fits(longer):
        return text
    return longer


def _name(angle: Angle) -> AngleName:
    return cast("AngleName", angle.value)


def _milliseconds(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _too_close(text: str, embedded: Embedded | None, siblings: Sequence[Draft]) -> str:
    """A sentence when the text repeats a sibling, by its words or its vector."""
    for sibling in siblings:
        score = _likeness(text, embedded, sibling)
        if embedded and score >= thresholds(embedded.model).reject or score == 1.0:
            return (
                f"This says the same as variation {sibling.label} (similarity {score:.2f}). "
                "Take another part of the material."
            )
    return ""


def _likeness(text: str, embedded: Embedded | None, sibling: Draft) -> float:
    if content_hash(text) == content_hash(sibling.text):
        return 1.0
    if embedded is None or sibling.embedded is None or embedded.model != sibling.embedded.model:
        return 0.0
    return float(embedded.vectors[0] @ sibling.embedded.vectors[0])
