"""Approvals in a real browser: keys decide, comments stand beside the post, names complete."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from config.kernel.scoping import org_atomic
from publishing.models import PendingPost, PostComment, SignOff

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
