"""No body and no question makes an operation of the API fall over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction

from tests.house.test_api import BODIES, IDS, OPERATIONS
from tests.keys import client_with, new_key
from tests.rows import one_of_each
from tests.security.hostile import VALUES, bodies, field_names
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

FIELDS = ["text", "name", "url", "kind", "brand", "reason", "scheduled_for", "priority", "content"]
WRONG: list[Any] = [None, True, 0, -1, 2**70, 1.5e300, [], {}, [[]], {"a": {}}, "", "\x00"]
WRONG += ["x" * 30_000, "\ud800", "\u202e", "9999-99-99", "1e309", "../x", "<b>", "'; --"]


@pytest.mark.parametrize(("method", "address", "scope"), OPERATIONS, ids=IDS)
def test_no_operation_falls_over(method: str, address: str, scope: str, world: World) -> None:
    ids = one_of_each(world)
    client = client_with(new_key(world.organization, world.owner))
    client.raise_request_exception = False
    url, found = address.format(**ids), []
    for name, body, kind in attempts(method, address):
        with transaction.atomic():
            asked = f"{url}?{body}" if method == "GET" else url
            given = "" if method == "GET" else body
            answer = client.generic(method, asked, given, content_type=kind)
            transaction.set_rollback(True)
        if answer.status_code >= 500 or b"Traceback" in answer.content:
            found.append(f"{answer.status_code} {name}")
        assert answer.status_code not in {401, 429}, answer.content
    assert found == []


def attempts(method: str, address: str) -> Iterator[tuple[str, Any, str]]:
    if method == "GET":
        names = ["cursor", "limit", "size", "status", "brand", "platform", "since", "until", "q"]
        for name in ("a zero byte", "huge number", "no uuid", "markup", "negative", "date far"):
            yield name, urlencode(dict.fromkeys(names, VALUES[name])), "application/json"
        return
    right = BODIES.get((method, address), {})
    for number, value in enumerate(WRONG):
        for field in {*right, "name"}:
            yield f"{field} {number}", dumped({**right, field: value}), "application/json"
        yield f"all {number}", dumped(dict.fromkeys(FIELDS, value)), "application/json"
    for body in bodies(field_names()[:20]):
        if body.content_type:
            yield body.name, body.data, body.content_type
    for text in ("null", "1", '"x"', "[]", "[{}]", "{}" * 2, "NaN", '{"text": NaN}'):
        yield text, text, "application/json"


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()
