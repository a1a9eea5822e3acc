"""Three candidates for one material on one platform: paid, written, checked, ranked, kept.

Paid in the transaction that starts it, written with none open, settled in one. A generation under
an id that the caller chose before can be started again after a crash: it goes on, pays nothing
twice, neither credits nor model, and writes its candidates once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Any
from uuid import UUID

import structlog

from billing.services.credits import refund_credits, spend_credits
from brands.models import BrandProfile
from brands.services.knowledge_search import mark_used
from config.kernel.clock import now
from config.kernel.embeddings import Embedded
from config.kernel.errors import DomainError, Invalid
from config.kernel.llm.errors import AnswerRefused, ModelError
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from config.kernel.tasks import record_work
from content.agents import PlatformRules
from content.models import Candidate, Generation, GenerationStatus, GuardResult, Material
from organizations.services.audit import record

from .angles import AngleChoice
from .assignments import assignment_of
from .configurations import note_configuration_use
from .drafting import STOPS, Assignment, Draft, Drafted, draft_candidates
from .ranking import NEUTRAL, Scores, aesthetics, cost_score, diversity, relevance
from .similarity import vector_text, vectors_of
from .stale_generations import credit_key, fail_stale_generations
from .trends import generation_action

log = structlog.get_logger(__name__)

Progress = Callable[[str, str], None]


def generate_candidates(
    *,
    brand: BrandProfile,
    material: Material,
    platform: str,
    rules: PlatformRules,
    mode: str,
    choices: Sequence[AngleChoice],
    excluded_angles: Collection[str] = (),
    instruction: str = "",
    regeneration_of: Generation | None = None,
    exclude: Collection[UUID] = (),
    generation_id: UUID | None = None,
    progress: Progress | None = None,
) -> Generation:
    """Write a candidate for each angle, and return the generation, DONE or FAILED with reasons.

    `rules` are the limits of the account's channel, from whoever knows it. `exclude` are ids of
    pending posts and posts that a candidate may resemble, such as those of the same run for another
    network. `generation_id` makes it safe to call again: see above. The best valid candidate has
    rank 1 and is selected. In the autopilot what needs no person goes before what does, and an
    exploration before the rest, or its share would never be published.

    Costs 1 credit, 2 for a trend, under the key generate:<generation id>, given back when the model
    or a service failed, and not when the texts broke rules or repeated what was said. Call it with
    no transaction open. Raises PaymentRequired before anything is written, and Invalid for a
    material that is not ready. When nothing could be written because a service is away or the
    model's budget is used up, the generation is FAILED and Unavailable, TooMany or PaymentRequired
    is raised; a later try needs another id.
    Source: specification 1a steps 6 and 7, 1c generation, 2c rerank, 6.5.
    """
    _refuse_unready(material)
    allowed = [choice for choice in choices if choice.angle not in set(excluded_angles)]
    if not allowed:
        raise Invalid("No angle is left to write from. Allow one again, or choose other material.")
    fail_stale_generations()
    generation = _started(
        generation_id,
        brand=brand,
        material=material,
        platform=platform,
        mode=mode,
        excluded_angles=sorted(set(excluded_angles)),
        instruction=instruction.strip(),
        regeneration_of=regeneration_of,
        attempt=regeneration_of.attempt + 1 if regeneration_of else 1,
        context_hash=_context_hash(brand, material, platform, allowed, instruction),
    )
    if generation.status != GenerationStatus.RUNNING:
        return generation
    assignment = assignment_of(
        generation, brand=brand, material=material, rules=rules, choices=allowed, exclude=exclude
    )
    drafted = draft_candidates(assignment, allowed, progress or _say_nothing)
    scores = _scores(drafted.drafts, vectors_of([vector_text(material)]), rules)
    _settle(generation, assignment, drafted, scores, _media(material))
    for error in drafted.errors:
        if not drafted.valid and isinstance(error, STOPS):
            raise error
    return generation


def settle_adapted(
    generation: Generation, assignment: Assignment, draft: Draft, material: Material
) -> None:
    """Write down the one text of a generation that was adapted from another network's."""
    scores = _scores([draft], vectors_of([vector_text(material)]), assignment.rules)
    _settle(generation, assignment, Drafted([draft]), scores, _media(material))


def _refuse_unready(material: Material) -> None:
    with org_atomic():
        is_ready = Material.objects.usable().filter(pk=material.pk).exists()
    if not is_ready:
        raise Invalid(
            f"“{material.name}” is not ready to be written from: it is "
            f"{material.get_status_display().lower()}. Wait for its analysis, or choose another.",
            code="material_not_ready",
        )


