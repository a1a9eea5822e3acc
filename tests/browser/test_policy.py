"""Signing a policy and pulling the brake, as a person does it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .scene import Scene
from .test_barriers import look_at
from .visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("_axe")]


def test_a_policy_is_drafted_and_signed(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.owner)
    address = f"{scene.world.path}/brands/{scene.world.brand.pk}/policy/"
    visitor.open(address)
    page = visitor.page
    page.get_by_role("button", name="Draft another one").click()
    visitor.ready()
    page.get_by_label("Topics").fill("Craft, masts")
    page.get_by_role("button", name="Save the draft").click()
    visitor.ready()
    expect(page.get_by_text("Only texts about Craft and masts.")).to_be_visible()
    page.get_by_label("Your name").fill("Olivia Owner")
    page.get_by_role("button", name="Sign Policy 2").click()
    visitor.ready()
    expect(page.get_by_text("Policy 2 is in force.")).to_be_visible()
    look_at(visitor, address)
    assert visitor.told() == []


def test_the_brake_is_pulled_and_let_go(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.owner)
    address = f"{scene.world.path}/stops/"
    visitor.open(address)
    page = visitor.page
    page.get_by_label("What stands still").select_option(label="Everything of the team")
    page.locator("form.form--narrow").evaluate("form => (form.noValidate = true)")
    page.get_by_role("button", name="Stop it now").press("Enter")
    expect(page.locator("#id_reason_error")).to_be_visible()
    expect(page.get_by_label("What stands still")).to_have_value("organization:")
    page.get_by_label("Why").fill("A wrong price is about")
    page.get_by_role("button", name="Stop it now").click()
    visitor.ready()
    expect(page.get_by_role("heading", name="The whole team stands still")).to_be_visible()
    look_at(visitor, address)
    visitor.open(address)
    page.get_by_role("button", name="Let go").first.click()
    page.get_by_label("What was done about it").fill("The price is right again")
    page.get_by_role("dialog").get_by_role("button", name="Let go").click()
    visitor.ready()
    expect(page.get_by_text("The whole team goes on.")).to_be_visible()
    expect(page.get_by_text("then: The price is right again")).to_be_visible()
    assert visitor.told() == []
