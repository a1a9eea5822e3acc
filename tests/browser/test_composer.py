"""The composer in a browser: previews follow the words, overrides drift aloud, keys are enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from playwright.sync_api import Page, expect

from config.kernel.clock import resolve, today_in
from config.kernel.scoping import org_atomic
from content.models import Asset
from organizations.services.files import store_file
from publishing.models import Composition, PendingPost, SocialAccount
from tests import make
from tests.make_compositions import network_account
from tests.peers.sessions import picture

from .scene import Scene
from .test_barriers import WIDTHS, findings
from .visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("_axe")]


@pytest.fixture(scope="module")
def bluesky(scene: Scene) -> SocialAccount:
    with org_atomic(scene.world.id):
        return network_account(scene.world.brand, "bluesky")


@pytest.fixture
def composer(visitor: Visitor, scene: Scene, bluesky: SocialAccount) -> Iterator[Page]:
    visitor.sign_in(scene.world.editor)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    visitor.open(f"{scene.world.path}/compositions/new/?account={bluesky.pk}")
    yield visitor.page
    told = visitor.told()
    assert told == [], told


def test_counter_and_preview_follow_and_the_cursor_stays(composer: Page) -> None:
    text = composer.locator("#id_text")
    text.press_sequentially("Masts in twelve days.")
    expect(composer.locator("#counters")).to_contain_text("Bluesky 21 of 300")
    expect(composer.locator("#previews")).to_contain_text("Masts in twelve days.")
    expect(text).to_be_focused()
    text.press_sequentially(" Soon.")
    expect(composer.locator("#previews")).to_contain_text("Masts in twelve days. Soon.")
    expect(text).to_have_value("Masts in twelve days. Soon.")
    text.fill("mast " * 80)
    expect(composer.locator("#previews")).to_contain_text("it does not fit yet")
    composer.locator("#id_splits_long").check()
    expect(composer.locator("#previews")).to_contain_text("Part 2")
    expect(composer.locator("#counters")).to_contain_text("2 posts")


def test_one_account_says_it_else_and_hears_of_a_change(
    composer: Page, visitor: Visitor, scene: Scene, bluesky: SocialAccount
) -> None:
    composer.locator("#id_text").fill("Masts in twelve days.")
    composer.locator(f"#own-{bluesky.pk} > summary").click()
    composer.get_by_role("button", name="Own text").click()
    own = composer.locator(f"#own-{bluesky.pk}-text")
    expect(own).to_have_value("Masts in twelve days.")
    visitor.ready()
    own.fill("Short, for Bluesky.")
    expect(composer.locator("#previews")).to_contain_text("Short, for Bluesky.")
    composer.locator("#id_text").fill("Masts in ten days.")
    notice = composer.locator(f"#drift-own-{bluesky.pk}-text")
    expect(notice).to_contain_text("was changed after this was written")
    assert [*findings(visitor, WIDTHS)] == []
    composer.set_viewport_size({"width": 1440, "height": 900})
    notice.get_by_role("button", name="Keep it").click()
    expect(notice).to_be_empty()
    composer.locator("#composer").get_by_role("button", name="Use the text for all").click()
    expect(own).to_have_count(0)
    expect(composer.locator("#previews")).to_contain_text("Masts in ten days.")


def test_it_is_scheduled_at_a_time_of_the_clock(
    composer: Page, visitor: Visitor, scene: Scene
) -> None:
    composer.locator("#id_text").fill("Masts on the tenth.")
    composer.locator("#id_day").fill("2099-03-10")
    composer.locator("#id_time").fill("09:30")
    composer.get_by_role("button", name="Schedule").click()
    expect(composer.locator("body")).to_contain_text("09:30")
    with org_atomic(scene.world.id):
        post = PendingPost.objects.get(content="Masts on the tenth.")
        assert (post.wall_time, post.zone) == ("2099-03-10 09:30", scene.world.brand.timezone)


def test_a_time_that_did_well_is_taken_with_a_press_and_nothing_typed_is_lost(
    composer: Page, visitor: Visitor, scene: Scene, bluesky: SocialAccount
) -> None:
    brand = scene.world.brand
    noon = resolve(today_in(brand.timezone) - timedelta(days=7), time(12), brand.timezone)
    with org_atomic(scene.world.id):
        for minute in range(12):
            make.post(
                brand,
                bluesky,
                published_at=noon + timedelta(minutes=minute),
                engagement_rate=0.04,
                metrics_updated_at=noon + timedelta(days=1),
            )
    composer.locator("#id_text").fill("Masts at noon.")
    composer.locator("summary").filter(has_text="Times that do well").press("Enter")
    composer.get_by_role("button", name="12:00").press("Enter")
    expect(composer.locator("#id_time")).to_have_value("12:00")
    expect(composer.locator("#id_day")).to_be_focused()
    expect(composer.locator("#id_text")).to_have_value("Masts at noon.")


def test_keys_are_enough(composer: Page, visitor: Visitor, scene: Scene) -> None:
    keys = composer.keyboard
    expect(composer.locator("#id_text")).to_be_focused()
    keys.type("Written by keys alone.")
    expect(composer.locator("#previews")).to_contain_text("Written by keys alone.")
    save = composer.get_by_role("button", name="Save as draft").last
    for _ in range(60):
        if save.evaluate("element => element === document.activeElement"):
            break
        keys.press("Tab")
    keys.press("Enter")
    expect(composer.locator("body")).to_contain_text("The draft is saved.")
    with org_atomic(scene.world.id):
        assert Composition.objects.filter(text="Written by keys alone.").exists()


def test_a_file_of_the_library_comes_along(
    composer: Page, visitor: Visitor, scene: Scene, bluesky: SocialAccount
) -> None:
    with org_atomic(scene.world.id):
        reference = store_file(picture(60, 40), ending="jpg")
        Asset.objects.create(
            name="Tin of seven coats",
            reference=reference,
            content_type="image/jpeg",
            alt="Seven coats of varnish.",
            checksum="f" * 64,
        )
    composer.locator("#id_text").fill("Look at this.")
    composer.get_by_text("Choose from the library").click()
    composer.get_by_role("checkbox", name="Tin of seven coats").check()
    composer.get_by_role("button", name="Add what is chosen").click()
    expect(composer.locator("#id_alt_1")).to_have_value("Seven coats of varnish.")
    expect(composer.locator("#id_text")).to_have_value("Look at this.")
    expect(composer.locator("#previews .post__picture")).to_have_count(1)
