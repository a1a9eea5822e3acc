"""Every address against every role: who gets in, who is told no, and who is told nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from organizations.models import Role, User
from organizations.services.api_scopes import scopes
from tests.organizations.confirming import sign_in_confirmed
from tests.rows import one_of_each
from tests.world import World

# Addresses of Django's admin and of allauth keep their own doors, which their makers test.
FOREIGN = {"admin", "account_", "mfa_", "socialaccount_"}


@dataclass(frozen=True)
class Address:
    name: str
    access: str | None
    kwargs: tuple[str, ...]
    methods: frozenset[str]


def addresses(
    resolver: Any = None, prefix: str = "", kwargs: tuple[str, ...] = ()
) -> Iterator[Any]:
    for pattern in (resolver or get_resolver()).url_patterns:
        names = (*kwargs, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            if pattern.namespace != "admin":
                yield from addresses(pattern, inner, names)
        elif isinstance(pattern, URLPattern) and not is_foreign(pattern):
            yield Address(f"{prefix}{pattern.name}", access_of(pattern), names, methods(pattern))


def is_foreign(pattern: URLPattern) -> bool:
    return pattern.callback.__module__.startswith(("allauth", "django."))


def access_of(pattern: URLPattern) -> str | None:
    return getattr(pattern.callback, "access", None)


def methods(pattern: URLPattern) -> frozenset[str]:
    """The methods that a view says it takes, or that `require_http_methods` lets through."""
    view: Any = pattern.callback
    if said := getattr(view, "methods", None):
        return frozenset(said)
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            if isinstance(cell.cell_contents, list | tuple) and "GET" in cell.cell_contents:
                return frozenset(cell.cell_contents)
            if isinstance(cell.cell_contents, list | tuple) and "POST" in cell.cell_contents:
                return frozenset(cell.cell_contents)
        view = getattr(view, "__wrapped__", None)
    return frozenset()


ADDRESSES = sorted(set(addresses()), key=lambda each: each.name)
INSIDE = [each for each in ADDRESSES if "org" in each.kwargs]
API = [each for each in ADDRESSES if (each.access or "").startswith("api:")]


def test_every_address_is_opened_by_an_access_decorator() -> None:
    assert [each.name for each in ADDRESSES if each.access is None] == []
    assert len(INSIDE) > 20


def test_the_addresses_of_the_api_say_which_scopes_they_ask_for() -> None:
    # What each scope opens, tests/house/test_api.py walks through.
    named = {name for each in API for name in str(each.access).removeprefix("api:").split(",")}
    assert named - {""} == set(scopes)
    assert not [
        each.name
        for each in ADDRESSES
        if each.name.startswith("api:") and each not in API and each.access != "public"
    ]


def test_every_address_names_its_methods() -> None:
    assert [each.name for each in ADDRESSES if not each.methods] == []


def sign_in(user: User | None) -> Client:
    client = Client(raise_request_exception=True)
    if user is not None:
        # Just now, so that pages that ask once more who it is open like all others.
        sign_in_confirmed(client, user)
    return client


def url_of(address: Address, slug: str, ids: dict[str, Any]) -> str:
    kwargs = {name: slug if name == "org" else ids[name] for name in address.kwargs}
    return reverse(address.name, kwargs=kwargs)


def ask(client: Client, address: Address, url: str) -> int:
    method = "get" if "GET" in address.methods else "post"
    return int(getattr(client, method)(url).status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("address", INSIDE, ids=lambda each: each.name)
def test_each_role_gets_what_it_may_and_a_stranger_learns_nothing(
    address: Address, world: World
) -> None:
    ids = one_of_each(world)
    url = url_of(address, world.organization.slug, ids)
    people: dict[str, User] = {
        Role.OWNER: world.owner,
        Role.ADMIN: world.admin,
        Role.MEMBER: world.editor,
        Role.VIEWER: world.viewer,
    }
    assert ask(sign_in(None), address, url) == 302
    assert ask(sign_in(world.stranger), address, url) == 404
    if set(address.kwargs) - {"org", "section", "platform", "step"}:
        # The stranger's own team, with an id of ours.
        assert (
            ask(sign_in(world.stranger), address, url_of(address, world.foreign.slug, ids)) == 404
        )
    for role, user in people.items():
        if Role(role).covers(str(address.access)):
            continue
        assert ask(sign_in(user), address, url) == 403, role
    allowed = ask(sign_in(world.owner), address, url)
    assert allowed < 500 and allowed not in {403, 404}, allowed
