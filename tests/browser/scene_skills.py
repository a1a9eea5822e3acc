"""A library of skills in every tier, one with days, versions, revisions and texts; a shared one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from analytics.models import SkillDay
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from content.models import SharedSkill, Skill, SkillStatus, SkillVersion
from content.services.revisions import record_revision
from content.services.skill_library import change_skill
from content.services.skill_rows import create_skill
from content.skills.starters import STARTERS
from content.skills.structure import Structure
from tests import make
from tests.world import World

RECORDS: dict[SkillStatus, dict[str, Any]] = {
    SkillStatus.TESTING: {"uses_count": 7, "pass_rate": 1.0},
    SkillStatus.ACTIVE: {"uses_count": 40, "decided_count": 20, "approved_count": 15},
    SkillStatus.CHAMPION: {"uses_count": 124, "decided_count": 60, "approved_count": 54},
    SkillStatus.FAILING: {"uses_count": 31, "decided_count": 22, "approved_count": 6},
    SkillStatus.RETIRED: {"retired_reason": "Below 50% approved for seven days."},
}


def skills(world: World) -> dict[str, Any]:
    with org_atomic(world.id):
        rows = [create_skill(structure=structure, notes="Built in") for structure in STARTERS[:5]]
        for row, (status, record) in zip(rows, RECORDS.items(), strict=True):
            decided = record.get("decided_count", 0)
            Skill.objects.filter(pk=row.skill_id).update(
                status=status,
                approval_rate=record.get("approved_count", 0) / decided if decided else 0,
                defect_rate=0.04 if decided else 0,
                selection_rate=0.4,
                cost_micros_mean=2_300,
                last_used_at=now() - timedelta(hours=5),
                **record,
            )
        champion = rows[2]
        _life(world, champion)
        version = champion.skill.versions.get(is_active=True)
    shared = _share()
    return {"skill": champion.skill_id, "skill_version": version.pk, "shared": shared.pk}


def _life(world: World, version: SkillVersion) -> None:
    for ago in range(1, 20):
        SkillDay.objects.create(
            day=(now() - timedelta(days=ago)).date(),
            skill_version=version,
            uses_count=4 + ago * 5 % 7,
            decided_count=4,
            approved_count=2 + ago % 3,
            defect_count=ago % 5 == 0,
        )
    text = make.candidate(
        make.generation(world.brand, make.material(world.brand)),
        skill_version=version,
        skill_reason="Number, list, question · medium: serves this by 0.93, 88% approved",
    )
    for kind, notes in (
        ("approved", ""),
        ("rejected", "The price is wrong, and the link does not work."),
        ("regenerated", "Too long and too formal."),
    ):
        record_revision(candidate=text, kind=kind, notes=notes, by=world.editor)
    create_skill(structure=Structure(hook="number", body="steps"), variant_of_id=version.skill_id)
    change_skill(
        skill=version.skill,
        structure=Structure.from_json(version.structure).but(emoji="front", closing="call"),
        notes="Our readers ask for the next step.",
        by=world.editor,
    )


def _share() -> SharedSkill:
    structure = Structure(hook="contrast", body="comparison", person="you")
    with unscoped("a shared structure"):
        shared, _ = SharedSkill.objects.get_or_create(
            fingerprint=structure.fingerprint(task="post", platform=""),
            defaults={
                "task": "post",
                "structure": structure.as_json(),
                "organizations_count": 12,
                "uses_count": 1_240,
                "mean_pass_rate": 0.97,
                "defect_rate": 0.01,
                "approval_rate": 0.81,
                "counted_at": now(),
            },
        )
    return shared
