"""Every operation of the API against every scope and against another team's ids, from its schema.

A new operation is in here by itself; one that takes a body says below what it takes.
"""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.db import models
from django.test import Client

from config.api import openapi, operations
from config.kernel.scoping import org_atomic
from organizations.api.door import scope_of
from organizations.models import ApiKey
from organizations.services.api_scopes import scopes
from tests.every import our_models
from tests.keys import client_with, new_key
from tests.rows import one_of_each
from tests.world import World

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/materials/"): {"text": "We planed a mast by hand today."},
    ("POST", "/api/v1/pending-posts/{pending}/rejection/"): {"reason": "Too loud"},
    ("POST", "/api/v1/pending-posts/{pending}/time/"): {"scheduled_for": "2031-01-01T10:00:00Z"},
}

OPERATIONS = [
    (method.upper(), address, words["x-scope"])
    for address, methods in openapi()["paths"].items()
    for method, words in methods.items()
]
IDS = [f"{method} {address}" for method, address, _ in OPERATIONS]


def ask(client: Client, method: str, address: str, ids: dict[str, Any]) -> Any:
    body = json.dumps(BODIES.get((method, address), {}))
    url = address.format(**ids)
    if method == "GET":
        return client.get(url)
    return client.generic(method, url, body, content_type="application/json")


def test_every_operation_declares_a_scope_that_exists() -> None:
    named = {scope_of(operation) for _, operation in operations()}
    assert named - {""} == set(scopes)
    assert len(OPERATIONS) >= 17


def test_what_changes_something_needs_a_scope_to_write() -> None:
    for method, address, scope in OPERATIONS:
        assert scope.startswith("write:") == (method != "GET"), address


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "address", "scope"), OPERATIONS, ids=IDS)
def test_an_operation_opens_to_its_own_scope_and_to_no_other(
    world: World, method: str, address: str, scope: str
) -> None:
    ids = one_of_each(world)
    for name in scopes:
        client = client_with(new_key(world.organization, world.owner, name))
        answer = ask(client, method, address, ids)
        if scope in ("", name):
            assert answer.status_code in {200, 201}, (name, answer.content)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), name
    assert ask(Client(), method, address, ids).status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "address"),
    [(method, address) for method, address, _ in OPERATIONS if "{" in address],
)
def test_another_teams_ids_are_not_found(world: World, method: str, address: str) -> None:
    ids = one_of_each(world)
    before = rows_of(world)
    foreign = client_with(new_key(world.foreign, world.stranger))
    answer = ask(foreign, method, address, ids)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert rows_of(world) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "address"),
    [(method, address) for method, address, _ in OPERATIONS if "{" not in address],
)
def test_another_teams_rows_stand_in_no_list(world: World, method: str, address: str) -> None:
    ids = {str(value) for value in one_of_each(world).values() if isinstance(value, UUID)}
    foreign = client_with(new_key(world.foreign, world.stranger))
    text = ask(foreign, method, address, {}).content.decode()
    assert ids and not [value for value in ids if value in text]
    assert str(world.id) not in text and world.organization.slug not in text


@pytest.mark.django_db
def test_a_body_changes_no_field_that_it_may_not_name(world: World) -> None:
    """Every field of every table of ours, sent along with each change: nothing takes it up."""
    ids = one_of_each(world)
    names = {field.name for model in our_models() for field in model._meta.concrete_fields} - {
        "text",
        "name",
        "brand_id",
        "brand",
        "reason",
        "scheduled_for",
    }
    client = client_with(new_key(world.organization, world.owner))
    for method, address, _ in OPERATIONS:
        if method == "GET":
            continue
        body = {**dict.fromkeys(names, "canary-7f3a"), **BODIES.get((method, address), {})}
        client.generic(method, address.format(**ids), json.dumps(body), "application/json")
    assert "canary-7f3a" not in rows_of(world)


def rows_of(world: World) -> str:
    """What stands in the team's tables, but for keys, which note their own use."""
    with org_atomic(world.id):
        tables = [
            model
            for model in our_models()
            if hasattr(model, "organization_id") and model not in (ApiKey,)
        ]
        return repr([list(_rows(model)) for model in tables])


def _rows(model: type[models.Model]) -> Any:
    return model._base_manager.order_by("pk").values_list()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "method"), [("/api/v1/brands/", "post"), ("/api/v1/me/", "delete")]
)
def test_another_method_is_refused_as_a_problem(world: World, address: str, method: str) -> None:
    answer = getattr(client_with(new_key(world.organization, world.owner)), method)(address)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET"


@pytest.mark.django_db
@pytest.mark.parametrize("rest", ["nothing/", "brands/not-an-id/", "brands", "v2/me/"])
def test_what_is_not_there_is_a_problem_too(world: World, rest: str) -> None:
    answer = client_with(new_key(world.organization, world.owner)).get(f"/api/v1/{rest}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [("{", 400, "malformed"), ("{}", 422, "invalid"), ('{"text": 7}', 422, "invalid")],
)
def test_a_body_that_does_not_fit_is_told_where(
    world: World, body: str, status: int, code: str
) -> None:
    client = client_with(new_key(world.organization, world.owner))
    answer = client.post("/api/v1/materials/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if status == 422:
        assert answer.json()["errors"][0]["field"].endswith("text")


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["size=101", "size=0", "cursor=nonsense"])
def test_pages_have_their_bounds(world: World, query: str) -> None:
    client = client_with(new_key(world.organization, world.owner))
    assert client.get(f"/api/v1/brands/?{query}").status_code == 422


def test_the_schema_is_openapi_3_1_and_open_to_everybody(client: Client) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    told = [words for methods in schema["paths"].values() for words in methods.values()]
    assert all(each["security"] and each["summary"] and each["description"] for each in told)
    names = [each["operationId"] for each in told]
    assert len(names) == len(set(names))


def test_every_part_that_the_schema_names_is_in_it() -> None:
    schema = openapi()
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schema)))
    assert named and named <= set(schema["components"]["schemas"])


def test_the_documentation_lists_every_operation_without_a_script(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    text = page.content.decode()
    assert page.status_code == 200 and "<style" not in text
    for method, address, scope in OPERATIONS:
        assert f"{method} {address}" in text and scope in text
