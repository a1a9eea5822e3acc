"""Where a team's files lie, and which providers its texts may go to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.kernel.embeddings.gateway import current_model
from config.kernel.errors import Invalid
from config.kernel.llm.errors import ModelMisconfigured
from config.kernel.llm.gateway import describe
from config.kernel.llm.routes import routes_for
from config.kernel.scoping import org_atomic, scope
from organizations.models import Organization
from organizations.services import regions
from organizations.services.files import delete_all_stored, read_stored, store_file, stored_path
from organizations.services.model_routes import RouteValues, save_model_route
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_regions(world: World, settings: Any, tmp_path: Path) -> Iterator[None]:
    regions.forget_regions()
    settings.WARREN_MEDIA_ROOT = tmp_path / "house"
    settings.WARREN_REGIONS = {
        "eu-west.media": str(tmp_path / "eu"),
        "eu-west.providers": "mistral + compatible",
        "us-east.media": str(tmp_path / "us"),
    }
    with org_atomic(world.foreign.id):
        Organization.objects.update(region="us-east")
    yield
    regions.forget_regions()


def test_files_lie_under_the_root_of_their_region(world: World, tmp_path: Path) -> None:
    for organization, root in ((world.organization, "eu"), (world.foreign, "us")):
        with org_atomic(organization.id):
            key = store_file(b"text", ending="txt")
            assert stored_path(key) == tmp_path / root / key
            assert read_stored(key) == b"text"
    assert not (tmp_path / "house").exists()
    with org_atomic(world.id):
        delete_all_stored()
    assert [path.name for path in tmp_path.rglob("*.txt")] == [key.rpartition("/")[2]]


def test_a_region_that_says_nothing_uses_the_house(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.WARREN_REGIONS = {"us-east.media": str(tmp_path / "us")}
    assert regions.media_root_for(world.id) == tmp_path / "house"
    assert regions.region_of(world.id).allows("openai")
    assert regions.media_roots() == [tmp_path / "house", tmp_path / "us"]


def test_a_text_does_not_go_to_a_provider_that_its_region_does_not_allow(
    world: World, settings: Any
) -> None:
    settings.WARREN_LLM_PROVIDER, settings.WARREN_LLM_MODEL = "openai", "big"
    settings.WARREN_LLM_API_KEY = "sk-x"
    with pytest.raises(ModelMisconfigured, match="eu-west may not go to openai") as caught:
        routes_for(world.id, "copy")
    assert caught.value.code == "provider_not_allowed"
    assert "Allowed there: compatible, mistral." in caught.value.message
    assert describe(world.id) == (False, caught.value.message)
    assert [route.model for route in routes_for(world.foreign.id, "copy")] == ["big"]


def test_a_model_of_ones_own_is_held_to_the_region_too(world: World) -> None:
    values = RouteValues(purpose="", provider="openai", model="big", api_key="sk-x")
    with org_atomic(world.id), pytest.raises(Invalid, match="may not go to openai") as caught:
        save_model_route(values=values, by=world.owner)
    assert caught.value.field == "provider"
    allowed = RouteValues(purpose="", provider="mistral", model="small", api_key="k")
    with org_atomic(world.id):
        save_model_route(values=allowed, by=world.owner)
    assert [route.model for route in routes_for(world.id, "copy")] == ["small"]


def test_a_route_from_before_the_rule_is_refused_without_opening_its_key(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, settings.WARREN_REGIONS = settings.WARREN_REGIONS, {}
    with org_atomic(world.id):
        values = RouteValues(purpose="", provider="openai", model="big", api_key="sk-x")
        save_model_route(values=values, by=world.owner)
    settings.WARREN_REGIONS = rule
    from organizations.services.model_routes import OwnRoutes

    def opened(*args: Any) -> None:
        raise AssertionError("a key was opened for nothing")

    monkeypatch.setattr(OwnRoutes, "routes", opened)
    with pytest.raises(ModelMisconfigured):
        routes_for(world.id, "copy")


def test_texts_are_compared_on_this_machine_where_the_provider_is_not_allowed(
    world: World, settings: Any
) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "openai"
    settings.WARREN_EMBEDDINGS_API_KEY = "sk-x"
    with scope(world.id):
        assert not current_model().startswith("openai:")
    with scope(world.foreign.id):
        assert current_model().startswith("openai:")
