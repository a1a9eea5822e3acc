"""No body, of whatever kind, makes a page fall over: every address, with fifty hostile ones."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.db import DataError, transaction
from django.test import Client
from django.urls import NoReverseMatch

from tests.house.test_urls import ADDRESSES, Address, url_of
from tests.organizations.confirming import sign_in_confirmed
from tests.rows import one_of_each
from tests.security.hostile import VALUES, Hostile, bodies, field_names
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

SAMPLE = 3
CHANGING = ("post", "put", "patch", "delete")
WRITING = [each for each in ADDRESSES if "POST" in each.methods or "DELETE" in each.methods]
READING = [each for each in ADDRESSES if "GET" in each.methods]


@pytest.fixture(autouse=True)
def _unthrottled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits would answer in place of the page."""
    for module in ("organizations.throttles", "organizations.views.reports"):
        monkeypatch.setattr(f"{module}.throttle", lambda *_, **__: None)


def test_there_are_fifty_and_they_reach_the_forms() -> None:
    assert len(list(bodies(["a"]))) >= 50
    assert len(field_names()) > 40


def test_every_address_takes_a_sample(world: World) -> None:
    assert fallen(world, WRITING, sample=SAMPLE) == []


def test_every_page_takes_hostile_questions(world: World) -> None:
    names = ["q", "status", "brand", "cursor", "kind", "page", "state", "sort", "period", "account"]
    values = [VALUES[name] for name in ("a zero byte", "huge number", "no uuid", "markup", "deep")]
    ids, client, found = one_of_each(world), signed_in(world), []
    for address in READING:
        url = address_of(world, address, ids)
        start = zlib.crc32(address.name.encode())
        for value in (values[start % 5], values[(start + 2) % 5]):
            code = ask(client, "get", url, dict.fromkeys(names, value[:3_000]))
            if code >= 500:
                found.append(f"{code} {address.name}: {value[:20]!r}")
    assert found == []


@pytest.mark.fuzz
@pytest.mark.parametrize("address", WRITING, ids=lambda each: each.name)
def test_every_address_takes_all_of_them(world: World, address: Address) -> None:
    assert fallen(world, [address], sample=None) == []


@pytest.mark.parametrize("person", [None, "stranger"])
def test_the_same_from_who_does_not_belong(world: World, person: str | None) -> None:
    ids, client = one_of_each(world), Client(raise_request_exception=False)
    if person:
        client.force_login(world.stranger)
    body = next(body for body in bodies(field_names()) if body.name == "a zero byte")
    codes = {
        address.name: send(client, "post", address_of(world, address, ids), body)
        for address in WRITING
    }
    assert {name: code for name, code in codes.items() if code >= 500} == {}


def test_addresses_that_are_none_are_not_found(world: World) -> None:
    client = signed_in(world)
    for path in ("%00", "%ff%fe", "a" * 5_000, "..%2f..%2fetc", "%F0%9F", "\u202e", "o/%00/posts/"):
        for start in ("/", f"/o/{world.organization.slug}/", "/f/", "/o/"):
            assert client.get(start + path).status_code in {301, 302, 400, 404, 414}


# -- Asking --------------------------------------------------------------------------------------


def fallen(world: World, addresses: list[Address], *, sample: int | None) -> list[str]:
    """Which bodies made which address answer with a fault of ours."""
    ids, client, every = one_of_each(world), signed_in(world), list(bodies(field_names()))
    found = []
    for address in addresses:
        url = address_of(world, address, ids)
        for body in chosen(every, address.name, sample):
            for method in sorted(address.methods & {each.upper() for each in CHANGING}):
                code = send(client, method.lower(), url, body)
                if code >= 500 and code != 503:
                    found.append(f"{code} {method} {address.name}: {body}")
    return found


def chosen(every: list[Hostile], name: str, sample: int | None) -> Iterator[Hostile]:
    """The same few for the same address, and other ones for the next."""
    if sample is None:
        yield from every
        return
    start = zlib.crc32(name.encode())
    for number in range(sample):
        yield every[(start + number * 17) % len(every)]


def send(client: Client, method: str, url: str, body: Hostile) -> int:
    if body.content_type:
        return ask(client, method, url, body.data, content_type=body.content_type)
    if method == "post":
        return ask(client, method, url, body.data)
    return ask(client, method, url, "x" * 1_000, content_type="application/octet-stream")


def ask(client: Client, method: str, url: str, data: Any, **more: Any) -> int:
    """The answer's code; what the request changed is undone."""
    with transaction.atomic():
        if more:
            answer = client.generic(method.upper(), url, data, **more)
        else:
            answer = getattr(client, method)(url, data)
        code = int(answer.status_code)
        transaction.set_rollback(True)
    return code


def address_of(world: World, address: Address, ids: dict[str, Any]) -> str:
    """Its words are rows of ours, or else texts and ids that name nothing."""
    known = {"handle": world.organization.slug, "key": "no-key", "organization": str(world.id)}
    unknown = [name for name in address.kwargs if name not in {*ids, *known, "org"}]
    for fillings in product(["unknown", str(world.id), "1"], repeat=len(unknown)):
        kwargs = {**known, **ids, **dict(zip(unknown, fillings, strict=True))}
        try:
            return url_of(address, world.organization.slug, kwargs)
        except NoReverseMatch:
            continue
    raise AssertionError(f"{address.name} takes none of these words")


def signed_in(world: World) -> Client:
    client = Client(raise_request_exception=False)
    return sign_in_confirmed(client, world.owner)


def test_what_a_form_forgot_is_a_sentence_and_not_a_fault(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last net: what the database cannot store was somebody's input."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise DataError("value too long for type character varying(200)")

    monkeypatch.setattr("brands.views.brands.pause_brand", refuse)
    url = f"{world.path}/brands/{world.brand.pk}/pause/"
    answer = signed_in(world).post(url, {"reason": "x"})
    assert answer.status_code == 422
    assert "cannot be stored" in answer.content.decode()
    assert "varying" not in answer.content.decode()
