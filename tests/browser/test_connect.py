"""To a network and back in a real browser: its own consent page, and a policy that holds.

The network is an authorization server over real HTTP on another origin, so that whatever a browser
refuses to do across origins would show here.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from config.kernel.clock import now
from config.kernel.scoping import org_atomic, scope
from publishing.models import AccountStatus, SocialAccount
from publishing.services.upkeep import look_after
from tests.databases import _ensure_world, empty_tables, start_afresh
from tests.networks.authorization import AuthorizationServer, quayside
from tests.world import World

from .visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "operator", "owner"]),
]


@pytest.fixture
def team() -> Iterator[World]:
    start_afresh()
    yield _ensure_world()
    empty_tables()


@pytest.fixture
def network(settings: Settings) -> Iterator[AuthorizationServer]:
    with quayside(settings) as server:
        yield server


@pytest.fixture
def admin(
    browser: Browser,
    team: World,
    live_server: LiveServer,
    network: AuthorizationServer,
    settings: Settings,
) -> Iterator[Visitor]:
    settings.WARREN_BASE_URL = live_server.url
    visitor = Visitor(browser.new_context(reduced_motion="reduce"), live_server.url)
    visitor.elsewhere.append(network.address)
    visitor.sign_in(team.admin)
    yield visitor
    visitor.context.close()
    assert visitor.told() == []


def test_an_account_is_let_in_lost_let_in_again_and_let_go(
    admin: Visitor, team: World, network: AuthorizationServer
) -> None:
    page = admin.page
    leave(admin, team)
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading", name="Nothing was connected")).to_be_visible()
    expect(page.get_by_text("was not allowed to let Warren in")).to_be_visible()
    page.get_by_role("link", name="Start again").click()
    go_on(page)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Harbour Boats on Quayside is connected")).to_be_visible()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    account = only_account(team)

    # The button asks in the page, which shows what was found.
    admin.ready()
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("Everything that posting needs is allowed.")).to_be_visible()

    network.end(network.grants[0])
    with scope(team.id):
        with org_atomic():
            SocialAccount.objects.filter(pk=account.pk).update(checked_at=None, due_at=now())
        look_after(account_id=account.pk)
    page.reload()
    expect(page.get_by_text("This channel needs you")).to_be_visible()
    page.get_by_role("link", name="Connect again").first.click()
    expect(page.get_by_text("Only this very account will do")).to_be_visible()
    go_on(page)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Harbour Boats on Quayside is connected")).to_be_visible()
    expect(page.get_by_text("This channel needs you")).to_have_count(0)
    assert only_account(team).pk == account.pk
    assert only_account(team).status == AccountStatus.ACTIVE

    admin.ready()
    page.get_by_role("button", name="Disconnect").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("is disconnected. Its credentials are gone")).to_be_visible()
    assert network.revoked and not network.grants[-1].access


def test_of_several_accounts_some_are_chosen(
    admin: Visitor, team: World, network: AuthorizationServer
) -> None:
    network.accounts = (("1", "Harbour Boats"), ("2", "Pine Shop"))
    page = admin.page
    leave(admin, team)
    page.get_by_role("button", name="Allow").click()
    page.get_by_label("Pine Shop").check()
    page.get_by_role("button", name="Connect the chosen ones").click()
    expect(page.get_by_text("Pine Shop on Quayside is connected")).to_be_visible()
    assert only_account(team).name == "Pine Shop"
    # The way back in the browser's history is no way to a second use.
    page.go_back()
    expect(page.get_by_text("used already")).to_be_visible()


def leave(visitor: Visitor, team: World) -> None:
    visitor.open(f"{team.path}/channels/")
    visitor.page.get_by_role("link", name="Connect Quayside").click()
    go_on(visitor.page)


def go_on(page: Page) -> None:
    """The form is answered here, and the page after it goes on to the network by itself."""
    page.get_by_role("button", name="Go on to Quayside").click()
    expect(page.get_by_role("heading", name="Let Warren in?")).to_be_visible()


def only_account(team: World) -> SocialAccount:
    with org_atomic(team.id):
        return SocialAccount.objects.get(platform="quayside")
