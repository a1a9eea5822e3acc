"""Writing skills down: a skill with its first version, another version, which one is active."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from content.models import Skill, SkillStatus, SkillVersion
from content.skills.structure import Structure, name_of
from organizations.models import ActorKind, User
from organizations.services.audit import record, record_all

BUILT_IN: Final = "Built in"


def create_skill(
    *,
    structure: Structure,
    task: str = "post",
    platform: str = "",
    brand_id: UUID | None = None,
    variant_of_id: UUID | None = None,
    forked_from_id: UUID | None = None,
    notes: str = "",
    by: User | None = None,
) -> SkillVersion:
    """A skill in testing with its first version. Its name is written from the structure.

    Call it inside a transaction. Raises Invalid for an unknown task or platform name.
    """
    fingerprint = structure.fingerprint(task=task, platform=platform)
    skill = Skill.objects.create(
        brand_id=brand_id,
        name=name_of(structure),
        task=task,
        platform=platform,
        status=SkillStatus.TESTING,
        variant_of_id=variant_of_id,
        forked_from_id=forked_from_id,
        created_by=by,
    )
    version = SkillVersion.objects.create(
        skill=skill,
        number=1,
        notes=notes[:300],
        task=task,
        platform=platform,
        structure=structure.as_json(),
        fingerprint=fingerprint,
    )
    record(
        action="skill.created",
        target=skill,
        by=by,
        reason=notes,
        data={"fingerprint": fingerprint},
    )
    return version


def create_starters(structures: Sequence[Structure], *, task: str) -> None:
    """The built-in skills of an organization, for every platform, in three statements."""
    skills = Skill.objects.bulk_create(
        Skill(name=name_of(structure), task=task) for structure in structures
    )
    SkillVersion.objects.bulk_create(
        SkillVersion(
            skill=skill,
            number=1,
            notes=BUILT_IN,
            task=task,
            structure=structure.as_json(),
            fingerprint=structure.fingerprint(task=task, platform=""),
        )
        for skill, structure in zip(skills, structures, strict=True)
    )
    record_all(action="skill.created", targets=skills, kind=ActorKind.AGENT, reason=BUILT_IN)
