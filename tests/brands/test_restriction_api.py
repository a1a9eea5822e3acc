"""The API for a key whose person is restricted to brands: the walk of the pages, once more."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from config.api import api
from organizations.services.api_scopes import scopes
from tests.brands.two_clients import MARK, Clients, restrict, two_clients
from tests.keys import client_with, new_key
from tests.world import World

pytestmark = pytest.mark.django_db

OF_A_BRAND = {"brand", "material", "pending", "post", "channel", "account", "delivery"}


def operations() -> list[tuple[str, str]]:
    """(method, path pattern) of every operation, from the schema that programs read."""
    schema = api.get_openapi_schema(path_prefix="/api/v1")
    return [
        (method, path) for path, methods in schema["paths"].items() for method in sorted(methods)
    ]


def address(path: str, ids: dict[str, Any]) -> str:
    known = {**ids, "channel": ids["account"]}
    return re.sub(r"{(\w+?)(?:_id)?}", lambda found: str(known[found[1]]), path)


def nouns(path: str) -> set[str]:
    return {name.removesuffix("_id") for name in re.findall(r"{(\w+)}", path)}


@pytest.fixture
def clients(world: World) -> Clients:
    return two_clients(world)


def program_of(world: World) -> Client:
    names = [name for name in scopes if not name.endswith(":audit")]
    return client_with(new_key(world.organization, world.editor, *names))


def test_a_restricted_persons_key_finds_and_changes_nothing_of_another_brand(
    world: World, clients: Clients
) -> None:
    restrict(world, world.editor)
    program, before, wrong = program_of(world), clients.fingerprint(), []
    body = {"brand_id": str(clients.theirs["brand"]), "name": "Sent", "text": "Masts. " * 40}
    for method, path in operations():
        url = address(path, clients.theirs)
        answer = getattr(program, method)(url, body, content_type="application/json")
        said = f"{method} {path} -> {answer.status_code}"
        if MARK in answer.content.decode():
            wrong.append(f"{said} shows it")
        if nouns(path) & OF_A_BRAND and answer.status_code not in {403, 404, 422}:
            wrong.append(said)
        if answer.status_code >= 500:
            wrong.append(said)
    assert wrong == []
    assert clients.fingerprint() == before


def test_somebody_unrestricted_does_see_the_mark(world: World, clients: Clients) -> None:
    program = program_of(world)
    shown = {
        path
        for method, path in operations()
        if method == "get" and MARK in program.get(address(path, clients.theirs)).content.decode()
    }
    assert len(shown) > 5, shown
