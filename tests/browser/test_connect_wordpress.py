"""To a real WordPress site's own page and back, in a real browser: no, then yes, then again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from config.kernel.scoping import org_atomic
from publishing.models import AccountStatus, SocialAccount
from tests.databases import _ensure_world, empty_tables, start_afresh
from tests.peers.wordpress import Site
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
def admin(browser: Browser, team: World, settings: Settings) -> Iterator[Visitor]:
    server = LiveServer("127.0.0.1")
    settings.WARREN_BASE_URL = server.url
    visitor = Visitor(browser.new_context(reduced_motion="reduce"), server.url)
    visitor.sign_in(team.admin)
    yield visitor
    visitor.context.close()
    server.stop()


def test_a_site_says_no_then_yes_and_once_more(
    admin: Visitor, team: World, real_wordpress: Site
) -> None:
    page = admin.page
    admin.open(f"{team.path}/channels/new/wordpress/")
    assert admin.told() == []
    ask(page, real_wordpress)
    # WordPress moves the cursor to the first field by itself, 200 ms after the page is there.
    expect(page.locator("#user_login")).to_be_focused()
    page.fill("#user_login", "author")
    page.fill("#user_pass", "own-password")
    page.click("#wp-submit")
    page.click("#reject")
    expect(page.get_by_role("heading", name="Nothing was connected")).to_be_visible()

    page.get_by_role("link", name="Start again").click()
    ask(page, real_wordpress)
    page.click("#approve")
    expect(page.get_by_text("Harbour & Pine on WordPress is connected")).to_be_visible()
    account = only_account(team)
    assert account.server == real_wordpress.address
    # The password came in an address, and is nowhere to be seen in the one that stays.
    assert "password" not in page.url

    # The site gives every password a name of its own, so connecting again makes another one.
    admin.open(f"{team.path}/channels/new/wordpress/")
    ask(page, real_wordpress)
    page.click("#approve")
    expect(page.get_by_text("Harbour & Pine on WordPress is connected")).to_be_visible()
    assert only_account(team).pk == account.pk
    assert only_account(team).status == AccountStatus.ACTIVE

    admin.ready()
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("The site lets Warren in as author.")).to_be_visible()


def ask(page: Page, site: Site) -> None:
    form = page.locator("form", has=page.get_by_role("button", name="Go on to WordPress"))
    form.get_by_label("Site").fill(site.address)
    form.get_by_role("button", name="Go on to WordPress").click()


def only_account(team: World) -> SocialAccount:
    with org_atomic(team.id):
        return SocialAccount.objects.get(platform="wordpress")
