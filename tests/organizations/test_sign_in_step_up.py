"""What matters asks who somebody is once more, and leads back to where they were."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from config.kernel.clock import now
from config.kernel.errors import Forbidden
from organizations.access import Request, member_of
from organizations.models import User
from organizations.step_up import recently_confirmed
from tests.organizations.confirming import sign_in_confirmed
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


@member_of("admin")
@recently_confirmed
def grave(request: Request) -> HttpResponse:
    return HttpResponse("done")


def request_of(client: Client, user: User, method: str = "get", **headers: str) -> Any:
    request: Any = getattr(RequestFactory(), method)("/o/x/keys/new/?a=1", headers=headers)
    request.user = user
    request.session = SessionStore(client.session.session_key)
    request.htmx = HtmxDetails(request)
    request._messages = SessionStorage(request)
    return request


def way_back(location: str) -> tuple[str, str]:
    parts = urlsplit(location)
    return parts.path, parse_qs(parts.query)["next"][0]


def test_who_has_just_signed_in_is_not_asked_again(world: World, client: Client) -> None:
    client.post("/accounts/login/", {"login": world.owner.email, "password": PASSWORD})
    answer = grave(request_of(client, world.owner), org=world.organization.slug)
    assert answer.content == b"done"


def test_after_fifteen_minutes_the_page_asks_and_leads_back(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    request = request_of(client, world.owner)
    with time_machine.travel(now() + timedelta(minutes=14), tick=False):
        assert grave(request, org=world.organization.slug).content == b"done"
    with time_machine.travel(now() + timedelta(minutes=15, seconds=1), tick=False):
        answer = grave(request, org=world.organization.slug)
    assert answer.status_code == 302
    assert way_back(answer["Location"]) == ("/accounts/reauthenticate/", "/o/x/keys/new/?a=1")


def test_the_password_opens_the_way_back(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner, seconds_ago=1_000)
    back = f"{world.path}/brands/"
    url = f"/accounts/reauthenticate/?next={back}"
    assert client.get(url).status_code == 200
    wrong = client.post(url, {"password": "not the password", "next": back})
    assert wrong.status_code == 200 and "_auth_user_id" in client.session
    assert not _opens(client, world)
    right = client.post(url, {"password": PASSWORD, "next": back})
    assert (right.status_code, right["Location"]) == (302, back)
    assert _opens(client, world)


def _opens(client: Client, world: World) -> bool:
    answer = grave(request_of(client, world.owner), org=world.organization.slug)
    return answer.content == b"done"


def test_a_part_of_a_page_sends_the_whole_page_to_be_confirmed(
    world: World, client: Client
) -> None:
    client.force_login(world.owner)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/o/x/keys/?b=2"}
    answer = grave(request_of(client, world.owner, "post", **headers), org=world.organization.slug)
    assert answer.status_code == 200 and not answer.content
    assert way_back(answer["HX-Redirect"]) == ("/accounts/reauthenticate/", "/o/x/keys/?b=2")


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/o/x/keys/", "http://testserver/o/x/keys/"),
        ("https://elsewhere.example/", "/"),
        ("", "/"),
    ],
)
def test_a_form_that_came_too_late_leads_back_to_its_page_and_is_kept_nowhere(
    world: World, client: Client, referer: str, back: str
) -> None:
    client.force_login(world.owner)
    request = request_of(client, world.owner, "post", Referer=referer)
    answer = grave(request, org=world.organization.slug)
    assert way_back(answer["Location"])[1] == back
    assert "account_reauthentication_state" not in request.session


def test_a_link_from_the_mail_confirms_nothing(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    session = client.session
    session["account_authentication_methods"][0]["method"] = "password_reset"
    session.save()
    assert not _opens(client, world)


def test_somebody_else_s_proof_confirms_nothing(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    answer = grave(request_of(client, world.admin), org=world.organization.slug)
    assert answer.status_code == 302


def test_who_has_neither_password_nor_second_factor_signs_in_anew(
    world: World, client: Client
) -> None:
    person = User.objects.get(pk=world.owner.pk)
    client.force_login(person)
    request = request_of(client, person)
    person.password = "!"  # noqa: S105 - no password at all
    answer = grave(request, org=world.organization.slug)
    assert way_back(answer["Location"]) == ("/accounts/login/", "/o/x/keys/new/?a=1")
    assert "_auth_user_id" not in request.session


def test_a_wrong_role_is_told_before_anything_is_asked(world: World, client: Client) -> None:
    client.force_login(world.viewer)
    with pytest.raises(Forbidden):
        grave(request_of(client, world.viewer), org=world.organization.slug)
