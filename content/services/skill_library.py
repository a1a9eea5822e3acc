"""What people do with skills: add, change by a new version, go back to one, fork, retire, share."""

from __future__ import annotations

from django.db.models import Max

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from content.models import (
    SharedSkill,
    Skill,
    SkillSharingConsent,
    SkillStatus,
    SkillVersion,
)
from content.skills.structure import Structure, describe_change, name_of
from organizations.models import User
from organizations.services.audit import record

from .skill_rows import create_skill


def add_skill(
    *,
    structure: Structure,
    platform: str = "",
    brand: BrandProfile | None = None,
    notes: str = "",
    by: User | None,
) -> Skill:
    """A skill of one's own, in testing. Raises Conflict where a living one is built the same."""
    with org_atomic():
        _refuse_twice(structure, task="post", platform=platform, brand=brand)
        version = create_skill(
            structure=structure,
            platform=platform,
            brand_id=brand.pk if brand else None,
            notes=notes,
            by=by,
        )
    made: Skill = version.skill
    return made


def change_skill(
    *, skill: Skill, structure: Structure, notes: str, by: User | None
) -> SkillVersion:
    """Another structure, as a new version that is active from now on; the earlier ones stay.

    The record goes on: it is the skill's. Raises Conflict where nothing differs.
    """
    with org_atomic():
        active = _locked(skill).versions.get(is_active=True)
        before = Structure.from_json(active.structure)
        if structure == before:
            raise Conflict("Nothing differs from the active version. Change a part of it first.")
        skill.versions.filter(is_active=True).update(is_active=False)
        last = skill.versions.aggregate(last=Max("number"))["last"]
        version = SkillVersion.objects.create(
            skill=skill,
            number=last + 1,
            notes=notes[:300],
            task=active.task,
            platform=active.platform,
            structure=structure.as_json(),
            fingerprint=structure.fingerprint(task=active.task, platform=active.platform),
        )
        _named_after(skill, structure)
        record(
            action="skill.changed",
            target=skill,
            by=by,
            reason=describe_change(before, structure),
            data={"version": version.number},
        )
    return version


def activate_version(*, version: SkillVersion, by: User | None) -> SkillVersion:
    """Go back to a version, or forward again. Nothing where it is active already."""
    with org_atomic():
        skill = _locked(version.skill)
        row = SkillVersion.objects.get(pk=version.pk)
        if row.is_active:
            return row
        skill.versions.filter(is_active=True).update(is_active=False)
        row.is_active = True
        row.save(update_fields=["is_active", "updated_at"])
        _named_after(skill, Structure.from_json(row.structure))
        record(
            action="skill.changed",
            target=skill,
            by=by,
            reason=f"Version {row.number} is active again.",
            data={"version": row.number},
        )
    return row


def fork_skill(*, shared: SharedSkill, by: User | None) -> Skill:
    """A shared structure as a skill of one's own, from where it may be changed; once."""
    with org_atomic():
        earlier = Skill.objects.filter(forked_from=shared).exclude(status=SkillStatus.RETIRED)
        if row := earlier.first():
            raise Conflict(f"“{row.name}” was taken from it already. Change that one.")
        version = create_skill(
            structure=Structure.from_json(shared.structure),
            task=shared.task,
            platform=shared.platform,
            forked_from_id=shared.pk,
            notes="Taken from the shared library",
            by=by,
        )
        record(action="skill.forked", target=version.skill, by=by)
    made: Skill = version.skill
    return made


def retire_skill(*, skill: Skill, by: User | None, reason: str = "") -> Skill:
    """Take a skill out of use; it can be brought back. Nothing where it is out already."""
    with org_atomic():
        row = _locked(skill)
        if row.status == SkillStatus.RETIRED:
            return row
        row.status, row.retired_at = SkillStatus.RETIRED, now()
        row.retired_reason = (reason or "Retired by hand.")[:200]
        row.save(update_fields=["status", "retired_at", "retired_reason", "updated_at"])
        record(action="skill.retired", target=row, by=by, reason=row.retired_reason)
    return row


def restore_skill(*, skill: Skill, by: User | None) -> Skill:
    """Back into testing: its record decides its tier from there."""
    with org_atomic():
        row = _locked(skill)
        if row.status != SkillStatus.RETIRED:
            raise Conflict("This skill is in use already.")
        row.status, row.retired_at, row.retired_reason = SkillStatus.TESTING, None, ""
        row.failing_since, row.recount_at = None, now()
        row.save(
            update_fields=[
                *("status", "retired_at", "retired_reason", "failing_since", "recount_at"),
                "updated_at",
            ]
        )
        record(action="skill.restored", target=row, by=by)
    return row


def keep_skill(*, skill: Skill, is_kept: bool, by: User | None) -> Skill:
    """Leave one skill out of what is counted with others, or let it take part again."""
    with org_atomic():
        row = _locked(skill)
        row.shares_structure = not is_kept
        row.save(update_fields=["shares_structure", "updated_at"])
        record(
            action="skill.changed",
            target=row,
            by=by,
            after={"shares_structure": row.shares_structure},
        )
    return row


def allow_sharing(*, by: User) -> SkillSharingConsent:
    """Let structures be counted with those of other organizations, from now on."""
    with org_atomic():
        row = SkillSharingConsent.objects.filter(withdrawn_at=None).first()
        if row is None:
            row = SkillSharingConsent.objects.create(given_by=by)
            record(action="skill_sharing.allowed", target=None, by=by)
    return row


def withdraw_sharing(*, by: User) -> None:
    """Stop it. From the next night on nothing of this organization is counted."""
    with org_atomic():
        rows = SkillSharingConsent.objects.filter(withdrawn_at=None)
        if rows.update(withdrawn_at=now(), withdrawn_by=by):
            record(action="skill_sharing.withdrawn", target=None, by=by)


def shares_structures() -> bool:
    with org_atomic():
        return SkillSharingConsent.objects.filter(withdrawn_at=None).exists()


def _locked(skill: Skill) -> Skill:
    row: Skill = Skill.objects.select_for_update(of=("self",)).get(pk=skill.pk)
    return row


def _named_after(skill: Skill, structure: Structure) -> None:
    skill.name = name_of(structure)
    skill.save(update_fields=["name", "updated_at"])


def _refuse_twice(
    structure: Structure, *, task: str, platform: str, brand: BrandProfile | None
) -> None:
    fingerprint = structure.fingerprint(task=task, platform=platform)
    rows = Skill.objects.filter(
        brand=brand, versions__fingerprint=fingerprint, versions__is_active=True
    ).exclude(status=SkillStatus.RETIRED)
    if row := rows.first():
        raise Invalid(f"“{row.name}” is built like this already. Change a part of it.")
