from __future__ import annotations

import pytest
from django.test import Client

from config.kernel.llm.routes import routes_for
from config.kernel.scoping import org_atomic
from organizations.models import ModelRoute
from tests.organizations.confirming import sign_in_confirmed
from tests.world import World

pytestmark = pytest.mark.django_db

KEY = "sk-canary-0123456789"  # not a real one
VALUES = {"provider": "openai", "model": "gpt-5-mini", "api_key": KEY}


@pytest.fixture
def page(world: World, client: Client) -> Client:
    return sign_in_confirmed(client, world.admin)


def test_a_team_brings_its_own_model_and_the_key_is_never_shown_again(
    world: World, page: Client
) -> None:
    url = f"{world.path}/models/"
    body = page.post(url, VALUES, follow=True).content.decode()
    assert "gpt-5-mini" in body and "key stored" in body and KEY not in body
    [route] = routes_for(world.id, "copy")
    assert (route.provider, route.model, route.api_key) == ("openai", "gpt-5-mini", KEY)
    assert routes_for(world.foreign.id, "copy") == []


def test_setting_and_removing_ask_who_it_is_once_more(world: World, client: Client) -> None:
    client.force_login(world.admin)
    assert client.get(f"{world.path}/models/").status_code == 200
    assert "reauthenticate" in client.post(f"{world.path}/models/", VALUES)["Location"]
    with org_atomic(world.id):
        assert not ModelRoute.objects.exists()


def test_an_empty_key_keeps_the_stored_one(world: World, page: Client) -> None:
    page.post(f"{world.path}/models/", VALUES)
    page.post(f"{world.path}/models/", {**VALUES, "model": "gpt-5", "api_key": ""})
    [route] = routes_for(world.id, "copy")
    assert (route.model, route.api_key) == ("gpt-5", KEY)


def test_a_missing_key_is_asked_for_at_its_field(world: World, page: Client) -> None:
    answer = page.post(f"{world.path}/models/", {**VALUES, "api_key": ""})
    assert answer.status_code == 422
    assert "key for OpenAI is missing" in answer.content.decode()
    with org_atomic(world.id):
        assert not ModelRoute.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"provider": "compatible"}, "needs its address"),
        ({"api_key": "x" * 4_001}, "printable characters"),
    ],
)
def test_a_key_that_cannot_be_kept_is_told_at_its_field(
    world: World, page: Client, change: dict[str, str], words: str
) -> None:
    answer = page.post(f"{world.path}/models/", {**VALUES, **change})
    assert answer.status_code == 422 and words in answer.content.decode()


def test_a_model_for_one_purpose_goes_before_the_general_one(world: World, page: Client) -> None:
    page.post(f"{world.path}/models/", VALUES)
    page.post(f"{world.path}/models/", {**VALUES, "purpose": "copy", "model": "gpt-5"})
    assert [route.model for route in routes_for(world.id, "copy")] == ["gpt-5", "gpt-5-mini"]
    assert [route.model for route in routes_for(world.id, "analysis")] == ["gpt-5-mini"]


def test_removing_a_model_removes_its_key(world: World, page: Client) -> None:
    page.post(f"{world.path}/models/", VALUES)
    with org_atomic(world.id):
        route = ModelRoute.objects.get()
    page.post(f"{world.path}/models/{route.pk}/removal/")
    assert routes_for(world.id, "copy") == []
