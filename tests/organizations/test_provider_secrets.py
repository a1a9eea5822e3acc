"""Keys of other services: sealed, masked, every reading written down, and tried on demand."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from pytest_httpserver import HTTPServer

from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, NotFound, TooMany
from config.kernel.scoping import org_atomic
from organizations.models import (
    AuditCategory,
    AuditRecord,
    IntegrationConnection,
    ProviderSecret,
)
from organizations.services.connections import check_connection
from organizations.services.model_routes import RouteValues, save_model_route
from organizations.services.provider_secrets import (
    delete_secret,
    outside_services,
    read_secret,
    save_secret,
    service_name,
)
from tests.world import World

pytestmark = pytest.mark.django_db

KEY = "sk-canary-0123456789"  # not a real one


def save(
    world: World, family: str = "openai", value: str = KEY, address: str = ""
) -> ProviderSecret:
    with org_atomic(world.id):
        return save_secret(family=family, value=value, by=world.owner, address=address)


def records(world: World, action: str) -> list[AuditRecord]:
    with org_atomic(world.id):
        return list(AuditRecord.objects.filter(action=action).order_by("created_at"))


def test_a_secret_is_sealed_and_only_its_hint_is_readable(world: World) -> None:
    row = save(world)
    with org_atomic(world.id), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organizations_providersecret")
        stored = repr([[bytes(v) if isinstance(v, memoryview) else v for v in cursor.fetchone()]])
    assert row.hint == "sk-canar****6789" and row.hint in stored
    assert KEY not in stored + repr(row) + str(row) + repr(row.credential)


@pytest.mark.parametrize(
    ("value", "hint"),
    [("0123456789abcdef", "01234567****cdef"), ("short-key", "****"), ("x", "****")],
)
def test_a_short_key_shows_only_stars(world: World, value: str, hint: str) -> None:
    assert save(world, value=value).hint == hint


def test_every_reading_says_who_and_what_for(world: World) -> None:
    row = save(world)
    with org_atomic(world.id):
        assert read_secret(secret=row, purpose="writing a post").reveal() == KEY
        read_secret(secret=row, purpose="checking the connection", by=world.owner)
    first, second = records(world, "secret.read")
    assert (first.category, first.actor, first.actor_kind) == (AuditCategory.SECRET, None, "agent")
    assert first.data == {"service": "openai", "purpose": "writing a post"}
    assert second.actor == world.owner
    assert KEY not in repr([each.__dict__ for each in (first, second)])


def test_the_last_use_is_written_once_a_minute(world: World) -> None:
    row, start = save(world), now()
    with org_atomic(world.id):
        for seconds, seen in ((0, 0), (30, 0), (61, 61)):
            with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
                read_secret(secret=row, purpose="test")
            row.refresh_from_db(fields=["last_used_at"])
            assert row.last_used_at == start + timedelta(seconds=seen)


def test_a_new_key_takes_the_place_of_the_old_one(world: World) -> None:
    first = save(world)
    second = save(world, value="sk-second-0123456789")
    assert first.pk == second.pk
    with org_atomic(world.id):
        assert read_secret(secret=second, purpose="test").reveal() == "sk-second-0123456789"
    [change] = records(world, "secret.replaced")
    assert (change.before, change.after) == (
        {"hint": "sk-canar****6789"},
        {"hint": "sk-secon****6789"},
    )


def test_a_key_of_another_address_is_another_key(world: World) -> None:
    one = save(world, "compatible", address="https://one.example/v1")
    two = save(world, "compatible", address="https://two.example/v1")
    assert one.pk != two.pk
    assert one.service == service_name("compatible", "https://one.example/v1/")
    assert len(one.service) <= 40


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"family": "nobody"}, "service"),
        ({"family": "compatible"}, "address"),
        ({"value": "  "}, "api_key"),
        ({"value": "two\nlines"}, "api_key"),
        ({"value": "x" * 4_001}, "api_key"),
    ],
)
def test_what_is_no_key_is_refused(world: World, values: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        save(world, **values)
    assert refused.value.field == field


def test_a_key_that_a_model_uses_stays_until_the_model_goes(world: World) -> None:
    with org_atomic(world.id):
        route = save_model_route(
            values=RouteValues("", "openai", "a-model", api_key=KEY), by=world.owner
        )
        assert route.secret is not None
        with pytest.raises(Conflict, match="a-model uses this key"):
            delete_secret(secret=route.secret, by=world.owner)


def test_a_removed_key_opens_nothing_any_more(world: World) -> None:
    row = save(world)
    with org_atomic(world.id):
        delete_secret(secret=row, by=world.owner)
        assert not ProviderSecret.objects.exists()
        link = IntegrationConnection.objects.get()
        assert (link.secret_id, link.status) == (None, "disconnected")
        row.pk = link.pk
        with pytest.raises(NotFound):
            read_secret(secret=row, purpose="test")
    assert records(world, "secret.deleted")[0].before == {"hint": "sk-canar****6789"}


def test_another_team_has_no_such_key(world: World) -> None:
    row = save(world)
    with org_atomic(world.foreign.id):
        with pytest.raises(NotFound):
            read_secret(secret=row, purpose="test")
        assert not AuditRecord.objects.filter(action="secret.read").exists()


def connection_of(world: World) -> IntegrationConnection:
    with org_atomic(world.id):
        return IntegrationConnection.objects.get()


def check(world: World) -> IntegrationConnection:
    with org_atomic(world.id):
        return check_connection(connection=connection_of(world), by=world.owner)


@pytest.mark.parametrize(
    ("family", "path", "header", "rows"),
    [
        ("openai", "/models", ("Authorization", f"Bearer {KEY}"), "data"),
        ("compatible", "/models", ("Authorization", f"Bearer {KEY}"), "data"),
        ("mistral", "/v1/models", ("Authorization", f"Bearer {KEY}"), "data"),
        ("anthropic", "/v1/models", ("x-api-key", KEY), "data"),
        ("google", "/v1beta/models", ("x-goog-api-key", KEY), "models"),
        ("openrouter", "/key", ("Authorization", f"Bearer {KEY}"), ""),
    ],
)
def test_a_check_asks_the_service_with_the_key(
    world: World,
    httpserver: HTTPServer,
    family: str,
    path: str,
    header: tuple[str, str],
    rows: str,
) -> None:
    told = {rows: [{"id": "one"}, {"id": "two"}]} if rows else {"data": {"label": "mine"}}
    httpserver.expect_request(path, headers=dict([header])).respond_with_json(told)
    save(world, family, address=httpserver.url_for(""))
    row = check(world)
    assert (row.status, row.error_message) == ("connected", "")
    assert "works" in row.configuration["answer"] and (
        "2 models" in str(row.configuration)
    ) == bool(rows)
    assert row.checked_at is not None
    assert [each.data["purpose"] for each in records(world, "secret.read")] == [
        "checking the connection"
    ]


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, "{}", "refuses this key"),
        (500, "{}", "status 500"),
        (429, "{}", "asks for a pause"),
        (200, "<html>", "not the service"),
    ],
)
def test_a_check_that_fails_is_the_connections_state(
    world: World, httpserver: HTTPServer, status: int, body: str, words: str
) -> None:
    httpserver.expect_request("/models").respond_with_data(body, status=status)
    save(world, address=httpserver.url_for(""))
    row = check(world)
    assert row.status == "error" and words in row.error_message
    assert not records(world, "connection.checked")[0].succeeded


def test_a_check_reaches_no_private_address(world: World) -> None:
    save(world, "compatible", address="http://10.0.0.1/v1")
    assert check(world).status == "error"


def test_a_new_key_is_not_tried_yet(world: World, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/models").respond_with_json({"data": []})
    save(world, address=httpserver.url_for(""))
    assert check(world).status == "connected"
    save(world, value="sk-another-0123456789", address=httpserver.url_for(""))
    assert connection_of(world).status == "disconnected"


def test_checks_are_few_a_minute(world: World, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/models").respond_with_json({"data": []})
    save(world, address=httpserver.url_for(""))
    for _ in range(10):
        check(world)
    with pytest.raises(TooMany):
        check(world)


def test_every_provider_of_models_can_be_kept_and_checked() -> None:
    from config.kernel.llm.providers import LABELS

    assert set(LABELS) <= set(outside_services)
