"""Signing up and in: pages that work without scripts and tell a stranger nothing about accounts."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.test import Client

from organizations.models import User
from tests.world import World

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
RESET = "/accounts/password/reset/"
PAGES = [LOGIN, "/accounts/signup/", RESET, f"{RESET}done/", "/accounts/confirm-email/"]


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.labels: set[str | None] = set()
        self.controls: list[dict[str, str | None]] = []
        self.ids: set[str | None] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids.add(given.get("id"))
        if tag == "label":
            self.labels.add(given.get("for"))
        if tag in {"input", "select", "textarea"} and given.get("type") != "hidden":
            self.controls.append(given)


def _read(page: str) -> _Fields:
    fields = _Fields()
    fields.feed(page)
    return fields


def _without_token(page: str) -> str:
    return re.sub(r'value="[A-Za-z0-9]{32,}"', "", page)


@pytest.mark.parametrize("path", PAGES)
def test_an_entrance_page_is_shown_to_strangers_with_every_field_labelled(
    client: Client, world: World, path: str
) -> None:
    response = client.get(path)
    assert response.status_code == 200
    page = _read(response.content.decode())
    assert {control["id"] for control in page.controls} <= page.labels


def test_a_refused_field_names_its_error(client: Client, world: World) -> None:
    response = client.post(LOGIN, {"login": "no address", "password": ""})
    page = _read(response.content.decode())
    described = [control.get("aria-describedby") for control in page.controls]
    wanted = {each for words in described if words for each in words.split()}
    assert "id_login_error" in wanted
    assert wanted <= page.ids
    assert 'value="no address"' in response.content.decode()


def test_a_wrong_password_and_an_unknown_address_look_the_same(
    client: Client, world: World
) -> None:
    answers = []
    for address in (world.owner.email, "nobody@example.com"):
        response = client.post(LOGIN, {"login": address, "password": "wrong wrong wrong"})
        page = _without_token(response.content.decode())
        answers.append((response.status_code, page.replace(address, "ADDRESS")))
    assert answers[0] == answers[1]


def test_a_reset_says_the_same_for_known_and_unknown_addresses(
    client: Client, world: World
) -> None:
    answers = []
    for address in (world.owner.email, "nobody@example.com"):
        response = client.post(RESET, {"email": address}, follow=True)
        answers.append((response.status_code, _without_token(response.content.decode())))
    assert answers[0] == answers[1]
    assert "If an account belongs to that address" in answers[0][1]


def test_a_reset_link_leads_to_a_new_password_once(client: Client, world: World) -> None:
    client.post(RESET, {"email": world.owner.email})
    link = re.search(r"http://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert link is not None
    form = client.get(link[1], follow=True)
    assert "Choose a new password" in form.content.decode()
    word = "another long passphrase"
    client.post(form.redirect_chain[-1][0], {"password1": word, "password2": word})
    assert User.objects.get(pk=world.owner.pk).check_password(word)
    again = Client().get(link[1], follow=True)
    assert "This link no longer works" in again.content.decode()


def test_signing_out_asks_first(client: Client, world: World) -> None:
    client.force_login(world.owner)
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_the_theme_comes_from_the_cookie_and_nothing_else(client: Client, world: World) -> None:
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get(LOGIN).content.decode()
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get(LOGIN).content.decode()
