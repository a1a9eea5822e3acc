"""From nothing to a published post with its story, as a person does it: through the pages alone.

What beat and the worker would do between two steps is done here, by the same services. No request
may leave the machine, and the policy that production sends may not be broken once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from analytics.services.metrics import collect_metrics
from config.kernel.scoping import org_atomic, scope
from content.services.material_analysis import analyse_material, due_materials
from organizations.models import Organization
from publishing.autopilot.sweep import sweep_runs
from publishing.delivery.sweep import sweep_due
from publishing.models import FeedEntry, Post
from tests.databases import empty_tables
from tests.make import TEXT

from .visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "operator", "owner"]),
]

# Chromium without a window says that it is one, and such do not count as readers.
READER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"

Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(browser: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Arrive]:
    """A new visitor to a new installation, who at the end has seen nothing amiss."""
    empty_tables()
    settings.WARREN_BASE_URL = live_server.url
    visitors: list[Visitor] = []

    def arrive(**options: str) -> Visitor:
        context = browser.new_context(reduced_motion="reduce", **options)  # type: ignore[arg-type]
        visitors.append(Visitor(context, live_server.url))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.context.close()
    assert [each for visitor in visitors for each in visitor.told()] == []


def test_from_signing_up_to_a_published_post_and_its_story(arrive: Arrive) -> None:
    visitor = arrive()
    page = visitor.page
    sign_up(visitor)
    found_team(page)
    set_up_brand(page)
    open_hosted_page(page)
    add_material(page)
    the_worker_reads()
    write(page)
    words = choose_another_variation(page)
    approve(page)
    assert sweep_due(inline=True) == 1
    address = see_it_on_the_public_page(page, words)
    a_stranger_reads(arrive(user_agent=READER), address)
    the_numbers_are_read()
    see_its_story(page)


def sign_up(visitor: Visitor) -> None:
    """The first visit of a new installation asks for the owner's account by itself."""
    response = visitor.open("/")
    assert "script-src 'self'" in response.headers["content-security-policy"]
    page = visitor.page
    page.get_by_label("Email").fill("mira@harbour.example")
    page.get_by_label("Password").fill("a long enough passphrase")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Name your team")


def found_team(page: Page) -> None:
    page.get_by_label("Name of your team").fill("Harbour & Pine")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_role("button", name="Create team").click()
    expect(page.get_by_role("heading", name="Four steps to the first")).to_be_visible()


def set_up_brand(page: Page) -> None:
    page.get_by_role("link", name="Set up a brand").click()
    page.get_by_label("Name", exact=True).fill("Harbour Boats")
    page.get_by_role("button", name="Set up brand").click()
    expect(page.get_by_text("Harbour Boats is set up")).to_be_visible()
    expect(page.get_by_role("link", name="Tone")).to_have_attribute("aria-current", "page")


def open_hosted_page(page: Page) -> None:
    go(page, "Channels")
    page.get_by_role("link", name="Connect Hosted page").click()
    page.get_by_label("Address").fill("harbour-boats")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()


def add_material(page: Page) -> None:
    go(page, "Materials")
    page.get_by_role("link", name="Add material").first.click()
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.get_by_label("Title").fill("Wooden masts in twelve days")
    page.get_by_role("button", name="Add text").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wooden masts in twelve days")
    expect(page.get_by_text("The text is taken out")).to_be_visible()


def the_worker_reads() -> None:
    for row in due_materials():
        with scope(row.organization_id):
            analyse_material(material_id=row.id)


def write(page: Page) -> None:
    """The page sees for itself that the material was read."""
    expect(page.get_by_text("Ready", exact=True)).to_be_visible(timeout=10_000)
    page.reload()
    page.get_by_role("link", name="Write from it").click()
    page.get_by_role("button", name="Write three variations").click()
    expect(page.get_by_text("Waiting for the worker")).to_be_visible()
    assert sweep_runs() == 1
    expect(page.get_by_text("Three variations are written")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("navigation", name="Variations").get_by_role("link")).to_have_count(3)


def choose_another_variation(page: Page) -> str:
    """Returns its first line."""
    # Which of them leads is a matter of scores.
    others = page.get_by_role("navigation", name="Variations").locator("a:not([aria-current])")
    others.first.click()
    page.get_by_role("button", name="Use variation").click()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    # The way back leads through the pages as they were.
    page.reload()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    return page.locator(".post__text").inner_text().splitlines()[0]


def approve(page: Page) -> None:
    page.get_by_text("Why this post, in the agent's words").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".toast")).to_contain_text("Approved")


def see_it_on_the_public_page(page: Page, words: str) -> str:
    """The post stands there, and its permalink shows the same. Returns the permalink."""
    go(page, "Posts")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    address = page.get_by_role("link", name="Open the post").get_attribute("href")
    assert address
    page.goto(address)
    expect(page.get_by_role("article")).to_contain_text(words)
    page.get_by_role("link", name="All posts of").click()
    expect(page.get_by_role("article")).to_have_count(1)
    return address


def a_stranger_reads(reader: Visitor, address: str) -> None:
    """The team's own look was not counted, and this one is."""
    assert entry().views_count == 0
    page = reader.page
    with page.expect_response(lambda response: response.url.endswith("/view/")) as beacon:
        page.goto(address)
    assert beacon.value.status == 204
    assert reader.context.cookies() == []
    assert entry().views_count == 1


def the_numbers_are_read() -> None:
    with org_atomic(organization_id()):
        post = Post.objects.get()
    with scope(post.organization_id):
        collect_metrics(post_id=post.pk, age="15m")


def see_its_story(page: Page) -> None:
    page.go_back()
    page.go_back()
    page.reload()
    expect(page.locator(".stat", has_text="Views")).to_contain_text("1")
    story = page.locator(".card", has=page.get_by_role("heading", name="Its story"))
    expect(story).to_contain_text("Approved")
    expect(story).to_contain_text("Out on Harbour Boats")


def go(page: Page, place: str) -> None:
    page.get_by_role("navigation", name="Places", exact=True).get_by_role(
        "link", name=place
    ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(place)


def organization_id() -> UUID:
    found: UUID = Organization._base_manager.using("operator").get().pk
    return found


def entry() -> FeedEntry:
    return FeedEntry._base_manager.using("operator").get()
