"""What a published post costs in language models: recorded, and estimated from the real prompts."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analytics.management.commands.costs import FLAGSHIP_GOAL, SMALL_GOAL
from analytics.selectors.costs import NO_BRAND, costs_since
from billing.models import ModelSpend
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.services.cost_estimates import cycle, known_estimates
from content.services.known_models import FLAGSHIP, KNOWN
from tests import make
from tests.world import World


def spend(step_key: str, cost: int, model: str = "gpt-6-luna", **fields: Any) -> ModelSpend:
    return ModelSpend.objects.create(
        **{
            "purpose": "copy",
            "state": "settled",
            "worst_case_micros": cost * 2,
            "cost_micros": cost,
            "provider": "openai",
            "model": model,
            "input_tokens": 1_000,
            "output_tokens": 100,
            "step_key": step_key,
            **fields,
        }
    )


@pytest.mark.django_db
def test_a_posts_cost_is_the_sum_of_its_brands_calls_over_its_posts(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(world.brand)
        generation = make.generation(world.brand, material)
        make.post(world.brand, world.account)
        make.post(world.brand, world.account)
        spend(f"analyst@1:analysis:{material.pk}:{'a' * 20}", 300)
        spend(f"copywriter@2:write:{generation.pk}:A:1", 1_000)
        spend(f"copywriter@2:write:{generation.pk}:B:1", 700)
        spend(f"copywriter@2:write:{generation.pk}:C:1", 9_000, model="gpt-6.1-sol")
        spend("adapter@1:try:0", 50)
        spend("released", 0, state="released")

        found = costs_since(now() - timedelta(days=1))

    name = world.brand.name
    assert [(line.brand, line.model, line.calls, line.cost_micros) for line in found] == [
        (name, "openai:gpt-6.1-sol", 1, 9_000),
        (name, "openai:gpt-6-luna", 3, 2_000),
        (NO_BRAND, "openai:gpt-6-luna", 1, 50),
    ]
    assert [line.micros_per_post for line in found] == [4_500, 1_000, None]


@pytest.mark.django_db(databases=["default", "operator"])
def test_the_command_prints_what_was_recorded_and_what_is_to_be_expected(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(world.brand)
        make.post(world.brand, world.account)
        spend(f"analyst@1:analysis:{material.pk}", 12_345)
    out = StringIO()

    call_command("costs", organization=world.organization.slug, stdout=out)

    said = out.getvalue()
    assert "openai:gpt-6-luna" in said and "$0.0123 a post" in said
    assert "anthropic:claude-haiku-5-5" in said and "within $0.0100" in said
    with pytest.raises(CommandError):
        call_command("costs", organization="nobody")


def test_a_cycle_is_one_analysis_four_texts_and_an_adaptation() -> None:
    steps = cycle()

    assert [step.purpose for step in steps] == ["analysis", *["copy"] * 4, "adaptation"]
    assert len({step.stable for step in steps if step.purpose == "copy"}) == 1


@pytest.mark.parametrize("characters", [4_000, 10_000], ids=["usual", "longest"])
def test_every_default_keeps_to_its_goal(characters: int) -> None:
    defaults = {
        f"{each.provider}:{each.name}"
        for each in KNOWN
        if each.is_default and each.kind == FLAGSHIP
    }
    for found in known_estimates(characters):
        if found.writing == found.other:
            assert found.cost_micros <= SMALL_GOAL, found
        elif found.writing in defaults:
            assert found.cost_micros <= FLAGSHIP_GOAL, found
