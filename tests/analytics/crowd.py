"""Many organizations that use the same structure, with the days of their skills."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from analytics.models import SkillDay
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from content.models import Skill, SkillSharingConsent, SkillVersion
from content.services.skill_rows import create_skill
from content.skills.structure import Structure
from organizations.models import Organization

STRUCTURE = Structure(hook="contrast", body="comparison", closing="fact", length="short")


def organizations(count: int, *, prefix: str = "crowd") -> list[UUID]:
    with unscoped("a crowd of organizations"):
        return [
            Organization.objects.create(name=f"{prefix} {n}", slug=f"{prefix}-{n}").pk
            for n in range(count)
        ]


def consent(organization_id: UUID) -> None:
    with org_atomic(organization_id):
        SkillSharingConsent.objects.create()


def skill(
    organization_id: UUID,
    structure: Structure = STRUCTURE,
    *,
    uses: int = 25,
    defects: int = 0,
    decided: int = 20,
    approved: int = 15,
    age_days: int = 40,
    **fields: Any,
) -> Skill:
    """A skill with one day on which it was used so often."""
    with org_atomic(organization_id):
        version = create_skill(structure=structure)
        SkillVersion.objects.filter(pk=version.pk).update(
            created_at=now() - timedelta(days=age_days)
        )
        if fields:
            Skill.objects.filter(pk=version.skill_id).update(**fields)
        SkillDay.objects.create(
            day=(now() - timedelta(days=1)).date(),
            skill_version=version,
            uses_count=uses,
            passed_count=uses,
            defect_count=defects,
            decided_count=decided,
            approved_count=approved,
        )
        made: Skill = version.skill
        return made


def crowd(count: int, *, prefix: str = "crowd", **fields: Any) -> list[UUID]:
    """So many organizations that agreed, each with the same skill."""
    made = organizations(count, prefix=prefix)
    for organization_id in made:
        consent(organization_id)
        skill(organization_id, **fields)
    return made
