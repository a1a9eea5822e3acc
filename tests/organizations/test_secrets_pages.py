"""The page of other services' keys: masked, tried on demand, changed only by who confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_httpserver import HTTPServer

from config.kernel.scoping import org_atomic
from organizations.models import IntegrationConnection, ProviderSecret
from organizations.services.model_routes import RouteValues, save_model_route
from organizations.services.provider_secrets import save_secret
from tests.organizations.confirming import sign_in_confirmed
from tests.world import World

pytestmark = pytest.mark.django_db

KEY = "sk-canary-0123456789"  # not a real one


@pytest.fixture
def admin(client: Client, world: World) -> Client:
    return sign_in_confirmed(client, world.admin)


def page(world: World, rest: str = "") -> str:
    return f"{world.path}/secrets/{rest}"


def save(world: World, family: str = "openai", address: str = "") -> ProviderSecret:
    with org_atomic(world.id):
        return save_secret(family=family, value=KEY, by=world.owner, address=address)


def test_a_key_is_stored_and_never_shown_again(admin: Client, world: World) -> None:
    sent = {"service": "openai", "api_key": KEY, "address": ""}
    body = admin.post(page(world, "new/"), sent, follow=True).content.decode()
    assert "sk-canar****6789" in body and KEY not in body
    assert "Not checked" in body


@pytest.mark.parametrize(
    "change",
    [{"service": "nobody"}, {"api_key": ""}, {"service": "compatible"}, {"address": "no address"}],
)
def test_what_does_not_fit_is_told_at_its_field(
    admin: Client, world: World, change: dict[str, str]
) -> None:
    sent = {"service": "openai", "api_key": KEY, "address": "", **change}
    answer = admin.post(page(world, "new/"), sent)
    assert answer.status_code == 422 and KEY not in answer.content.decode()
    with org_atomic(world.id):
        assert not ProviderSecret.objects.exists()


def test_storing_and_removing_ask_who_it_is_once_more(client: Client, world: World) -> None:
    row = save(world)
    client.force_login(world.owner)
    for rest in ("new/", f"{row.pk}/removal/"):
        assert "reauthenticate" in client.post(page(world, rest))["Location"]
    with org_atomic(world.id):
        assert ProviderSecret.objects.exists()


def test_a_check_says_what_the_service_answered(
    admin: Client, world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_oneshot_request("/models").respond_with_json({"data": [{"id": "one"}]})
    save(world, address=httpserver.url_for(""))
    with org_atomic(world.id):
        link = IntegrationConnection.objects.get()
    url = f"{world.path}/connections/{link.pk}/check/"
    body = admin.post(url, follow=True).content.decode()
    assert "it opens 1 model." in body and "Connected" in body
    httpserver.expect_request("/models").respond_with_data("", status=401)
    body = admin.post(url, follow=True).content.decode()
    assert "refuses this key" in body and "Does not work" in body


def test_a_key_that_a_model_uses_says_so_and_stays(admin: Client, world: World) -> None:
    with org_atomic(world.id):
        route = save_model_route(
            values=RouteValues("", "openai", "gpt-5-mini", api_key=KEY), by=world.owner
        )
    assert "Used by gpt-5-mini" in admin.get(page(world)).content.decode()
    url = page(world, f"{route.secret_id}/removal/")
    assert "gpt-5-mini uses this key" in admin.post(url, follow=True).content.decode()


def test_a_removed_key_is_gone(admin: Client, world: World) -> None:
    row = save(world)
    body = admin.post(page(world, f"{row.pk}/removal/"), follow=True).content.decode()
    assert "The key is removed." in body and "No keys yet" in body


def test_the_page_costs_the_same_for_one_key_and_for_many(
    admin: Client, world: World, django_assert_num_queries: Any
) -> None:
    save(world)
    admin.get(page(world))
    with CaptureQueriesContext(connection) as one:
        admin.get(page(world))
    for family in ("mistral", "anthropic", "google"):
        save(world, family)
    with django_assert_num_queries(len(one)):
        admin.get(page(world))
