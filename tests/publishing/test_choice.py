"""Which material comes next, and what is said about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import Material, MaterialStatus
from publishing.autopilot.choice import (
    MaterialChoice,
    NoMaterial,
    choose_material,
    engagement_of_materials,
)
from publishing.models import AutopilotRun, MaterialStrategy, PendingStatus, RunStatus
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with org_atomic(world.id):
        yield


def choose(
    world: World, strategy: str = MaterialStrategy.ROUND_ROBIN, **fields: Any
) -> MaterialChoice | NoMaterial:
    fields.setdefault("random", Random(7))
    return choose_material(brand=world.brand, strategy=strategy, moment=now(), **fields)


def chosen(world: World, strategy: str = MaterialStrategy.ROUND_ROBIN, **fields: Any) -> Material:
    choice = choose(world, strategy, **fields)
    assert isinstance(choice, MaterialChoice), choice
    assert choice.reason.endswith(".")
    return choice.material


def nothing(world: World, **fields: Any) -> NoMaterial:
    choice = choose(world, **fields)
    assert isinstance(choice, NoMaterial), choice
    return choice


def used(brand: BrandProfile, days_ago: float, **fields: Any) -> Material:
    fields.setdefault("usage_count", 1)
    return make.material(
        brand,
        status=MaterialStatus.USED,
        last_used_at=now() - timedelta(days=days_ago),
        **fields,
    )


def test_round_robin_takes_the_least_used(world: World) -> None:
    used(world.brand, 30, usage_count=2)
    fresh = make.material(world.brand)
    assert chosen(world) == fresh


def test_round_robin_takes_the_one_that_waited_longest_among_equals(world: World) -> None:
    used(world.brand, 10)
    longest = used(world.brand, 20)
    assert chosen(world) == longest


def test_material_cools_down_for_seven_days(world: World) -> None:
    used(world.brand, 6.9)
    warm = used(world.brand, 7.1)
    assert chosen(world) == warm


def test_when_all_is_cooling_it_says_when_the_first_is_free_again(world: World) -> None:
    used(world.brand, 5)
    answer = nothing(world)
    assert not answer.is_exhausted
    assert "in 1 day" in answer.reason or "in 2 days" in answer.reason


def test_the_cooldown_can_be_left_aside_on_request(world: World) -> None:
    cooling = used(world.brand, 1)
    assert chosen(world, ignore_cooldown=True) == cooling


def test_without_any_material_the_brand_is_exhausted(world: World) -> None:
    answer = nothing(world)
    assert answer.is_exhausted
    assert world.brand.name in answer.reason


def test_material_that_is_still_being_read_is_worth_waiting_for(world: World) -> None:
    make.material(world.brand, status=MaterialStatus.PROCESSING)
    assert not nothing(world).is_exhausted


@pytest.mark.parametrize(
    "status", [MaterialStatus.FAILED, MaterialStatus.ARCHIVED, MaterialStatus.UPLOADED]
)
def test_only_material_that_was_read_is_chosen(world: World, status: str) -> None:
    make.material(world.brand, status=status)
    nothing(world)


def test_material_of_no_brand_serves_every_brand(world: World) -> None:
    shared = make.material(None)
    assert chosen(world) == shared


def test_material_of_another_brand_is_not_touched(world: World) -> None:
    other = BrandProfile.objects.create(name="Another")
    make.material(other)
    nothing(world)


def test_deleted_material_is_not_chosen(world: World) -> None:
    make.material(world.brand).soft_delete()
    nothing(world)


def test_material_of_a_post_on_its_way_is_taken(world: World) -> None:
    busy = make.material(world.brand)
    make.pending_post(world.brand, world.account, source=busy)
    assert "on their way" in nothing(world).reason


def test_material_of_a_rejected_post_rests_too(world: World) -> None:
    refused = make.material(world.brand)
    make.pending_post(world.brand, world.account, source=refused, status=PendingStatus.REJECTED)
    other = used(world.brand, 9)
    assert chosen(world) == other


def test_material_of_a_running_run_is_taken(world: World) -> None:
    busy = make.material(world.brand)
    AutopilotRun.objects.create(
        brand=world.brand,
        material=busy,
        occurrence="by hand",
        scheduled_for=now(),
        status=RunStatus.RUNNING,
    )
    free = used(world.brand, 9)
    assert chosen(world) == free


def test_what_was_refused_before_is_left_out(world: World) -> None:
    first = make.material(world.brand)
    assert "too close" in nothing(world, excluded=[first.pk]).reason


def test_random_choice_is_fair_and_repeatable(world: World) -> None:
    pieces = [make.material(world.brand) for _ in range(4)]
    draws = [chosen(world, MaterialStrategy.RANDOM, random=Random(seed)) for seed in range(80)]
    assert set(draws) == set(pieces)
    assert draws[3] == chosen(world, MaterialStrategy.RANDOM, random=Random(3))


def measured(world: World, material: Material, *rates: float) -> None:
    for rate in rates:
        make.post(
            world.brand,
            world.account,
            material=material,
            engagement_rate=rate,
            published_at=now() - timedelta(days=20),
            metrics_updated_at=now(),
        )


def test_weighted_choice_prefers_what_engaged(world: World) -> None:
    strong, weak = used(world.brand, 20), used(world.brand, 20)
    measured(world, strong, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0)
    measured(world, weak, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    draws = Counter(
        chosen(world, MaterialStrategy.WEIGHTED, random=Random(seed)).pk for seed in range(100)
    )
    assert draws[strong.pk] > 60
    assert draws[weak.pk] > 5


def test_one_lucky_post_is_pulled_to_the_mean(world: World) -> None:
    lucky, unknown = used(world.brand, 20), make.material(world.brand)
    measured(world, lucky, 10.0)
    measured(world, used(world.brand, 20), 0.0, 0.0, 0.0, 0.0)
    expected = engagement_of_materials(
        world.brand, [lucky, unknown], since=now() - timedelta(days=90)
    )
    # The brand's mean is 2.0: (10 + 3 x 2) / 4 and (3 x 2) / 3.
    assert expected[lucky.pk] == pytest.approx((4.0, 1))
    assert expected[unknown.pk] == pytest.approx((2.0, 0))


def test_a_brand_without_numbers_starts_at_the_benchmark(world: World) -> None:
    piece = make.material(world.brand)
    expected = engagement_of_materials(world.brand, [piece], since=now() - timedelta(days=90))
    assert expected[piece.pk] == pytest.approx((2.0, 0))


def test_the_pillar_furthest_behind_is_served(world: World) -> None:
    craft = make.material(world.brand, content_pillar="Craft")
    offers = make.material(world.brand, content_pillar="Offers")
    out = used(world.brand, 20, content_pillar="Offers")
    measured(world, out, 1.0, 1.0)
    # Offers has 100 % of 2 posts where 40 % are wanted.
    assert chosen(world, MaterialStrategy.PILLAR_BALANCED) == craft
    craft.soft_delete()
    assert chosen(world, MaterialStrategy.PILLAR_BALANCED) == offers


def test_inside_a_pillar_the_longest_unused_is_served(world: World) -> None:
    used(world.brand, 10, content_pillar="Craft")
    oldest = used(world.brand, 40, content_pillar="Craft")
    assert chosen(world, MaterialStrategy.PILLAR_BALANCED) == oldest


def test_posts_on_their_way_count_for_their_pillar(world: World) -> None:
    make.pending_post(
        world.brand, world.account, source=make.material(world.brand, content_pillar="Craft")
    )
    make.material(world.brand, content_pillar="Craft")
    offers = make.material(world.brand, content_pillar="Offers")
    assert chosen(world, MaterialStrategy.PILLAR_BALANCED) == offers


def test_without_pillars_balance_is_taking_turns(world: World) -> None:
    world.brand.content_pillars = []
    piece = make.material(world.brand)
    choice = choose(world, MaterialStrategy.PILLAR_BALANCED)
    assert isinstance(choice, MaterialChoice)
    assert choice.material == piece
    assert "names no content pillars" in choice.reason


def test_the_choice_asks_a_fixed_number_of_questions(
    world: World, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        make.material(world.brand)
    with django_assert_max_num_queries(4):
        chosen(world)
