"""The source of a claim, by pointer, by keys and by finger; and lessons, switched off and on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from .scene import Scene
from .test_barriers import look_at
from .visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("_axe")]


@pytest.fixture
def at_a_desk(visitor: Visitor, scene: Scene) -> Page:
    visitor.sign_in(scene.world.editor)
    visitor.open(address(scene))
    return visitor.page


@pytest.fixture
def on_a_phone(browser: Browser, server: LiveServer, scene: Scene) -> Iterator[Page]:
    context = browser.new_context(
        has_touch=True, viewport={"width": 390, "height": 800}, reduced_motion="reduce"
    )
    visitor = Visitor(context, server.url)
    visitor.sign_in(scene.world.editor)
    visitor.open(address(scene))
    yield visitor.page
    assert visitor.told() == []
    context.close()


def address(scene: Scene) -> str:
    return f"{scene.world.path}/generations/{scene.ids['generation']}/"


def claim(page: Page, words: str = "seven coats of varnish") -> Locator:
    return page.locator("a.cited", has_text=words)


def quote(page: Page) -> Locator:
    return page.locator(".quote:popover-open")


def test_a_claim_shows_its_source_to_a_pointer(at_a_desk: Page, visitor: Visitor) -> None:
    page = at_a_desk
    expect(quote(page)).to_have_count(0)
    claim(page).hover()
    expect(quote(page)).to_contain_text("seven coats of varnish.")
    quote(page).hover()  # it stays while it is read
    expect(quote(page)).to_have_count(1)
    page.mouse.move(0, 0)
    expect(quote(page)).to_have_count(0)
    claim(page).click()
    expect(page.locator("#source-A-1")).to_be_visible()
    assert visitor.told() == []


def test_a_claim_shows_its_source_to_the_keyboard_and_escape_puts_it_away(
    at_a_desk: Page,
) -> None:
    page = at_a_desk
    claim(page).focus()
    expect(quote(page)).to_have_count(1)
    described = claim(page).get_attribute("aria-describedby")
    assert quote(page).get_attribute("id") == described
    page.keyboard.press("Escape")
    expect(quote(page)).to_have_count(0)
    page.keyboard.press("Tab")
    expect(quote(page)).to_contain_text("34 boats")
    page.keyboard.press("Tab")
    expect(quote(page)).to_have_count(0)


def test_a_tap_shows_the_source_and_another_puts_it_away(on_a_phone: Page) -> None:
    page = on_a_phone
    claim(page).tap()
    expect(quote(page)).to_have_count(1)
    box = quote(page).bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    claim(page).tap()
    expect(quote(page)).to_have_count(0)
    claim(page).tap()
    page.locator("h1").first.tap()
    expect(quote(page)).to_have_count(0)


def test_a_lesson_is_switched_off_and_what_was_done_can_be_undone(
    visitor: Visitor, scene: Scene
) -> None:
    visitor.sign_in(scene.world.editor)
    path = f"{scene.world.path}/brands/{scene.world.brand.pk}/lessons/"
    visitor.open(path)
    page = visitor.page
    row = page.locator("li.row", has_text="Use no emoji")
    row.get_by_role("button", name="Switch off").click()
    expect(row).to_contain_text("Switched off by")
    row.get_by_role("button", name="Switch on").click()
    expect(row.get_by_role("button", name="Switch off")).to_be_visible()
    assert visitor.told() == []


def test_neither_page_has_a_barrier(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.editor)
    look_at(visitor, address(scene))
    look_at(visitor, f"{scene.world.path}/brands/{scene.world.brand.pk}/lessons/")
