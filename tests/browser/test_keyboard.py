"""Approving by keyboard alone, with the focus always in sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser

# What has the focus, and whether a ring is drawn around it; a row's ring is drawn by its ::after.
_FOCUS = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const rings = [getComputedStyle(element), getComputedStyle(element, "::after")];
  return {
    name: `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 40)}`,
    ring: rings.some(({outlineStyle, outlineWidth}) =>
      outlineStyle !== "none" && parseFloat(outlineWidth) > 0),
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
      && getComputedStyle(element).clipPath === "none",
  };
}"""


@pytest.fixture
def page(visitor: Visitor, scene: Scene) -> Page:
    visitor.sign_in(scene.world.owner)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    visitor.open(f"{scene.world.path}/")
    return visitor.page


def test_the_first_tab_offers_to_skip_the_places(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    assert page.evaluate(_FOCUS)["seen"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#main') !== null")


@pytest.mark.parametrize(
    "place", ["", "approvals/", "posts/", "materials/new/", "schedules/new/", "channels/"]
)
def test_every_stop_of_the_tab_key_is_seen(
    visitor: Visitor, page: Page, scene: Scene, place: str
) -> None:
    visitor.open(f"{scene.world.path}/{place}")
    page.wait_for_load_state("networkidle")
    stops = 0
    for _ in range(120):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUS)
        if found is None:
            break
        stops += 1
        assert found["ring"] and found["seen"], found
    assert stops > 20


def test_a_post_is_approved_without_a_mouse(visitor: Visitor, page: Page, scene: Scene) -> None:
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/approvals/")
    visitor.ready()
    first = page.locator(".row__title a[aria-current]")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.textContent")
    assert second != first.text_content()
    assert page.evaluate(_FOCUS)["ring"]
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".row__title a[aria-current]")).to_have_text(second)
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("Approved")
    page.goto(f"{visitor.origin}{scene.world.path}/approvals/?state=approved")
    expect(page.get_by_role("link", name=second).first).to_be_visible()
    assert visitor.told() == []


def test_the_keys_are_listed_and_leave_a_writer_alone(visitor: Visitor, page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/posts/")
    visitor.ready()
    page.keyboard.press("/")
    page.keyboard.type("gam?")
    expect(page.get_by_role("searchbox")).to_have_value("gam?")
    assert page.url.split("?")[0].endswith("/posts/")
