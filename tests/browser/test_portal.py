"""Behind a client's link in a real browser: on a phone, without JavaScript and without a cookie."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from config.kernel.scoping import org_atomic
from publishing.models import PendingPost, PendingStatus, SocialAccount
from tests.networks.ghost import NAME, SECRET, GhostNetwork

from .scene import Scene
from .test_barriers import findings
from .visitor import Visitor

pytestmark = pytest.mark.browser

PAGES = ("review", "connect", "calendar", "report")


@pytest.fixture
def client(browser: Browser, server: LiveServer) -> Iterator[Visitor]:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, reduced_motion="reduce"
    )
    visitor = Visitor(context, server.url)
    yield visitor
    context.close()
    assert visitor.told() == []


def test_a_client_asks_for_a_change_and_approves_on_a_phone_without_scripts(
    client: Visitor, scene: Scene
) -> None:
    page = client.page
    client.open(f"/c/{scene.more['token_review']}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("wait for your answer")
    first = page.locator("section", has=page.get_by_text("Masts are back.")).first
    first.get_by_text("Change, comment or reject").click()
    first.get_by_label("What would you like to say?").fill("Say it in one line.")
    first.get_by_role("button", name="Ask for this change").click()
    expect(page.get_by_role("status")).to_contain_text("told what to change")
    expect(page.get_by_text("The team is changing this post")).to_be_visible()
    page.get_by_role("button", name="Approve", exact=True).first.click()
    expect(page.get_by_role("status")).to_contain_text("Approved")
    with org_atomic(scene.world.id):
        approved = PendingPost.objects.filter(status=PendingStatus.APPROVED)
        assert approved.filter(content__contains="opens again").exists()
    assert client.context.cookies() == []


def test_a_refused_answer_is_seen_on_a_phone_where_the_client_writes(
    client: Visitor, scene: Scene
) -> None:
    page = client.page
    client.open(f"/c/{scene.more['token_review']}/")
    last = page.locator("section", has=page.get_by_text("Change, comment or reject")).last
    last.get_by_text("Change, comment or reject").click()
    last.get_by_role("button", name="Ask for this change").click()
    words = page.locator("textarea[aria-invalid]")
    expect(words).to_be_focused()
    expect(words).to_be_in_viewport()
    expect(page.get_by_role("alert")).to_contain_text("Say what should change")
    assert all(each.startswith("422 ") for each in client.told())


def test_a_client_takes_the_report_along_as_a_file(client: Visitor, scene: Scene) -> None:
    client.open(f"/c/{scene.more['token_report']}/?days=90")
    with client.page.expect_download() as download:
        client.page.get_by_role("link", name="Download as PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_a_client_connects_a_site_by_its_key_and_the_team_sees_who_it_was(
    client: Visitor, visitor: Visitor, scene: Scene
) -> None:
    page = client.page
    client.open(f"/c/{scene.more['token_connect']}/")
    with GhostNetwork() as site:
        page.get_by_role("link", name="Ghost").click()
        page.get_by_label("Site").fill(site.address)
        page.get_by_label("Admin API key").fill(f"{NAME}:{'cd' * 32}")
        page.get_by_role("button", name="Connect Ghost").click()
        refused = page.get_by_label("Admin API key")
        expect(refused).to_have_attribute("aria-invalid", "true")
        expect(refused).to_have_value("")
        expect(page.get_by_label("Site")).to_have_value(site.address)
        refused.fill(f"{NAME}:{SECRET}")
        page.get_by_role("button", name="Connect Ghost").click()
        expect(page.get_by_role("status")).to_contain_text("Your account on Ghost is connected")
        assert SECRET not in page.content() and client.context.cookies() == []
        with org_atomic(scene.world.id):
            account = SocialAccount.objects.get(platform="ghost", server=site.address)
        visitor.sign_in(scene.world.editor)
        visitor.open(f"{scene.world.path}/channels/{account.pk}/")
        expect(visitor.page.get_by_text("Ada Lovelace through a link")).to_be_visible()
    visitor.sign_out()


@pytest.mark.usefixtures("_axe")
@pytest.mark.parametrize("place", [*PAGES, "connect/networks/bluesky", "letters/letters"])
def test_no_page_behind_a_link_keeps_anybody_out(
    visitor: Visitor, scene: Scene, place: str
) -> None:
    purpose, _, rest = place.partition("/")
    visitor.open(f"/c/{scene.more[f'token_{purpose}']}/{f'{rest}/' if rest else ''}")
    assert list(findings(visitor)) == []
