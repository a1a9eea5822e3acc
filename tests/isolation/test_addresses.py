"""Every address, every method, everybody who has no business there: nothing is shown or changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from organizations.models import User
from tests.house.test_urls import INSIDE, Address, url_of
from tests.isolation.ground import MARK, fingerprints, outsiders, prepare
from tests.world import World

pytestmark = pytest.mark.django_db

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
FEW = ("get", "post", "delete")
"""For everybody who is turned away at the same door as somebody who tries all."""

CLOSED = {302, 401, 403, 404, 405}


def client_of(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def test_no_method_of_any_address_tells_or_changes_anything_of_another_team(world: World) -> None:
    ids = prepare(world)
    people = {name: client_of(user) for name, user in outsiders(world).items()}
    before = fingerprints(world.id)
    wrong: list[str] = []
    for address in INSIDE:
        url = url_of(address, world.organization.slug, ids)
        for name, client in people.items():
            for method in METHODS if name == "foreign owner" else FEW[: _tries(name)]:
                wrong += judged(address, name, method, client, url, ids, closed=True)
    assert wrong == []
    assert changed(before, fingerprints(world.id)) == []


def test_our_ids_inside_another_teams_addresses_find_nothing(world: World) -> None:
    ids = prepare(world)
    people = {name: client_of(user) for name, user in outsiders(world).items() if user}
    before = fingerprints(world.id)
    wrong: list[str] = []
    for address in INSIDE:
        url = url_of(address, world.foreign.slug, ids)
        named = bool(set(address.kwargs) - {"org", "section", "platform", "step"})
        for name, client in people.items():
            for method in FEW if name == "foreign owner" else FEW[: _tries(name)]:
                wrong += judged(address, name, method, client, url, ids, closed=named)
    assert wrong == []
    assert changed(before, fingerprints(world.id)) == []


def _tries(name: str) -> int:
    return len(FEW) if name in {"nobody", "former admin"} else 1


def judged(
    address: Address,
    who: str,
    method: str,
    client: Client,
    url: str,
    ids: dict[str, Any],
    *,
    closed: bool,
) -> list[str]:
    """What is wrong with one answer. Our ids also stand in the query and in the body."""
    given = {name: str(value) for name, value in ids.items()}
    # A file or a form of its own kind would be parsed before the door; plain fields come first.
    answer = (
        client.get(url, given)
        if method == "get"
        else client.generic(method.upper(), f"{url}?brand={ids['brand']}")
        if method in {"head", "options"}
        else getattr(client, method)(url, given if method == "post" else "{}")
    )
    body = b"".join(answer) if answer.streaming else answer.content
    told = MARK.encode() in body or any(MARK in value for value in answer.headers.values())
    said = f"{who}: {method.upper()} {address.name} -> {answer.status_code}"
    found = [f"{said} shows a text of ours"] if told else []
    if closed and answer.status_code not in CLOSED:
        found.append(said)
    if not closed and answer.status_code >= 500:
        found.append(said)
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [table for table, digest in before.items() if after[table] != digest]


def test_the_mark_would_be_seen_if_it_leaked(world: World) -> None:
    """The walk above is worth something only if our own pages do show the mark."""
    ids = prepare(world)
    client = client_of(world.owner)
    pages = [address for address in INSIDE if "GET" in address.methods]
    shown = set()
    for address in pages:
        answer = client.get(url_of(address, world.organization.slug, ids))
        body = b"".join(answer) if answer.streaming else answer.content
        if MARK.encode() in body:
            shown.add(address.name)
    assert len(shown) > len(pages) / 2
