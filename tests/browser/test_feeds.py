"""Topics and facts as people handle them: left out and taken back, read and found."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser

TOPIC = "Wooden masts are wanted again"


def test_a_topic_that_was_left_out_comes_back_by_its_notice(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.editor)
    visitor.open(f"{scene.world.path}/feeds/")
    page = visitor.page
    board = page.locator("#board")
    board.get_by_role("button", name=f"Leave out {TOPIC}").click()
    expect(board.get_by_role("button", name=f"Leave out {TOPIC}")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(board.get_by_role("button", name=f"Leave out {TOPIC}")).to_be_visible()


def test_a_fact_in_the_text_leads_to_its_line_and_back(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.viewer)
    visitor.open(f"{scene.world.path}/materials/{scene.ids['marked']}/")
    page = visitor.page
    mark = page.get_by_role("link", name="34 boats (figure)")
    mark.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#fact-\d+$"))
    line = page.locator("li:target")
    expect(line).to_contain_text("In Hosted page")
    line.get_by_role("link", name="34 boats").click()
    expect(page).to_have_url(re.compile(r"#at-\d+$"))
