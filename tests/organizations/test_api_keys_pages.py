"""The pages of keys: what is shown once, what stands in the list, and who may do what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import ApiKey, Membership, Role
from organizations.services.api_scopes import PRESETS
from tests.keys import client_with, new_key
from tests.organizations.confirming import sign_in_confirmed
from tests.world import World

pytestmark = pytest.mark.django_db

FORM = {
    "name": "Reports",
    "preset": "read_only",
    "days": "90",
    "requests_per_minute": "600",
    "allowed_addresses": "",
}


@pytest.fixture
def admin(client: Client, world: World) -> Client:
    return sign_in_confirmed(client, world.admin)


def page(world: World, rest: str = "") -> str:
    return f"{world.path}/api-keys/{rest}"


def keys(world: World) -> list[ApiKey]:
    with org_atomic(world.id):
        return list(ApiKey.objects.order_by("created_at"))


def test_a_new_key_is_shown_once_and_works(admin: Client, world: World) -> None:
    answer = admin.post(page(world, "new/"), FORM)
    assert answer.status_code == 201 and "no-store" in answer.headers["Cache-Control"]
    text = answer.content.decode().split('data-copy="')[1].split('"')[0]
    assert client_with(text).get("/api/v1/me/").status_code == 200
    [row] = keys(world)
    assert row.scopes == list(PRESETS["read_only"].scopes) and row.created_by == world.admin
    shown = admin.get(page(world)).content.decode()
    assert row.prefix in shown and text not in shown and text[13:] not in shown


def test_a_reload_of_the_new_keys_page_makes_no_second_key(admin: Client, world: World) -> None:
    opened = admin.get(page(world, "new/")).content.decode()
    once = opened.split('name="once" value="')[1].split('"')[0]
    # A refused one may be sent again as the same.
    assert (
        admin.post(page(world, "new/"), {**FORM, "preset": "own", "once": once}).status_code == 422
    )
    assert admin.post(page(world, "new/"), {**FORM, "once": once}).status_code == 201
    again = admin.post(page(world, "new/"), {**FORM, "once": once}, follow=True)
    assert "made already" in again.content.decode() and len(keys(world)) == 1


def test_a_team_has_so_many_keys_at_most(
    admin: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("organizations.services.api_keys.MOST_KEYS", 1)
    row = new_key(world.organization, world.owner, "read:brands").row
    answer = admin.post(page(world, "new/"), FORM)
    assert answer.status_code == 422 and "Revoke those" in answer.content.decode()
    admin.post(page(world, f"{row.pk}/revocation/"))
    assert admin.post(page(world, "new/"), FORM).status_code == 201


def test_single_rights_count_only_when_they_are_asked_for(admin: Client, world: World) -> None:
    ticked = {**FORM, "scopes": ["read:posts"]}
    admin.post(page(world, "new/"), ticked)
    admin.post(page(world, "new/"), {**ticked, "preset": "own"})
    assert [row.scopes for row in keys(world)] == [
        list(PRESETS["read_only"].scopes),
        ["read:posts"],
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"preset": "own"},
        {"days": "7"},
        {"requests_per_minute": "0"},
        {"allowed_addresses": "the office"},
    ],
)
def test_what_does_not_fit_keeps_the_form(
    admin: Client, world: World, change: dict[str, str]
) -> None:
    answer = admin.post(page(world, "new/"), {**FORM, "name": "Kept name", **change})
    assert answer.status_code == 422 and not keys(world)
    assert change.get("name", "Kept name") in answer.content.decode()


def test_making_and_rotating_ask_who_it_is_once_more(client: Client, world: World) -> None:
    key = new_key(world.organization, world.owner, "read:brands").row
    client.force_login(world.owner)
    for rest in ("new/", f"{key.pk}/rotation/"):
        assert "reauthenticate" in client.post(page(world, rest), FORM)["Location"]
    assert len(keys(world)) == 1
    # Stopping one that leaked does not wait.
    assert client.post(page(world, f"{key.pk}/revocation/")).status_code == 302
    assert keys(world)[0].revoked_at is not None


def test_rotating_shows_the_follower_and_stops_the_old_one(admin: Client, world: World) -> None:
    old = new_key(world.organization, world.owner, "read:brands")
    answer = admin.post(page(world, f"{old.row.pk}/rotation/"))
    text = answer.content.decode().split('data-copy="')[1].split('"')[0]
    assert client_with(text).get("/api/v1/me/").json()["acts_for"]["id"] == str(world.admin.pk)
    assert client_with(old).get("/api/v1/me/").json()["code"] == "key_revoked"


def test_the_list_says_why_a_key_does_not_work(admin: Client, world: World) -> None:
    new_key(world.organization, world.editor, "write:posts")
    with org_atomic(world.id):
        Membership.objects.filter(user=world.editor).update(role=Role.VIEWER)
    assert "Stopped" in admin.get(page(world)).content.decode()
    with org_atomic(world.id):
        ApiKey.objects.update(expires_at=now() + timedelta(days=3), created_by=world.owner)
    assert "Expires soon" in admin.get(page(world)).content.decode()
    with org_atomic(world.id):
        ApiKey.objects.update(expires_at=now() - timedelta(days=3))
    shown = admin.get(page(world)).content.decode()
    assert "Keys that work no more" in shown and "No keys yet" in shown


def test_the_list_costs_the_same_for_one_key_and_for_many(
    admin: Client, world: World, django_assert_num_queries: Any
) -> None:
    new_key(world.organization, world.owner, "read:brands")
    admin.get(page(world))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        admin.get(page(world))
    for _ in range(5):
        new_key(world.organization, world.owner, "read:brands")
    with django_assert_num_queries(len(one)):
        admin.get(page(world))
