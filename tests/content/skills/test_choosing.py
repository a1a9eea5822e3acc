"""Which skills the candidates of a request are written by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from config.kernel.clock import now
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import Skill, SkillVersion
from content.services.skill_rows import create_skill
from content.services.skills import SkillChoice, choose_skills
from content.skills.matching import ideal
from content.skills.starters import STARTERS
from content.skills.structure import Structure
from organizations.models import AuditRecord
from tests.content.skills.intents import intent
from tests.world import World

pytestmark = pytest.mark.django_db


def choose(world: World, seed: int = 1, **fields: Any) -> list[SkillChoice]:
    options = {"intent": intent(), "exploration_ratio": 0.0, **fields}
    with org_atomic(world.id):
        return choose_skills(
            brand_id=world.brand.pk, platform="feed", random=np.random.default_rng(seed), **options
        )


def skill(world: World, structure: Structure, **record: Any) -> Skill:
    with org_atomic(world.id):
        row: Skill = create_skill(structure=structure).skill
        Skill.objects.filter(pk=row.pk).update(**record)
        return row


def retire_starters(world: World) -> None:
    with org_atomic(world.id):
        Skill.objects.update(status="retired", retired_at=now())


def test_an_empty_organization_begins_with_the_built_in_skills_in_testing(world: World) -> None:
    chosen = choose(world)
    with org_atomic(world.id):
        assert Skill.objects.count() == len(STARTERS)
        assert set(Skill.objects.values_list("status", flat=True)) == {"testing"}
        assert SkillVersion.objects.filter(is_active=True).count() == len(STARTERS)
        assert AuditRecord.objects.filter(action="skill.created").count() == len(STARTERS)
    assert len(chosen) == 3
    assert len({one.structure for one in chosen}) == 3
    assert all(one.skill_version_id for one in chosen)


def test_built_in_skills_come_once(world: World) -> None:
    choose(world)
    choose(world)
    with org_atomic(world.id):
        assert Skill.objects.count() == len(STARTERS)


def test_the_same_rows_and_chance_give_the_same_choice(world: World) -> None:
    choose(world)
    assert choose(world, exploration_ratio=0.5) == choose(world, exploration_ratio=0.5)


def test_what_serves_is_reused_with_a_reason(world: World) -> None:
    skill(world, ideal(intent()))
    first = choose(world)[0]
    assert first.kind == "reuse"
    assert first.similarity >= 0.8
    assert first.structure == ideal(intent())
    assert "serves this by 0.99" in first.reason
    assert "too few uses" in first.reason


def test_what_serves_in_part_is_adapted(world: World) -> None:
    wanted = intent(features=frozenset({"several", "items"}))
    skill(world, ideal(wanted).but(hook="quote"))
    first = choose(world, intent=wanted)[0]
    assert first.kind == "adapt"
    assert 0.65 <= first.similarity < 0.8
    assert first.temperature == 0.8
    assert first.structure.hook == "statement"
    assert "Opening: statement instead of quotation" in first.reason


def test_a_new_skill_is_made_where_none_serves(world: World) -> None:
    skill(world, Structure(hook="story", body="story", closing="thanks", length="line"))
    first = choose(world)[0]
    assert first.kind == "new"
    assert first.structure == ideal(intent())
    with org_atomic(world.id):
        made = SkillVersion.objects.select_related("skill").get(pk=str(first.skill_version_id))
        assert made.skill.status == "testing"
        assert made.platform == "feed"


def test_the_better_record_goes_first_among_those_that_serve(world: World) -> None:
    good = skill(
        world,
        ideal(intent()).but(hook="number"),
        uses_count=40,
        decided_count=20,
        approved_count=19,
        status="champion",
    )
    poor = skill(world, ideal(intent()), uses_count=40, decided_count=20, approved_count=4)
    with org_atomic(world.id):
        order = list(
            Skill.objects.filter(versions__in=[c.skill_version_id for c in choose(world)[:2]])
            .order_by("-approved_count")
            .values_list("pk", flat=True)
        )
    assert order == [good.pk, poor.pk]
    assert choose(world)[0].history == pytest.approx(21 / 24)


def test_a_record_of_less_than_ten_uses_says_nothing(world: World) -> None:
    skill(world, ideal(intent()), uses_count=9, decided_count=9, approved_count=0)
    assert choose(world)[0].history is None


def test_without_a_second_skill_the_first_is_adapted(world: World) -> None:
    skill(world, ideal(intent()))
    first, second, third = choose(world)
    assert second.kind == third.kind == "adapt"
    assert second.skill_version_id == first.skill_version_id
    assert second.temperature == 0.8
    assert len({first.structure, second.structure, third.structure}) == 3


def test_one_request_in_ten_tries_something_new(world: World) -> None:
    choose(world)
    kinds = [choose(world, seed, exploration_ratio=0.10)[2].kind for seed in range(60)]
    assert 1 <= kinds.count("explore") <= 14


def test_a_novel_variant_is_kept_to_learn_from_it(world: World) -> None:
    choose(world)
    third = choose(world, exploration_ratio=1.0)[2]
    assert third.kind == "explore"
    assert third.temperature == 1.0
    with org_atomic(world.id):
        made = SkillVersion.objects.select_related("skill").get(pk=str(third.skill_version_id))
        assert Structure.from_json(made.structure) == third.structure
        assert made.skill.variant_of_id


def test_the_exploration_share_is_a_ratio(world: World) -> None:
    with pytest.raises(Invalid):
        choose(world, exploration_ratio=10)


def test_retired_skills_are_left_alone(world: World) -> None:
    choose(world)
    retire_starters(world)
    assert choose(world)[0].kind == "new"


def test_skills_of_another_organization_are_not_seen(world: World) -> None:
    with org_atomic(world.foreign.id):
        create_skill(structure=ideal(intent()))
    choose(world)
    with org_atomic(world.id):
        assert Skill.objects.count() == len(STARTERS)
