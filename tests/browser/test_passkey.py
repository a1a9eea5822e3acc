"""Passkeys in a real browser, with an authenticator that Chromium plays by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, CDPSession, Page, expect
from pytest_django.live_server_helper import LiveServer

from organizations.models import User
from tests.world import PASSWORD, World

from .test_barriers import findings
from .visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visitor(browser: Browser, live_server: LiveServer, world: World) -> Iterator[Visitor]:
    """At http://localhost, the one name that browsers trust with passkeys without a certificate."""
    context = browser.new_context(reduced_motion="reduce")
    visitor = Visitor(context, live_server.url)
    yield visitor
    context.close()
    assert visitor.told() == []


def plug_in(visitor: Visitor) -> tuple[CDPSession, str]:
    """A device with a fingerprint reader, whose owner always agrees."""
    wire = visitor.context.new_cdp_session(visitor.page)
    wire.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return wire, str(added["authenticatorId"])


def log_in(visitor: Visitor, user: User) -> Page:
    page = visitor.page
    visitor.open("/accounts/login/")
    page.get_by_label("E-mail").or_(page.get_by_label("Email")).fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def add_passkey(visitor: Visitor, world: World, *, alone: bool = True) -> Page:
    page = log_in(visitor, world.owner)
    expect(page).not_to_have_url(f"{visitor.origin}/accounts/login/")
    visitor.open(f"{world.path}/account/security/")
    page.get_by_role("link", name="Add passkey").click()
    page.get_by_label("Name").fill("Laptop at the harbour")
    page.get_by_label("It signs me in by itself").set_checked(alone)
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return page


def test_a_passkey_is_added_and_signs_in_by_itself(visitor: Visitor, world: World) -> None:
    plug_in(visitor)
    page = add_passkey(visitor, world)
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="I have put them away").click()
    expect(page.get_by_text("Laptop at the harbour").first).to_be_visible()
    expect(page.get_by_text("Signs you in by itself")).to_be_visible()
    visitor.sign_out()
    visitor.open(f"/accounts/login/?next={world.path}/brands/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{visitor.origin}{world.path}/brands/")


def test_the_pages_of_second_factors_keep_nobody_out(
    visitor: Visitor, world: World, _axe: None
) -> None:
    plug_in(visitor)
    add_passkey(visitor, world)
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk
    barred = {}
    for path in (
        f"{world.path}/account/security/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        f"/accounts/2fa/webauthn/keys/{key}/edit/",
        f"/accounts/2fa/webauthn/keys/{key}/remove/",
        "/accounts/2fa/reauthenticate/",
        "/accounts/2fa/webauthn/reauthenticate/",
    ):
        visitor.open(path)
        barred[path] = list(findings(visitor))
    visitor.sign_out()
    log_in(visitor, world.owner)
    barred["second step"] = list(findings(visitor))
    assert {path: found for path, found in barred.items() if found} == {}


def test_a_passkey_is_the_second_step_after_the_password(visitor: Visitor, world: World) -> None:
    plug_in(visitor)
    add_passkey(visitor, world, alone=False)
    visitor.sign_out()
    page = log_in(visitor, world.owner)
    expect(page.get_by_role("heading", name="One step more")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{visitor.origin}{world.path}/")


def test_a_passkey_confirms_who_it_is(visitor: Visitor, world: World) -> None:
    plug_in(visitor)
    page = add_passkey(visitor, world)
    back = f"{world.path}/account/security/"
    visitor.open(f"/accounts/2fa/webauthn/reauthenticate/?next={back}")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{visitor.origin}{back}")


def test_a_passkey_that_was_removed_signs_nobody_in(visitor: Visitor, world: World) -> None:
    plug_in(visitor)
    page = add_passkey(visitor, world)
    visitor.open(f"{world.path}/account/security/")
    page.get_by_role("link", name="Remove Laptop at the harbour").click()
    page.get_by_role("button", name="Remove passkey").click()
    expect(page.get_by_text("No passkeys yet")).to_be_visible()
    assert not Authenticator.objects.filter(user=world.owner).exists()
    visitor.sign_out()
    visitor.open("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Incorrect code")).to_be_visible()
    assert visitor.path == "/accounts/login/"


def test_a_device_that_refuses_is_told_of_and_may_try_again(visitor: Visitor, world: World) -> None:
    wire, device = plug_in(visitor)
    page = add_passkey(visitor, world)
    visitor.sign_out()
    visitor.open("/accounts/login/")
    wire.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    button = page.get_by_role("button", name="Sign in with a passkey")
    button.click()
    expect(page.get_by_text("Nothing was confirmed")).to_be_visible()
    wire.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    button.click()
    expect(page).to_have_url(f"{visitor.origin}{world.path}/")


def test_without_scripts_the_page_offers_no_passkey(
    browser: Browser, live_server: LiveServer
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    context.close()
