"""Settings of the installation: declared, typed, changed by operators, secret ones sealed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from config.kernel.errors import Invalid, NotFound
from config.kernel.scoping import unscoped
from config.kernel.secret import Secret
from organizations.admin.keys import AppSettingForm
from organizations.models import AppSetting, User
from organizations.services.app_settings import (
    CACHE_SECONDS,
    Declared,
    app_settings,
    forget_settings,
    reset_setting,
    save_setting,
    setting,
    setting_lines,
)
from organizations.services.invitations import lifetime
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

CANARY = "sk-canary-0123456789"


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    forget_settings()
    yield
    forget_settings()


@pytest.fixture
def secret() -> Iterator[str]:
    given: dict[str, Any] = {}
    app_settings.register(
        "test_key",
        Declared(
            "test_key", "text", "", "A key.", is_secret=True, environment=given.get("key", str)
        ),
    )
    yield "test_key"
    app_settings.unregister("test_key")


def test_each_has_its_default_and_says_what_it_does() -> None:
    assert setting("signup_open") is True
    assert setting("api_requests_per_minute") == 600
    assert setting("invitation_days") == 7
    assert all(each.declared.about.endswith(".") for each in setting_lines())
    with pytest.raises(KeyError):
        setting("nobody_declared_this")


def test_what_an_operator_sets_counts_before_the_environment(world: World) -> None:
    app_settings.register(
        "test_days", Declared("test_days", "number", 3, "Days.", environment=lambda: 5)
    )
    try:
        assert setting("test_days") == 5
        save_setting(key="test_days", value="8", by=world.owner)
        assert setting("test_days") == 8
        [line] = [each for each in setting_lines() if each.declared.key == "test_days"]
        assert (line.shown, line.source) == ("8", "operator")
        reset_setting(key="test_days")
        assert setting("test_days") == 5
    finally:
        app_settings.unregister("test_days")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("signup_open", "perhaps"),
        ("invitation_days", "soon"),
        ("invitation_days", 0),
        ("invitation_days", 61),
        ("support_email", "nobody"),
    ],
)
def test_a_value_of_another_type_is_refused(world: World, key: str, value: Any) -> None:
    with pytest.raises(Invalid):
        save_setting(key=key, value=value, by=world.owner)
    assert not AppSetting.objects.filter(key=key).exists()


def test_an_unknown_setting_is_not_stored(world: World) -> None:
    with pytest.raises(NotFound):
        save_setting(key="nobody_declared_this", value="x", by=world.owner)


def test_a_process_knows_a_change_within_five_seconds(world: World) -> None:
    assert setting("invitation_days") == 7
    # As another process would: this one's memory is not told.
    AppSetting.objects.create(key="invitation_days", value=14)
    assert setting("invitation_days") == 7
    import organizations.services.app_settings as module

    start = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "monotonic", lambda: start + CACHE_SECONDS)
        assert setting("invitation_days") == 14


def test_reading_twice_asks_the_database_once(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert setting("signup_open") and setting("invitation_days")


def test_a_secret_one_is_sealed_and_shown_masked(world: World, secret: str) -> None:
    assert setting(secret) is None
    save_setting(key=secret, value=CANARY, by=world.owner)
    held = setting(secret)
    assert isinstance(held, Secret) and held.reveal() == CANARY
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organizations_appsetting")
        stored = repr([[bytes(v) if isinstance(v, memoryview) else v for v in cursor.fetchone()]])
    [line] = [each for each in setting_lines() if each.declared.key == secret]
    assert CANARY not in stored and line.shown == "sk-canar****6789"


def test_operators_change_them_in_the_admin_and_it_stands_in_its_history(
    world: World, client: Client, secret: str
) -> None:
    form = AppSettingForm({"key": "invitation_days", "value": "x"})
    with unscoped("test"):
        assert not form.is_valid() and "whole number" in str(form.errors)
    world.owner.is_staff = world.owner.is_superuser = True
    world.owner.save()
    desk = operator_desk(client, world)
    url = "/admin/organizations/appsetting/"
    assert "may make an account" in desk.get(url).content.decode()
    assert 'type="password"' in desk.get(f"{url}add/?key={secret}").content.decode()
    desk.post(f"{url}add/", {"key": "invitation_days", "value": "14"})
    desk.post(f"{url}add/", {"key": secret, "value": CANARY})
    assert setting("invitation_days") == 14
    row = AppSetting.objects.get(key=secret)
    assert row.updated_by == world.owner
    pages = desk.get(url).content.decode() + desk.get(f"{url}{row.pk}/change/").content.decode()
    assert "sk-canar****6789" in pages and CANARY not in pages
    answer = desk.post(f"{url}{row.pk}/change/", {"key": secret, "value": ""})
    assert "Give the secret" in answer.content.decode()
    log = LogEntry.objects.using("operator").filter(content_type__model="appsetting")
    assert log.count() == 2 and CANARY not in str(list(log.values()))


def operator_desk(client: Client, world: World) -> Client:
    from tests.organizations.confirming import sign_in_confirmed

    return sign_in_confirmed(client, world.owner)


def test_the_new_keys_rate_follows_the_setting(world: World) -> None:
    from tests.keys import new_key

    save_setting(key="api_requests_per_minute", value=60, by=world.owner)
    assert new_key(world.organization, world.owner, "read:brands").row.requests_per_minute == 60
    with time_machine.travel(timedelta(days=1)):
        assert setting("api_requests_per_minute") == 60


def test_a_closed_installation_takes_in_invited_people_alone(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/accounts/signup/").templates[0].name == "account/signup.html"
    save_setting(key="signup_open", value="no", by=world.owner)
    assert client.get("/accounts/signup/").templates[0].name == "account/signup_closed.html"
    sent = {"email": "new@example.com", "password1": "a long enough passphrase"}
    client.post("/accounts/signup/", sent)
    assert not User.objects.filter(email="new@example.com").exists()
    monkeypatch.setattr("organizations.views.invitations.holds_invitation", lambda request: True)
    assert client.get("/accounts/signup/").templates[0].name == "account/signup.html"


def test_the_first_person_can_always_come_in(client: Client) -> None:
    save_setting(key="signup_open", value="no", by=None)  # type: ignore[arg-type]
    User.with_deleted.update(deleted_at="2026-01-01T00:00:00Z")
    assert client.get("/accounts/signup/").templates[0].name == "account/signup.html"


def test_invitations_live_as_long_as_operators_say(world: World) -> None:
    save_setting(key="invitation_days", value=14, by=world.owner)
    assert lifetime() == timedelta(days=14)
