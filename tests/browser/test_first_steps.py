"""A new team from its first step to a post on its own page, and the bell that tells of trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from brands.models import BrandProfile
from config.kernel.scoping import org_atomic
from organizations.services.audit import record
from publishing.autopilot.sweep import sweep_runs
from publishing.delivery.sweep import sweep_due
from publishing.models import Schedule, SocialAccount
from tests.databases import empty_tables
from tests.make import TEXT

from .test_walk import found_team, go, organization_id, sign_up, the_worker_reads
from .visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "operator", "owner"]),
]


@pytest.fixture
def visitor(browser: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Visitor]:
    empty_tables()
    settings.WARREN_BASE_URL = live_server.url
    context = browser.new_context(reduced_motion="reduce")
    found = Visitor(context, live_server.url)
    yield found
    context.close()
    assert found.told() == []


def test_four_presses_lead_to_a_post_on_the_teams_own_page(visitor: Visitor) -> None:
    page = visitor.page
    sign_up(visitor)
    found_team(page)
    page.get_by_role("link", name="Set up a brand").click()
    page.get_by_label("Name", exact=True).fill("Harbour Boats")
    page.get_by_role("button", name="Set up brand").click()
    expect(page.get_by_text("go on from Home")).to_be_visible()
    done(page, 1)
    page.get_by_role("button", name="Open the hosted page").click()
    expect(page.get_by_text("Harbour Boats has its page")).to_be_visible()
    done(page, 2)
    page.get_by_role("link", name="Add material").first.click()
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.get_by_role("button", name="Add text").click()
    expect(page.get_by_text("The text is taken out")).to_be_visible()
    the_worker_reads()
    done(page, 3)
    page.get_by_role("link", name="Write the first post").click()
    page.get_by_role("button", name="Write three variations").click()
    assert sweep_runs() == 1
    expect(page.get_by_text("Three variations are written")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".toast")).to_contain_text("Approved")
    assert sweep_due(inline=True) == 1
    go(page, "Home")
    expect(page.get_by_role("heading", name="Four steps")).to_have_count(0)
    with org_atomic(organization_id()):
        handle = SocialAccount.objects.get().handle
    visitor.open(f"/f/{handle}/")
    expect(page.get_by_role("article")).to_have_count(1)


def test_a_step_is_skipped_put_away_and_brought_back(visitor: Visitor) -> None:
    page = visitor.page
    sign_up(visitor)
    found_team(page)
    page.get_by_role("button", name="Skip Brand").click()
    expect(page.get_by_text("skipped", exact=True)).to_be_visible()
    page.get_by_role("button", name="Take it up again").click()
    expect(page.get_by_role("link", name="Set up a brand")).to_be_visible()
    page.get_by_role("button", name="Put away").click()
    expect(page.get_by_role("heading", name="Four steps")).to_have_count(0)
    page.get_by_role("link", name="Help").first.click()
    page.get_by_role("button", name="Show the first steps").click()
    expect(page.get_by_role("heading", name="Four steps")).to_be_visible()


def test_the_bell_rings_is_answered_and_taken_back(visitor: Visitor) -> None:
    page = visitor.page
    sign_up(visitor)
    found_team(page)
    for name in ("Mornings", "Evenings"):
        stop_a_schedule(name)
    page.reload()
    bell = page.get_by_role("navigation", name="Places", exact=True).get_by_role(
        "link", name="Notifications"
    )
    expect(bell).to_contain_text("2")
    page.keyboard.press("g")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Notifications")
    page.get_by_role("button", name="Mark as read", exact=True).first.click()
    expect(page.get_by_role("button", name="Mark as read", exact=True)).to_have_count(1)
    expect(bell).to_contain_text("1")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("button", name="Mark as read", exact=True)).to_have_count(0)
    page.locator(".toast").last.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Mark as read", exact=True)).to_have_count(1)
    page.get_by_role("link", name="“Evenings” is paused").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Evenings")


def stop_a_schedule(name: str) -> None:
    """As the agent does it after three errors."""
    with org_atomic(organization_id()):
        brand, _ = BrandProfile.objects.get_or_create(name="Harbour Boats")
        row = Schedule.objects.create(brand=brand, name=name, platforms=["feed"], times=[time(9)])
        record(action="schedule.paused", target=row, reason="Three runs failed.")


def done(page: Page, count: int) -> None:
    go(page, "Home")
    expect(page.get_by_text(f"{count} of 4 done")).to_be_visible()
