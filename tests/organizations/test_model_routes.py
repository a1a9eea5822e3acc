"""Models that an organization brings itself: which one answers, and that its key stays its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from config.kernel.errors import Invalid
from config.kernel.llm.routes import is_configured, routes_for
from config.kernel.scoping import org_atomic
from organizations.models import AuditCategory, AuditRecord, ModelRoute
from organizations.services.model_routes import (
    OwnRoutes,
    RouteValues,
    delete_model_route,
    save_model_route,
)
from tests.world import World

pytestmark = pytest.mark.django_db

KEY = "sk-canary-0123456789"  # not a real one


def save(world: World, **values: Any) -> ModelRoute:
    given = {"purpose": "", "provider": "openai", "model": "a-model", "api_key": KEY, **values}
    with org_atomic(world.id):
        return save_model_route(values=RouteValues(**given), by=world.owner)


def models(world: World, purpose: str) -> list[str]:
    return [route.model for route in OwnRoutes().routes(world.id, purpose)]


def test_the_route_of_a_purpose_comes_first_and_the_general_one_after_it(world: World) -> None:
    save(world, model="general")
    save(world, purpose="analysis", model="reader")
    save(world, purpose="copy", model="writer")
    assert models(world, "copy") == ["writer", "general"]
    assert models(world, "analysis") == ["reader", "general"]
    assert models(world, "pictures") == models(world, "") == ["general"]


def test_each_organization_has_its_own_and_nobody_has_none(world: World) -> None:
    save(world)
    assert OwnRoutes().routes(world.foreign.id, "copy") == []
    assert OwnRoutes().routes(None, "copy") == ()


def test_an_organizations_own_model_stands_in_for_the_installations(
    world: World, settings: Any
) -> None:
    settings.WARREN_LLM_PROVIDER, settings.WARREN_LLM_MODEL = "mistral", "the-house-model"
    save(world, model="our-own")
    assert [route.model for route in routes_for(world.id, "copy")] == ["our-own"]
    assert [route.model for route in routes_for(world.foreign.id, "copy")] == ["the-house-model"]


def test_an_address_that_an_organization_typed_in_is_not_trusted(world: World) -> None:
    save(world, provider="compatible", base_url="https://models.example/v1", is_free=True)
    [route] = OwnRoutes().routes(world.id, "copy")
    assert (route.base_url, route.is_free) == ("https://models.example/v1", True)
    assert not route.is_trusted_address


def test_the_key_is_sealed_in_the_table_and_hidden_in_what_is_printed(world: World) -> None:
    row = save(world)
    with org_atomic(world.id), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organizations_providersecret")
        stored = repr([[bytes(v) if isinstance(v, memoryview) else v for v in cursor.fetchone()]])
    [route] = OwnRoutes().routes(world.id, "copy")
    assert route.api_key == KEY
    assert KEY not in stored + repr(route) + repr(row) + str(row) + repr(row.secret)


def test_an_empty_key_keeps_the_stored_one_for_the_same_server(world: World) -> None:
    save(world)
    save(world, model="another", api_key="")
    [route] = OwnRoutes().routes(world.id, "copy")
    assert (route.model, route.api_key) == ("another", KEY)


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "https://thief.example/v1"},
        {"provider": "compatible", "base_url": "https://thief.example/v1"},
        {"provider": "mistral"},
    ],
)
def test_a_stored_key_is_never_carried_off_to_another_server(
    world: World, change: dict[str, str]
) -> None:
    save(world)
    with pytest.raises(Invalid, match="the stored one stays") as refused:
        save(world, api_key="", **change)
    assert refused.value.field == "api_key"
    [route] = OwnRoutes().routes(world.id, "copy")
    assert (route.provider, route.base_url) == ("openai", "")
    save(world, **{**change, "api_key": "sk-another"})
    [route] = OwnRoutes().routes(world.id, "copy")
    assert route.api_key == "sk-another"


def test_saving_and_removing_are_written_down_without_the_key(world: World) -> None:
    row = save(world, purpose="copy")
    with org_atomic(world.id):
        delete_model_route(route=row, by=world.owner)
        records = list(AuditRecord.objects.exclude(action="organization.founded"))
    said = {record.action: (record.before, record.after) for record in records}
    route = {"purpose": "copy", "provider": "openai", "model": "a-model", "base_url": ""}
    hint = {"hint": "sk-canar****6789"}
    assert said == {
        "secret.stored": ({}, hint),
        "model_route.saved": ({}, route),
        "model_route.deleted": (route, {}),
        "secret.deleted": (hint, {}),
    }
    assert models(world, "copy") == []


def test_two_models_of_a_provider_share_its_key(world: World) -> None:
    general = save(world, model="general")
    save(world, purpose="copy", model="writer", api_key="")
    assert [route.api_key for route in OwnRoutes().routes(world.id, "copy")] == [KEY, KEY]
    with org_atomic(world.id):
        delete_model_route(route=general, by=world.owner)
    [route] = OwnRoutes().routes(world.id, "copy")
    assert (route.model, route.api_key) == ("writer", KEY)


def test_each_time_a_model_is_asked_the_opened_key_is_written_down(world: World) -> None:
    save(world)
    OwnRoutes().routes(world.id, "copy")
    with org_atomic(world.id):
        record = AuditRecord.objects.get(action="secret.read")
    assert record.category == AuditCategory.SECRET
    assert record.data == {"service": "openai", "purpose": "language model: copy"}


def test_asking_whether_there_is_a_model_opens_no_key(world: World) -> None:
    save(world)
    assert is_configured(world.id, "copy") and not is_configured(world.foreign.id, "copy")
    with org_atomic(world.id):
        assert not AuditRecord.objects.filter(action="secret.read").exists()
