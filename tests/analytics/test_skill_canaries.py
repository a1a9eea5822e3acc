"""Only structure is ever shared: no word of the texts that a shared skill was made from comes out.

Six organizations write with a skill that was read off their own text. Every text, name, note and
reason of theirs holds words that occur nowhere else. Then the structure is shared, and everything
that another organization, its pages and its prompts can see is searched for each of these words.
"""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from django.db import connections
from django.test import Client

from analytics.models import SkillDay
from analytics.services.skill_sharing import share_skills
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import SharedSkill, SharingEvent, Skill, SkillVersion
from content.services.revisions import record_revision
from content.services.skill_rows import create_skill
from content.services.skills import choose_skills
from content.skills.matching import similarity
from content.skills.reading import read_structure
from content.skills.structure import Structure, describe, lines_for_writer
from tests import make
from tests.analytics.crowd import consent, organizations
from tests.content.skills.intents import intent
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

ORGANIZATIONS = 6
WORDS = 12


def canaries(number: int) -> list[str]:
    return [f"zq{number}canary{place}x" for place in range(WORDS)]


def text_of(number: int) -> str:
    """One structure, another twelve words in each organization."""
    one = canaries(number)
    return (
        f"Does your {one[0]} rot?\n\n- {one[1]} by {one[2]}\n- {one[3]} of {one[4]}\n"
        f"- {one[5]} and {one[6]}\n\nWhat does your {one[7]} need?\n\n#{one[8]} #{one[9]}"
    )


def take_part(organization_id: UUID, number: int) -> Structure:
    """An organization writes, judges and agrees to share; its words stand wherever it may write."""
    consent(organization_id)
    text = text_of(number)
    structure = read_structure(text)
    with org_atomic(organization_id):
        from brands.models import BrandProfile

        brand = BrandProfile.objects.create(**brand_fields(canaries(number)[10]))
        version = create_skill(structure=structure, notes=canaries(number)[11])
        past = now() - timedelta(days=40)
        SkillVersion.objects.filter(pk=version.pk).update(created_at=past)
        Skill.objects.filter(pk=version.skill_id).update(retired_reason=canaries(number)[0])
        written = make.candidate(
            make.generation(brand, make.material(brand, text=text, name=canaries(number)[1])),
            text=text,
            skill_version=version,
            skill_reason=canaries(number)[2],
        )
        record_revision(candidate=written, kind="rejected", notes=canaries(number)[3], by=None)
        SkillDay.objects.create(
            day=past.date(),
            skill_version=version,
            uses_count=20,
            decided_count=10,
            approved_count=9,
        )
    return structure


@pytest.fixture
def structure(world: World) -> Structure:
    made = organizations(ORGANIZATIONS, prefix="canary")
    read = {take_part(organization_id, number) for number, organization_id in enumerate(made)}
    (same,) = read
    share_skills()
    return same


def holds_no_canary(text: str) -> bool:
    lowered = text.casefold()
    return not any(word in lowered for number in range(ORGANIZATIONS) for word in canaries(number))


def columns(table: str) -> str:
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")  # noqa: S608
        return "\n".join(row[0] for row in cursor.fetchall())


def test_the_words_would_be_found(structure: Structure) -> None:
    assert not holds_no_canary(text_of(3).upper())
    assert "zq" not in json.dumps(structure.as_json())


def test_no_column_of_what_is_shared_holds_one(structure: Structure) -> None:
    assert SharedSkill.objects.count() == SharingEvent.objects.count() == 1
    for model in (SharedSkill, SharingEvent):
        rows = columns(model._meta.db_table)
        assert rows
        assert holds_no_canary(rows)


def test_the_vector_is_of_the_description_alone(structure: Structure) -> None:
    from config.kernel.embeddings import embed

    row = SharedSkill.objects.get()
    assert row.embedding is not None
    assert np.allclose(row.embedding, embed([describe(structure)]).vectors[0], atol=1e-6)


def test_no_choice_prompt_or_row_of_another_organization_holds_one(
    world: World, structure: Structure
) -> None:
    wanted = intent(angle="educational")
    assert similarity(wanted, structure) >= 0.65
    with org_atomic(world.id):
        for structure_known in (Structure(), structure.but(hook="story", body="proof")):
            create_skill(structure=structure_known)
        chosen = choose_skills(
            brand_id=world.brand.pk,
            platform="feed",
            intent=wanted,
            random=np.random.default_rng(1),
            exploration_ratio=0.0,
        )
        shared_id = SharedSkill.objects.get().pk
        assert chosen[0].shared_skill_id == shared_id
        forked = Skill.objects.get(forked_from_id=shared_id)
        assert forked.versions.get().structure == structure.as_json()
    for choice in chosen:
        assert holds_no_canary(repr(choice))
        assert holds_no_canary("\n".join(lines_for_writer(choice.structure)))
    for table in ("content_skill", "content_skillversion", "organizations_auditrecord"):
        with org_atomic(world.id):
            assert holds_no_canary(columns(table))


def test_no_page_of_another_organization_holds_one(
    world: World, structure: Structure, client: Client
) -> None:
    client.force_login(world.owner)
    client.post(f"{world.path}/skills/starters/")
    shared = SharedSkill.objects.get()
    pages = [
        f"{world.path}/skills/",
        f"{world.path}/skills/?kind=shared",
        f"{world.path}/skills/shared/?id={shared.pk}",
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        assert "Question" in answer.content.decode()
        assert holds_no_canary(answer.content.decode())
    forked = client.post(f"{world.path}/skills/forks/", {"shared": str(shared.pk)}, follow=True)
    assert "is yours now" in forked.content.decode()
    assert holds_no_canary(forked.content.decode())