def _started(generation_id: UUID | None, **fields: Any) -> Generation:
    """The generation, running and paid; the one that stands there already under the same id."""
    key = generation_id or uuid7()
    with org_atomic():
        if earlier := Generation.objects.filter(pk=key).first():
            return earlier
        generation = Generation.objects.create(
            pk=key, status=GenerationStatus.RUNNING, started_at=now(), **fields
        )
        spent = spend_credits(
            action=generation_action(generation.material_id),
            key=credit_key(generation),
            description=f"Writing for {generation.platform}: {generation.material.name}"[:200],
            related_type="generation",
            related_id=generation.pk,
        )
        generation.credits = -spent.amount
        generation.save(update_fields=["credits", "updated_at"])
    return generation


def _scores(
    drafts: Sequence[Draft], material: Embedded | None, rules: PlatformRules
) -> list[Scores]:
    """Six scores for each draft. Where vectors are missing, the two that need them are neutral."""
    together = _together([draft.embedded for draft in drafts])
    near = relevance(together, material) or [NEUTRAL] * len(drafts)
    apart = diversity(together) or [NEUTRAL] * len(drafts)
    return [
        Scores(
            similarity=near[place],
            guards=draft.inspection.pass_ratio,
            history=_history(draft),
            aesthetics=aesthetics(
                draft.text,
                hashtags=draft.inspection.candidate.hashtags,
                hashtags_recommended=_recommended(rules),
                room=rules.max_characters,
            ),
            diversity=apart[place],
            cost=cost_score(draft.cost_micros),
        )
        for place, draft in enumerate(drafts)
    ]


def _history(draft: Draft) -> float:
    """What is to be expected of its angle, and of its structure where that has a record."""
    known = draft.skill.history if draft.skill else None
    return draft.choice.odds if known is None else (draft.choice.odds + known) / 2


def _recommended(rules: PlatformRules) -> int:
    """Five, the most of the usual style of three to five, or fewer where fewer are taken."""
    return 5 if rules.hashtags_max is None else max(min(5, rules.hashtags_max), 1)


def _together(embedded: Sequence[Embedded | None]) -> Embedded | None:
    import numpy as np

    known = [one for one in embedded if one is not None]
    if not known or len(known) < len(embedded) or len({one.model for one in known}) > 1:
        return None
    return Embedded(np.concatenate([one.vectors for one in known]), known[0].model)


def _settle(
    generation: Generation,
    assignment: Assignment,
    drafted: Drafted,
    scores: Sequence[Scores],
    media: list[dict[str, Any]],
) -> None:
    """Write everything down in one transaction, unless another run of the same did so before."""
    is_done = bool(drafted.valid)
    status = GenerationStatus.DONE if is_done else GenerationStatus.FAILED
    failure = "" if is_done else _failure(drafted)
    with org_atomic():
        moved = move(
            generation,
            status,
            failure=failure,
            finished_at=now(),
            cost_micros=sum(draft.cost_micros for draft in drafted.drafts),
            configuration_id=assignment.configured.configuration_id,
            passages=[each.id for each in assignment.material.passages],
        )
        if not moved:
            generation.refresh_from_db()
            return
        ranks = _ranks(drafted.drafts, scores, generation.mode)
        for draft, score, rank in zip(drafted.drafts, scores, ranks, strict=True):
            _keep(generation, draft, score, rank, media)
        _note_passages(drafted.drafts)
        note_configuration_use(assignment.configured)
        if not is_done and _is_ours(drafted.errors):
            refund_credits(key=credit_key(generation), reason="nothing could be written")
        record(
            action=f"generation.{status}",
            target=generation,
            reason=failure,
            data={
                "platform": generation.platform,
                "valid": len(drafted.valid),
                "written": len(drafted.drafts),
                "cost_micros": generation.cost_micros,
            },
        )
    record_work("generation")


def _ranks(drafts: Sequence[Draft], scores: Sequence[Scores], mode: str) -> list[int | None]:
    """1 for the best valid draft, None for those that are not valid."""
    explores = mode == Generation.Mode.AUTOPILOT
    order = sorted(
        (place for place, draft in enumerate(drafts) if draft.is_valid),
        key=lambda place: (
            explores and bool(drafts[place].doubts),
            not (explores and drafts[place].is_exploration),
            -scores[place].total,
            drafts[place].label,
        ),
    )
    return [order.index(place) + 1 if place in order else None for place in range(len(drafts))]


