"""The library of skills, as a person uses it: look, change a structure, go back, share or not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .scene import Scene
from .test_barriers import look_at
from .visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("_axe")]


def test_a_structure_is_changed_and_set_back(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.owner)
    visitor.open(f"{scene.world.path}/skills/")
    page = visitor.page
    page.get_by_role("link", name="Number, list, call to action · medium").click()
    visitor.ready()
    expect(page.get_by_role("img", name="Opening: number; Middle: list")).to_be_visible()
    page.get_by_role("link", name="Change the structure").click()
    visitor.ready()
    page.get_by_label("Opening", exact=True).select_option("question")
    page.get_by_role("button", name="Save as a new version").click()
    visitor.ready()
    expect(page.get_by_text("Version 3 is active.")).to_be_visible()
    expect(page.get_by_text("Opening: question instead of number")).to_be_visible()
    page.get_by_role("button", name="Use version 2").click()
    visitor.ready()
    expect(page.get_by_text("Version 2 is active.")).to_be_visible()
    retire_and_restore(page, visitor)
    assert visitor.told() == []


def retire_and_restore(page: Page, visitor: Visitor) -> None:
    page.get_by_role("button", name="Retire", exact=True).click()
    page.get_by_role("button", name="Retire skill").click()
    visitor.ready()
    expect(page.get_by_text("Retired by hand.")).to_be_visible()
    page.get_by_role("button", name="Bring it back").click()
    visitor.ready()
    expect(page.get_by_text("is back, in testing.")).to_be_visible()


def test_a_shared_structure_is_made_ones_own(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.owner)
    visitor.open(f"{scene.world.path}/skills/?kind=shared")
    page = visitor.page
    page.get_by_role("link", name="Contrast, comparison, question · medium").click()
    visitor.ready()
    page.get_by_role("button", name="Make it yours").click()
    visitor.ready()
    expect(page.get_by_text("is yours now, in testing")).to_be_visible()
    assert visitor.told() == []


def test_the_pages_of_skills_have_no_barrier(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.owner)
    look_at(visitor, f"{scene.world.path}/skills/?kind=shared")
    look_at(visitor, f"{scene.world.path}/skills/shared/?id={scene.ids['shared']}")
    look_at(visitor, f"{scene.world.path}/skills/{scene.ids['skill']}/", click="Retire")
