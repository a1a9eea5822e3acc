"""A candidate made to suit another network: checked, kept with its cost, or given up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from billing.services.credits import credits_left
from brands.models import BrandProfile
from config.kernel.llm import double
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.scoping import org_atomic, scope
from content.agents import PlatformRules
from content.models import Angle, Candidate, Generation, GuardResult
from content.services.adapting import adapt_candidate
from content.services.angles import AngleChoice
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

TEXT = (
    "Wooden masts, rebuilt. Bring your old mast and we measure it while you wait. "
    "Every mast gets seven coats of varnish."
)
CHOICE = AngleChoice(Angle.EDUCATIONAL, False, "Educational, adapted.", 0.5)


@pytest.fixture(autouse=True)
def _quick_vectors(settings: Any) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"


def adapted(world: World, most: int, **changes: Any) -> Generation | None:
    with org_atomic(world.id):
        material = make.material(world.brand, text=TEXT)
        source = make.generation(world.brand, material)
        candidate = make.candidate(source, text=TEXT, hashtags=["Masts"], angle="educational")
    with scope(world.id):
        return adapt_candidate(
            **{
                "candidate": candidate,
                "brand": world.brand,
                "material": material,
                "rules": PlatformRules(slug="feed", label="Feed", max_characters=most),
                "written_for": 3000,
                "choice": CHOICE,
                "mode": Generation.Mode.AUTOPILOT,
                "generation_id": UUID(int=77),
                "progress": lambda step, message: None,
                **changes,
            }
        )


def test_a_cut_text_is_a_generation_of_its_own_that_costs_no_credit(world: World) -> None:
    with org_atomic(world.id):
        before = credits_left()

    found = adapted(world, 100)

    assert found is not None and (found.status, found.credits, found.cost_micros) == ("done", 0, 0)
    with org_atomic(world.id):
        (text,) = Candidate.objects.filter(generation=found)
        assert text.text == TEXT[: TEXT.index(" Every")] and text.is_selected
        assert text.angle_reason == "Educational, adapted."
        assert GuardResult.objects.filter(candidate=text).exists()
        assert credits_left() == before


def test_a_second_run_finds_what_the_first_one_made(world: World) -> None:
    first = adapted(world, 100)
    again = adapted(world, 100)

    assert first is not None and again is not None and first.pk == again.pk
    with org_atomic(world.id):
        assert Candidate.objects.filter(generation=again).count() == 1


def test_what_a_guard_stops_is_given_up(world: World) -> None:
    with org_atomic(world.id):
        brand = BrandProfile.objects.get(pk=world.brand.pk)
        brand.language_rules = {"words_to_avoid": ["masts"]}

    assert adapted(world, 32, brand=brand) is None
    with org_atomic(world.id):
        assert Generation.objects.get(pk=UUID(int=77)).status == "failed"


def test_a_model_that_is_away_leaves_the_cut_to_the_offline_path_which_says_so(
    world: World,
) -> None:
    with double.script({"adapter": [ModelUnavailable("busy")]}) as calls:
        found = adapted(world, 70)

    assert len(calls) == 1 and found is not None
    with org_atomic(world.id):
        (text,) = Candidate.objects.filter(generation=found)
        assert text.text == "Wooden masts, rebuilt." and text.is_offline


def test_a_text_that_nothing_can_be_cut_from_is_to_be_written_anew(world: World) -> None:
    assert adapted(world, 12) is None
