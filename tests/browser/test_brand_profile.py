"""What a change of the profile would do to a post, seen before it is saved; and a paper edited."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from brands.models import BrandProfile, StrategyPaper
from config.kernel.scoping import org_atomic

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_change_is_marked_in_the_sample_and_saved_only_when_asked(
    visitor: Visitor, scene: Scene
) -> None:
    world, page = scene.world, visitor.page
    visitor.sign_in(world.owner)
    visitor.open(f"{world.path}/brands/{world.brand.pk}/rules/")
    sample = page.locator("#sample")
    expect(sample.get_by_role("status")).to_contain_text("As it reads now")
    page.get_by_label("Hashtags", exact=True).select_option("heavy")
    expect(sample.get_by_role("status")).to_contain_text("Marked is what would change")
    expect(sample.locator("ins").first).to_be_visible()
    page.get_by_label("Share of posts").fill("")
    expect(sample.get_by_role("status")).to_contain_text("Mend what is marked")
    with org_atomic(world.id):
        assert (
            BrandProfile.objects.get(pk=world.brand.pk).language_rules["hashtag_style"] != "heavy"
        )
    visitor.open(f"{world.path}/brands/{world.brand.pk}/look/")
    page.get_by_label("Text", exact=True).fill("#777777")
    expect(sample.get_by_text("4.48 : 1")).to_be_visible()
    expect(sample.get_by_text("Hard to read").first).to_be_visible()
    assert visitor.told() == []


def test_a_paper_is_edited_in_place_and_compared(visitor: Visitor, scene: Scene) -> None:
    world, page = scene.world, visitor.page
    visitor.sign_in(world.owner)
    with org_atomic(world.id):
        paper = StrategyPaper.objects.get(kind="positioning", status="ready")
    visitor.open(f"{world.path}/strategies/{paper.pk}/")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Positioning statement").fill("For sailors who want to keep their boats.")
    page.get_by_role("button", name="Save version").click()
    expect(page.get_by_text("Saved as a version of its own")).to_be_visible()
    page.get_by_role("link", name="Version 1").click()
    expect(page.locator("ins").first).to_be_visible()
    page.get_by_role("button", name="Let version 1 count again").click()
    expect(page.get_by_text("Version 1 counts again, as version 3")).to_be_visible()
    assert visitor.told() == []
