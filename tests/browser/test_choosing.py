"""Lists of which several rows are chosen: all at once, by buttons, and by Enter in a field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.models import PendingPost, PendingStatus
from tests import make_planning

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visitor: Visitor, scene: Scene) -> Iterator[Page]:
    visitor.sign_in(scene.world.owner)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    yield visitor.page
    told = visitor.told()
    assert told == [], told


def planned(scene: Scene, words: str, days: int) -> list[UUID]:
    with org_atomic(scene.world.id):
        moment = now() + timedelta(days=days)
        posts = [
            make_planning.planned_post(
                scene.world.brand,
                scene.world.account,
                moment + timedelta(hours=number),
                content=f"{words} {number}",
            )
            for number in range(2)
        ]
        return [post.pk for post in posts]


def rows(scene: Scene, ids: list[UUID]) -> list[PendingPost]:
    with org_atomic(scene.world.id):
        return list(PendingPost.objects.filter(pk__in=ids).order_by("scheduled_for"))


def summary(page: Page, words: str) -> Locator:
    """What opens and closes, by the words on it."""
    return page.locator("summary").filter(has_text=words)


def test_all_posts_of_the_page_are_chosen_at_once_and_enter_does_what_stands_beside_it(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    ids = planned(scene, "Chosen together", 70)
    before = [row.scheduled_for for row in rows(scene, ids)]
    visitor.open(f"{scene.world.path}/posts/?list=coming&q=Chosen+together")
    every = page.get_by_label("All on this page")
    box = page.get_by_label("Choose “Chosen together 0”")
    box.check()
    expect(page.locator("[data-choice-count]")).to_have_text("1 chosen")
    box.press("Enter")
    expect(page.locator("[data-choice-count]")).to_have_text("1 chosen")
    every.check()
    expect(page.locator("[data-choice-count]")).to_have_text("2 chosen")
    page.get_by_label("Days, such as 2 or -1").fill("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 posts moved 2 days later.")).to_be_visible()
    moved = [row.scheduled_for for row in rows(scene, ids)]
    assert [(new - old).days in (1, 2) for new, old in zip(moved, before, strict=True)] == [
        True
    ] * 2
    visitor.ready()
    page.get_by_label("All on this page").check()
    page.get_by_label("Days, such as 2 or -1").fill("3")
    page.get_by_label("Reason").fill("Not this spring.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 posts rejected.")).to_be_visible()
    assert {row.status for row in rows(scene, ids)} == {PendingStatus.REJECTED}
    assert [row.scheduled_for for row in rows(scene, ids)] == moved


def test_enter_in_the_calendar_moves_to_the_weekday_that_was_chosen_and_by_no_days(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    ids = planned(scene, "Of one day", 75)
    day = rows(scene, ids)[0].scheduled_for.date()
    visitor.open(f"{scene.world.path}/calendar/?view=list&on={day}")
    page.get_by_label("Choose Of one day 0").check()
    page.get_by_label("Choose Of one day 1").check()
    expect(page.locator("[data-choice-count]")).to_have_text("2 chosen")
    page.get_by_label("at", exact=True).fill("16:45")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Moved 2 posts.")).to_be_visible()
    assert {row.wall_time[11:] for row in rows(scene, ids)} == {"16:45"}
    assert {row.wall_time[:10] for row in rows(scene, ids)} <= {
        f"{day + timedelta(days=number)}" for number in (0, 1)
    }


def test_a_button_beside_a_title_is_pressed_and_not_the_title(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    visitor.open(f"{scene.world.path}/templates/")
    page.get_by_role("button", name="Archive Fair day").click()
    expect(summary(page, "Archived")).to_contain_text("2")


def test_the_name_of_a_view_goes_when_its_filters_change(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    visitor.open(f"{scene.world.path}/posts/?list=out")
    page.get_by_label("Search words").fill("varnish")
    page.wait_for_url("**q=varnish*")
    summary(page, "Saved views").press("Enter")
    page.get_by_label("Name of the view").fill("About varnish")
    page.keyboard.press("Enter")
    expect(page.get_by_text("View: About varnish")).to_be_visible()
    visitor.ready()
    page.get_by_label("Search words").fill("varnish and tar")
    expect(page.get_by_text("View: About varnish")).to_have_count(0)
    expect(page.get_by_text("Saved views")).to_be_visible()
    page.get_by_label("Search words").fill("varnish")
    expect(page.get_by_text("View: About varnish")).to_be_visible()
