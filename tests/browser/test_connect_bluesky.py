"""To a real Bluesky server's own page and back, in a real browser: PAR, PKCE, DPoP and all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from config.kernel.scoping import org_atomic
from publishing.models import AccountStatus, SocialAccount
from tests.databases import _ensure_world, empty_tables, start_afresh
from tests.peers.atproto import Person, RealNetwork
from tests.world import World

from .visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.peer,
    pytest.mark.django_db(transaction=True, databases=["default", "operator", "owner"]),
]


@pytest.fixture
def team() -> Iterator[World]:
    start_afresh()
    yield _ensure_world()
    empty_tables()


@pytest.fixture
def admin(
    browser: Browser, team: World, real_atproto: RealNetwork, settings: Settings
) -> Iterator[Visitor]:
    # These networks let an installation without a public name in only by this address.
    server = LiveServer("127.0.0.1")
    settings.WARREN_BASE_URL = server.url
    settings.WARREN_CHANNEL_OPTIONS = {
        **settings.WARREN_CHANNEL_OPTIONS,
        "bluesky.directory": real_atproto.directory,
        "bluesky.video": real_atproto.address,
    }
    visitor = Visitor(browser.new_context(reduced_motion="reduce"), server.url)
    visitor.sign_in(team.admin)
    yield visitor
    visitor.context.close()
    server.stop()


def test_an_account_says_no_then_yes_and_is_let_go(
    admin: Visitor, team: World, real_atproto: RealNetwork
) -> None:
    person, page = real_atproto.join(), admin.page
    leave(admin, team, real_atproto, person)
    sign_in_over_there(page, person)
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading", name="Nothing was connected")).to_be_visible()
    page.get_by_role("link", name="Start again").click()
    ask(page, real_atproto, person)
    sign_in_over_there(page, person)
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_text("on Bluesky is connected")).to_be_visible()
    account = only_account(team)
    assert account.remote_id == person.did and "atproto" in account.scopes

    # The doctor asks the same server with the new access.
    admin.ready()
    admin.told()
    page.get_by_role("button", name="Check again").click()
    expect(page.locator("#toasts, .toast").first).to_contain_text("Looked")
    assert only_account(team).status == AccountStatus.ACTIVE

    page.get_by_role("button", name="Disconnect").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("Its credentials are gone")).to_be_visible()
    assert admin.told() == []


def leave(visitor: Visitor, team: World, network: RealNetwork, person: Person) -> None:
    visitor.open(f"{team.path}/channels/new/bluesky/")
    assert visitor.told() == []
    ask(visitor.page, network, person)


def ask(page: Page, network: RealNetwork, person: Person) -> None:
    form = page.locator("form", has=page.get_by_role("button", name="Go on to Bluesky"))
    form.get_by_label("Handle").fill(person.handle)
    form.get_by_label("Server").fill(network.address)
    form.get_by_role("button", name="Go on to Bluesky").click()


def sign_in_over_there(page: Page, person: Person) -> None:
    page.get_by_placeholder("Enter your password").fill("own-password")
    page.get_by_role("button", name="Sign in").click()


def only_account(team: World) -> SocialAccount:
    with org_atomic(team.id):
        return SocialAccount.objects.get(platform="bluesky")
