"""One network's text for another: adapted, checked like any other, and kept as a generation."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import cast
from uuid import UUID

import structlog

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Invalid, PaymentRequired
from config.kernel.llm.errors import ModelError
from config.kernel.scoping import org_atomic
from content.agents import AngleName, Draft, PlatformRules, Written
from content.agents.adapter import Adapted, adapt, adapt_offline, way_for
from content.models import Candidate, Generation, GenerationStatus, Material

from .angles import AngleChoice
from .assignments import assignment_of
from .drafting import Assignment, checked_draft
from .generation import settle_adapted

log = structlog.get_logger(__name__)

Progress = Callable[[str, str], None]

_SAID = {
    "hashtags": "its hashtags were exchanged",
    "cut": "it was cut at the end of a sentence",
    "compressed": "it was shortened",
    "expanded": "it was lengthened",
}


def wants_more(candidate: Candidate, rules: PlatformRules, *, written_for: int) -> bool:
    """Whether a text that fits another network is under half of what that one would take."""
    return way_for(_draft_of(candidate), rules, written_for=written_for) == "expanded"


def adapt_candidate(
    *,
    candidate: Candidate,
    brand: BrandProfile,
    material: Material,
    rules: PlatformRules,
    written_for: int,
    choice: AngleChoice,
    mode: str,
    generation_id: UUID,
    progress: Progress,
) -> Generation | None:
    """A generation of one text: the candidate as another network takes it, with its own cost.

    None when it cannot be adapted or a guard stops the result: it is to be written anew. What the
    model cost is booked in any case. A model that is away, or may cost no more, leaves the work to
    the offline path, and the text says so. Costs no credit. `generation_id` is the same in every
    run, so that a re-run finds what is there. Call it with no transaction open.
    Source: specification 1c, several platforms.
    """
    generation = _begun(
        generation_id,
        brand=brand,
        material=material,
        platform=rules.slug,
        mode=mode,
    )
    if generation.status != GenerationStatus.RUNNING:
        return generation if generation.status == GenerationStatus.DONE else None
    started = time.monotonic()
    assignment = assignment_of(
        generation, brand=brand, material=material, rules=rules, choices=[choice]
    )
    adapted = _adapted(candidate, assignment, written_for)
    if adapted is None:
        _give_up(generation)
        return None
    written = Written(adapted.draft, adapted.model_used, adapted.cost_micros)
    draft = checked_draft(assignment, "A", choice, None, written, (), 1)
    if not draft.is_valid:
        progress("write", f"{rules.label}: the adapted text may not go out. {draft.reasons[0]}")
        _give_up(generation, cost_micros=adapted.cost_micros)
        return None
    spent = round((time.monotonic() - started) * 1000)
    draft = replace(draft, cost_micros=adapted.cost_micros, time_ms=spent)
    settle_adapted(generation, assignment, draft, material)
    progress("write", f"The text suits {rules.label} now: {_SAID[adapted.way]}.")
    return generation


def _begun(generation_id: UUID, **fields: object) -> Generation:
    with org_atomic():
        earlier = Generation.objects.filter(pk=generation_id).first()
        return earlier or Generation.objects.create(
            pk=generation_id, status=GenerationStatus.RUNNING, started_at=now(), **fields
        )


def _adapted(candidate: Candidate, assignment: Assignment, written_for: int) -> Adapted | None:
    draft, facts = _draft_of(candidate), assignment.analysis.key_points
    try:
        try:
            return adapt(
                draft,
                assignment.brand,
                assignment.rules,
                facts=facts,
                written_for=written_for,
                written_by=candidate.model_used,
                organization_id=assignment.organization_id,
                step_key=f"adapt:{assignment.generation_id}",
            )
        except (ModelError, PaymentRequired) as error:
            log.warning("adapted_offline", code=error.code)
            return adapt_offline(
                draft, assignment.brand, assignment.rules, facts=facts, written_for=written_for
            )
    except Invalid as error:
        log.info("not_adapted", code=error.code)
        return None


def _give_up(generation: Generation, *, cost_micros: int = 0) -> None:
    with org_atomic():
        generation.status = GenerationStatus.FAILED
        generation.failure = "The text of the other network could not be adapted."
        generation.cost_micros, generation.finished_at = cost_micros, now()
        generation.save(
            update_fields=["status", "failure", "cost_micros", "finished_at", "updated_at"]
        )


def _draft_of(candidate: Candidate) -> Draft:
    return Draft(
        text=candidate.text,
        hashtags=list(candidate.hashtags),
        angle=cast("AngleName", candidate.angle),
        cited=list(candidate.sources),
        link=candidate.link,
    )
