"""What people did with a candidate, and whether it was wrong or only not to their taste."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import Q

from config.kernel.brands import over_all_brands
from config.kernel.clock import now
from config.kernel.errors import DomainError
from config.kernel.llm import is_offline
from config.kernel.scoping import current_organization_id, org_atomic
from content.agents.briefs import OFFLINE
from content.agents.revision_classifier import PURPOSE, SPEC, classify_revision
from content.learning.texts import composed
from content.models import Candidate, RevisionEvent, Skill, SkillStatus, SkillVersion
from content.skills.structure import Structure
from content.skills.wishes import LABELS, SURE, Reading, changed_by, classify
from organizations.models import User

from .skill_rows import create_skill

log = structlog.get_logger(__name__)

VARIANT_EVENTS = 10
"""More wishes than these for the same thing make a variant of the skill (specification 2c)."""

MOST_ASKED = 50  # revisions that a model is asked about in one go
_ASKED_WITHIN = timedelta(days=30)


def record_revision(
    *,
    candidate: Candidate,
    kind: str,
    notes: str,
    by: User | None,
    changed: str = "",
    original: str = "",
) -> RevisionEvent:
    """Write down what a person did with a candidate, and read defect or preference out of it.

    `kind` is one of `RevisionEvent.Kind`. `changed` is the text after an edit with its hashtags, as
    `learning.texts.composed` puts them together, `original` the one before if it was not the
    candidate's own. An approval says
    nothing against the text and is not read. Asks no model, so that it may stand in the transaction
    of the act; what is not sure is decided later by `decide_unsure`. Enough wishes for the same
    thing make a variant of the skill.
    """
    act = RevisionEvent.Kind(kind)
    with org_atomic():
        before = original or composed(candidate.text, candidate.hashtags)
        reading = None
        if act != RevisionEvent.Kind.APPROVED:
            failed = _has_failed_guards(candidate)
            reading = classify(notes, before=before, after=changed, has_failed_guards=failed)
        event = RevisionEvent.objects.create(
            candidate=candidate,
            skill_version_id=candidate.skill_version_id,
            kind=act,
            notes=notes,
            by=by,
            **_fields(reading, OFFLINE),
        )
        _follow_wishes(event)
    return event


def decide_unsure() -> int:
    """Have a model decide what the signals left open, and return how many it decided.

    For the organization in scope, with no transaction open. Nothing without a model; one that fails
    leaves the rest for the next night.
    """
    organization_id = current_organization_id()
    if is_offline(organization_id, PURPOSE, SPEC.name):
        return 0
    with org_atomic():
        waiting = list(
            RevisionEvent.objects.filter(
                ~Q(kind=RevisionEvent.Kind.APPROVED),
                confidence__lt=SURE,
                classified_by=OFFLINE,
                created_at__gte=now() - _ASKED_WITHIN,
            ).select_related("candidate")[:MOST_ASKED]
        )
    decided = 0
    for event in waiting:
        try:
            _decide(event, organization_id)
        except DomainError as error:
            log.warning("revision_undecided", code=error.code)
            break
        decided += 1
    return decided


def _has_failed_guards(candidate: Candidate) -> bool:
    return candidate.guard_results.filter(passed=False, severity="block").exists()


def _fields(reading: Reading | None, classified_by: str) -> dict[str, object]:
    if reading is None:
        return {}
    return {
        "classification": reading.classification,
        "confidence": reading.confidence,
        "defect_labels": list(reading.defects),
        "preference_labels": list(reading.preferences),
        "classified_by": classified_by,
    }


def _decide(event: RevisionEvent, organization_id: UUID) -> None:
    answer = classify_revision(
        event.notes,
        before=event.candidate.text,
        organization_id=organization_id,
        step_key=f"revision:{event.pk}",
    )
    fields = _fields(answer.reading, answer.model_used)
    with org_atomic():
        RevisionEvent.objects.filter(pk=event.pk).update(**fields)
        event.refresh_from_db()
        _follow_wishes(event)


def _follow_wishes(event: RevisionEvent) -> None:
    """Make a variant for each wish that was heard often enough of this skill."""
    if event.skill_version_id is None or not event.preference_labels:
        return
    with over_all_brands("a structure belongs to the whole team"):
        version = SkillVersion.objects.select_related("skill").get(pk=event.skill_version_id)
        for label in event.preference_labels:
            heard = RevisionEvent.objects.filter(
                skill_version__skill_id=version.skill_id,
                classification=RevisionEvent.Classification.PREFERENCE,
                preference_labels__contains=[label],
            ).count()
            if heard > VARIANT_EVENTS:
                make_variant(skill=version.skill, label=label)


def make_variant(*, skill: Skill, label: str) -> SkillVersion | None:
    """A variant of a skill as people wish it, in testing; None where there is one already, or the
    wish is not about structure."""
    with org_atomic():
        active = skill.versions.filter(is_active=True).get()
        structure = changed_by(Structure.from_json(active.structure), label)
        if structure is None or skill.status == SkillStatus.RETIRED:
            return None
        fingerprint = structure.fingerprint(task=active.task, platform=active.platform)
        if SkillVersion.objects.filter(fingerprint=fingerprint).exists():
            return None
        return create_skill(
            structure=structure,
            task=active.task,
            platform=active.platform,
            brand_id=skill.brand_id,
            variant_of_id=skill.pk,
            notes=f"Made because more than {VARIANT_EVENTS} wished it so: {LABELS[label]}",
        )
