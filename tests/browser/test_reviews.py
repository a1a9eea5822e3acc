"""Approvals in a real browser: keys decide, comments stand beside the post, names complete."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from brands.models import BrandProfile
from config.kernel.scoping import org_atomic
from publishing.models import PendingPost, PostComment, SignOff
from publishing.selectors.approvals_figures import approval_figures
from publishing.services.workflows import steps_of

from .scene import Scene
from .scene_reviews import waits_at_second_step
from .visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visitor: Visitor, scene: Scene) -> Page:
    visitor.sign_in(scene.world.owner)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    return visitor.page


def waiting(scene: Scene) -> PendingPost:
    with org_atomic(scene.world.id):
        return waits_at_second_step(scene.world)


def test_keys_ask_for_changes_and_sign_a_step(visitor: Visitor, scene: Scene, page: Page) -> None:
    post = waiting(scene)
    visitor.open(f"{scene.world.path}/approvals/{post.pk}/")
    expect(page.locator(".approval-steps__sentence")).to_contain_text("2 of 3: Legal")
    page.keyboard.press("c")
    expect(page.get_by_label("What should change?")).to_be_focused()
    page.get_by_role("link", name="Cancel").click()
    visitor.ready()
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("Signed. Now it waits for “Legal”.")
    with org_atomic(scene.world.id):
        assert SignOff.objects.filter(pending_post=post, user=scene.world.owner).exists()


def test_a_name_is_completed_and_the_comment_stands_beside_the_post(
    visitor: Visitor, scene: Scene, page: Page
) -> None:
    post = waiting(scene)
    visitor.open(f"{scene.world.path}/approvals/{post.pk}/")
    area = page.get_by_label("Comment", exact=True)
    area.wait_for()
    visitor.ready()
    area.press_sequentially("Please look, @mem")
    page.get_by_role("button", name="@Member").click()
    expect(area).to_have_value("Please look, @Member ")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".remark__body")).to_have_text("Please look, @Member")
    with org_atomic(scene.world.id):
        assert PostComment.objects.get(pending_post=post).mentions == [scene.world.editor.pk]


def test_all_posts_of_a_page_are_ticked_at_once_and_stay_when_a_word_is_missing(
    visitor: Visitor, scene: Scene, page: Page
) -> None:
    waiting(scene)
    visitor.open(f"{scene.world.path}/approvals/several/")
    boxes = page.get_by_role("checkbox", name="Choose “")
    many = boxes.count()
    page.get_by_label("Choose all on this page").press("Space")
    expect(page.get_by_text(f"{many} chosen")).to_be_visible()
    boxes.first.press("Space")
    expect(page.get_by_text(f"{many - 1} chosen")).to_be_visible()
    page.get_by_role("button", name="Ask for changes").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say what should change")
    visitor.ready()
    expect(page.get_by_text(f"{many - 1} chosen")).to_be_visible()
    expect(boxes.first).not_to_be_checked()


def test_the_open_tab_is_in_view_on_a_phone(visitor: Visitor, scene: Scene, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.open(f"{scene.world.path}/brands/{scene.world.brand.pk}/approval/")
    tab = page.get_by_role("link", name="Approval", exact=True)
    expect(tab).to_have_attribute("aria-current", "page")
    expect(tab).to_be_in_viewport(ratio=1)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_what_a_version_changed_is_seen_word_by_word_and_taken_back(
    visitor: Visitor, scene: Scene, page: Page
) -> None:
    post = waiting(scene)
    visitor.open(f"{scene.world.path}/approvals/{post.pk}/versions/")
    expect(page.locator("ins").first).to_contain_text("after twelve days")
    page.get_by_label("From").select_option(label="Version 2, Owner")
    page.get_by_label("To").select_option(label="Version 1, Member")
    page.get_by_role("button", name="Compare").press("Enter")
    expect(page.locator("del").first).to_contain_text("after twelve days")
    visitor.open(f"{scene.world.path}/approvals/{post.pk}/versions/")
    page.get_by_role("button", name="Bring version 1 back").press("Enter")
    expect(page.get_by_text("says again what it said in version 1")).to_be_visible()
    with org_atomic(scene.world.id):
        assert PendingPost.objects.get(pk=post.pk).content.endswith("is back on board.")


def test_who_approves_is_set_up_by_the_keyboard(visitor: Visitor, scene: Scene, page: Page) -> None:
    with org_atomic(scene.world.id):
        brand = BrandProfile.objects.get(name="Kiln & Crumb")
    visitor.open(f"{scene.world.path}/brands/{brand.pk}/approval/")
    page.get_by_label("Several steps").check()
    page.get_by_role("button", name="Save who approves").press("Enter")
    expect(page.locator("#id_steps_error")).to_contain_text("Add a step")
    expect(page.get_by_label("Several steps")).to_be_checked()
    page.get_by_role("button", name="Add the client").press("Enter")
    page.get_by_label("Step 1, the client").fill("Klara")
    page.get_by_role("button", name="Add a step of the team").press("Enter")
    page.get_by_label("Step 2").fill("Legal")
    page.get_by_role("button", name="Move up").press("Enter")
    expect(page.get_by_label("Step 1")).to_have_value("Legal")
    page.get_by_label("Admin").check()
    page.get_by_role("button", name="Save who approves").press("Enter")
    expect(page.locator(".toast")).to_contain_text("It holds for posts that are put forward")
    expect(page.get_by_text("A post asks Admin, then the client.")).to_be_visible()
    with org_atomic(scene.world.id):
        assert [each.name for each in steps_of(brand)] == ["Legal", "Klara"]
    assert all(each.startswith("422 ") for each in visitor.told())


def test_figures_follow_the_days_and_the_brand(visitor: Visitor, scene: Scene, page: Page) -> None:
    with org_atomic(scene.world.id):
        figures = approval_figures(days=90, brand=scene.world.brand.pk)
    visitor.open(f"{scene.world.path}/approvals/figures/")
    page.get_by_role("link", name="90 days").press("Enter")
    page.get_by_label("Brand", exact=True).select_option(str(scene.world.brand.pk))
    page.get_by_role("button", name="Apply").press("Enter")
    asked = page.locator(".stat").filter(has_text="Asked for")
    expect(asked).to_contain_text(f"{figures.asked} posts")
    expect(asked).to_contain_text("last 90 days")
    approved = figures.rates[0]
    meter = page.locator(".meter").filter(has_text=approved.label).first
    expect(meter).to_contain_text(f"{approved.count} of {approved.of}")
    assert visitor.told() == []


SHOTS = os.environ.get("WARREN_SHOTS", "")


@pytest.mark.skipif(not SHOTS, reason="draws only when asked to")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_draw(visitor: Visitor, scene: Scene, page: Page, scheme: str) -> None:
    post = waiting(scene)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    start = scene.world.path
    for name, address in {
        "desk": f"/approvals/{post.pk}/",
        "talk": f"/approvals/{scene.pending.pk}/talk/",
        "several": "/approvals/several/",
        "figures": "/approvals/figures/",
        "versions": f"/approvals/{post.pk}/versions/",
        "workflow": f"/brands/{scene.world.brand.pk}/approval/",
    }.items():
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            visitor.open(start + address)
            page.wait_for_load_state("networkidle")
            if name == "workflow":
                page.get_by_role("button", name="Add a step of the team").click()
                page.wait_for_load_state("networkidle")
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