def _keep(
    generation: Generation,
    draft: Draft,
    scores: Scores,
    rank: int | None,
    media: list[dict[str, Any]],
) -> None:
    final = draft.inspection.candidate
    candidate = Candidate.objects.create(
        generation=generation,
        label=draft.label,
        rank=rank,
        text=final.text,
        hashtags=list(final.hashtags),
        link=final.link,
        media=media,
        angle=draft.choice.angle,
        angle_reason=draft.choice.reason,
        is_exploration=draft.choice.is_exploration
        or (draft.skill is not None and draft.skill.kind == "explore"),
        skill_version_id=draft.skill.skill_version_id if draft.skill else None,
        shared_skill_id=draft.skill.shared_skill_id if draft.skill else None,
        skill_reason=draft.skill.reason if draft.skill else "",
        voice_score=draft.voice.score if draft.voice else None,
        voice_reasons=list(draft.voice.reasons) if draft.voice else [],
        sources=list(draft.written.draft.cited),
        citations=[cited.as_json() for cited in draft.inspection.citations],
        similarity_score=scores.similarity,
        guard_score=scores.guards,
        history_score=scores.history,
        aesthetics_score=scores.aesthetics,
        diversity_score=scores.diversity,
        cost_score=scores.cost,
        rerank_score=scores.total,
        max_similarity=draft.similarity.maximum,
        neighbours=[hit.as_json() for hit in draft.similarity.hits],
        is_valid=draft.is_valid,
        attempts=draft.attempts,
        character_count=draft.character_count,
        model_used=draft.written.model_used,
        cost_micros=draft.cost_micros,
        generation_time_ms=draft.time_ms,
        is_selected=rank == 1,
    )
    GuardResult.objects.bulk_create(_results(candidate, draft))


def _note_passages(drafts: Sequence[Draft]) -> None:
    """Which passages of the knowledge base were really written from."""
    mark_used(
        [
            UUID(cited.source_id)
            for draft in drafts
            for cited in draft.inspection.citations
            if cited.source_kind == "passage"
        ]
    )


def _results(candidate: Candidate, draft: Draft) -> list[GuardResult]:
    """One row a guard, and one for the two comparisons, which are guards to whoever looks."""
    rows = [
        GuardResult(
            candidate=candidate,
            guard=checked.guard.slug,
            version=checked.guard.version,
            passed=checked.verdict.ok,
            severity=checked.verdict.severity,
            reason=checked.verdict.reason,
            spans=[list(span) for span in checked.verdict.spans],
            was_fixed=checked.was_fixed,
        )
        for checked in draft.inspection.results
    ]
    repeated = draft.similarity.is_duplicate or bool(draft.sibling_reason)
    said = [reason for reason in (draft.similarity.reason, draft.sibling_reason) if reason]
    rows.append(
        GuardResult(
            candidate=candidate,
            guard="similarity",
            version="1",
            passed=not repeated,
            severity="block" if repeated else "warn",
            reason=" ".join(said),
        )
    )
    return rows


def _failure(drafted: Drafted) -> str:
    """Why there is nothing to publish, in sentences: what stopped the writer, or what was wrong."""
    if drafted.errors:
        return drafted.errors[0].message
    found = [f"{draft.label}: {' '.join(draft.reasons)}" for draft in drafted.drafts]
    return "\n".join(["None of the texts may be published.", *found])


def _is_ours(errors: Sequence[DomainError]) -> bool:
    """Whether the failure gives the credit back: network, service, limit, or a model's fault.

    A refusal by the provider's rules, broken brand rules and repetition do not (specification 1c).
    """
    ours = (*STOPS, ModelError)
    return any(isinstance(error, ours) and not isinstance(error, AnswerRefused) for error in errors)


def _media(material: Material) -> list[dict[str, Any]]:
    """The picture or video that a material is, in the shape that channels take."""
    if material.kind not in (Material.Kind.IMAGE, Material.Kind.VIDEO) or not material.file_key:
        return []
    return [
        {
            "reference": material.file_key,
            "content_type": material.mime_type,
            "alt": material.alt_text,
            "size_bytes": material.file_size_bytes,
        }
    ]


def _context_hash(
    brand: BrandProfile,
    material: Material,
    platform: str,
    choices: Sequence[AngleChoice],
    instruction: str,
) -> str:
    """One value for what a generation was asked: to see that two were asked the same."""
    angles = ",".join(choice.angle for choice in choices)
    parts = (str(brand.pk), material.content_hash, platform, angles, instruction)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _say_nothing(step: str, message: str) -> None:
    return None
