"""The calendar in a real browser: a chip is dragged, moved by keys, and read on a phone."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from config.kernel.clock import resolve, to_zone, today_in
from config.kernel.scoping import org_atomic
from publishing.models import PendingPost
from tests import make_planning

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser

ZONE = "Europe/Berlin"


def monday() -> date:
    """Of a week that has nothing in it yet and no change of the clock."""
    today = today_in(ZONE)
    return today - timedelta(days=today.weekday()) + timedelta(weeks=6)


def planned(scene: Scene, day: date, words: str) -> UUID:
    with org_atomic(scene.world.id):
        moment = resolve(day, time(10), ZONE)
        post = make_planning.planned_post(
            scene.world.brand, scene.world.account, moment, content=words
        )
        return post.pk


def stands_at(scene: Scene, pk: UUID) -> datetime:
    with org_atomic(scene.world.id):
        return to_zone(PendingPost.objects.get(pk=pk).scheduled_for, ZONE)


@pytest.fixture
def page(visitor: Visitor, scene: Scene) -> Page:
    visitor.sign_in(scene.world.owner)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    return visitor.page


def open_week(visitor: Visitor, scene: Scene, day: date) -> None:
    brand = scene.world.brand.pk
    visitor.open(f"{scene.world.path}/calendar/?view=week&on={day}&brand={brand}")


def column(page: Page, day: date) -> Locator:
    return page.locator(f'[data-day="{day}"]')


def test_a_post_that_is_dragged_to_another_day_stands_there_and_comes_back(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    start, wanted = monday(), monday() + timedelta(days=2)
    pk = planned(scene, start, "Dragged words")
    open_week(visitor, scene, start)
    page.get_by_text("Dragged words").drag_to(column(page, wanted).locator(".calendar__head"))
    expect(column(page, wanted).get_by_text("Dragged words")).to_be_visible()
    expect(page.locator(".toast__words")).to_contain_text("Moved to")
    assert stands_at(scene, pk).date() == wanted and stands_at(scene, pk).hour == 10
    page.get_by_role("button", name="Undo").click()
    expect(column(page, start).get_by_text("Dragged words")).to_be_visible()
    assert stands_at(scene, pk).date() == start
    assert visitor.told() == []


class Finger:
    """One on the screen, as the browser itself hears of it."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def touches(self, kind: str, x: float = 0, y: float = 0) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_finger_that_rests_on_a_post_drags_it_and_one_that_moves_at_once_does_not(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    start = monday() + timedelta(weeks=3)
    wanted = start + timedelta(days=3)
    pk = planned(scene, start, "Touched words")
    open_week(visitor, scene, start)
    finger = Finger(page)
    x, y = middle(page.get_by_text("Touched words"))
    there = middle(column(page, wanted).locator(".calendar__head"))
    finger.touches("touchStart", x, y)
    chip = page.locator(f'[data-chip="{pk}"]')
    expect(chip).to_have_class(re.compile("chip--dragged"))
    assert stands_at(scene, pk).date() == start
    finger.touches("touchMove", *there)
    finger.touches("touchEnd")
    expect(column(page, wanted).get_by_text("Touched words")).to_be_visible()
    expect(page.locator(".toast__words")).to_contain_text("Moved to")
    assert stands_at(scene, pk).date() == wanted
    finger.touches("touchStart", *middle(page.get_by_text("Touched words")))
    finger.touches("touchMove", x, y)
    finger.touches("touchEnd")
    expect(chip).not_to_have_class(re.compile("chip--dragged"))
    assert stands_at(scene, pk).date() == wanted
    assert visitor.told() == []


def test_a_post_moves_by_the_keyboard_alone(visitor: Visitor, page: Page, scene: Scene) -> None:
    start = monday() + timedelta(weeks=1)
    pk = planned(scene, start, "Carried words")
    open_week(visitor, scene, start)
    chip = page.get_by_role("link", name="Carried words")
    chip.focus()
    page.keyboard.press("m")
    expect(page.locator("#announcer")).to_contain_text("Left and right change the day")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(column(page, start).get_by_text("Carried words")).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text("stays where it was")
    for key in ("m", "ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator("#announcer")).to_contain_text("11:00")
    page.keyboard.press("Enter")
    expect(page.locator(".toast__words")).to_contain_text("Moved to")
    there = column(page, start + timedelta(days=2))
    expect(there.get_by_text("Carried words")).to_be_visible()
    expect(there.locator(".chip__time")).to_have_text("11:00")
    assert f"{stands_at(scene, pk):%Y-%m-%d %H:%M}" == f"{start + timedelta(days=2)} 11:00"
    assert visitor.told() == []


def test_a_post_that_may_not_go_there_returns_and_the_page_says_why(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    today = today_in(ZONE)
    pk = planned(scene, today + timedelta(days=40), "Returning words")
    visitor.open(f"{scene.world.path}/calendar/?view=day&on={today + timedelta(days=40)}")
    with org_atomic(scene.world.id):
        PendingPost.objects.filter(pk=pk).update(status="published")
    page.get_by_role("link", name="Returning words").focus()
    for key in ("m", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".toast__words")).to_contain_text("no longer be changed")
    expect(page.locator(".chip", has_text="Returning words")).to_contain_text("10:00")
    visitor.told()


def test_a_phone_reads_the_week_as_a_list_with_its_days_on_top(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    start = monday() + timedelta(weeks=2)
    planned(scene, start + timedelta(days=4), "Words for the phone")
    page.set_viewport_size({"width": 390, "height": 844})
    open_week(visitor, scene, start)
    strip = page.get_by_role("navigation", name="Days of this week")
    strip.get_by_role("link").nth(4).click()
    expect(page.get_by_text("Words for the phone")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visitor.told() == []
