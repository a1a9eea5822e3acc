"""Revisions are written down, and enough of the same wish make a variant of a skill."""

from __future__ import annotations

from typing import Any

import pytest

from config.kernel.scoping import org_atomic
from content.models import Candidate, RevisionEvent, Skill, SkillVersion
from content.services.revisions import VARIANT_EVENTS, decide_unsure, record_revision
from content.services.skill_rows import create_skill
from content.skills.structure import Structure
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


def candidate(world: World, version: SkillVersion | None = None, **fields: Any) -> Candidate:
    request = make.generation(world.brand, make.material(world.brand))
    return make.candidate(request, skill_version=version, **fields)


def revise(
    world: World, notes: str, kind: str = "rejected", times: int = 1, version: Any = None
) -> RevisionEvent:
    with org_atomic(world.id):
        row = candidate(world, version)
        for _ in range(times):
            event = record_revision(candidate=row, kind=kind, notes=notes, by=world.editor)
        return event


def test_a_revision_keeps_who_said_what_of_which_skill(world: World) -> None:
    with org_atomic(world.id):
        version = create_skill(structure=Structure())
    event = revise(world, "The price is wrong", version=version)
    assert event.skill_version_id == version.pk
    assert (event.classification, event.defect_labels) == ("defect", ["wrong_price"])
    assert event.by == world.editor


def test_an_approval_says_nothing_against_a_text(world: World) -> None:
    event = revise(world, "", "approved")
    assert (event.classification, event.confidence) == ("none", 0)


def test_an_edit_is_read_by_what_it_changed(world: World) -> None:
    with org_atomic(world.id):
        row = candidate(world, text="Masts in 12 days.")
        event = record_revision(
            candidate=row, kind="edited", notes="", by=world.editor, changed="Masts in 14 days."
        )
    assert event.classification == "defect"


@pytest.mark.parametrize(("times", "variants"), [(VARIANT_EVENTS, 0), (VARIANT_EVENTS + 3, 1)])
def test_more_than_ten_wishes_for_the_same_make_one_variant(
    world: World, times: int, variants: int
) -> None:
    with org_atomic(world.id):
        version = create_skill(structure=Structure(length="medium"))
    revise(world, "Too long", times=times, version=version)
    with org_atomic(world.id):
        made = list(Skill.objects.filter(variant_of_id=version.skill_id))
        assert len(made) == variants
        for skill in made:
            assert skill.versions.get().structure["length"] == "short"
            assert skill.status == "testing"


def test_wishes_about_the_tone_make_no_variant(world: World) -> None:
    with org_atomic(world.id):
        version = create_skill(structure=Structure())
    revise(world, "Too formal", times=12, version=version)
    with org_atomic(world.id):
        assert Skill.objects.count() == 1


def test_without_a_model_nobody_is_asked(world: World) -> None:
    revise(world, "Hm.")
    with org_atomic(world.id):
        assert decide_unsure() == 0
