"""Skills in the database: one active version, and no link into another organization."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from config.kernel.scoping import org_atomic
from content.models import Skill, SkillSharingConsent, SkillVersion
from content.services.skill_rows import create_skill
from content.skills.structure import Structure
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_skill_has_one_active_version(world: World) -> None:
    with org_atomic(world.id):
        first = create_skill(structure=Structure())
        fields = {"skill_id": first.skill_id, "task": "post", "structure": {}, "fingerprint": "x"}
        with pytest.raises(IntegrityError, match="one_active"), transaction.atomic():
            SkillVersion.objects.create(number=2, **fields)
        SkillVersion.objects.create(number=2, is_active=False, **fields)
        with pytest.raises(IntegrityError, match="number"), transaction.atomic():
            SkillVersion.objects.create(number=2, is_active=False, **fields)


def test_an_organization_has_one_consent_in_force(world: World) -> None:
    with org_atomic(world.id):
        SkillSharingConsent.objects.create(given_by=world.owner)
        with pytest.raises(IntegrityError, match="one_consent"), transaction.atomic():
            SkillSharingConsent.objects.create(given_by=world.owner)


def test_a_version_hangs_on_no_foreign_skill(world: World) -> None:
    with org_atomic(world.foreign.id):
        theirs = create_skill(structure=Structure()).skill_id
    with pytest.raises(IntegrityError, match="_org"), org_atomic(world.id):
        SkillVersion.objects.create(
            skill_id=theirs, number=2, is_active=False, task="post", structure={}, fingerprint="x"
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_skills_of_others_are_not_seen(world: World) -> None:
    with org_atomic(world.foreign.id):
        create_skill(structure=Structure())
    with org_atomic(world.id):
        assert Skill.objects.count() == 0
