"""What a person is told, chosen by keys; a bad address or half a night is answered at its field."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from config.kernel.scoping import org_atomic
from organizations.models import NotificationChoice, NotificationSettings

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser


def test_what_one_is_told_is_chosen_by_the_keyboard(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.editor)
    visitor.open(f"{scene.world.path}/notifications/choices/")
    page = visitor.page
    box = page.get_by_role("checkbox", name="By mail: ").and_(page.locator(":enabled")).first
    name, was = box.get_attribute("name") or "", box.is_checked()
    box.press("Space")
    page.get_by_role("button", name="Save notifications").press("Enter")
    expect(page.get_by_text("Your notifications are saved.")).to_be_visible()
    with org_atomic(scene.world.id):
        kind = name.removeprefix("mail-")
        row = NotificationChoice.objects.get(user=scene.world.editor, kind=kind)
        assert row.by_mail is not was
    assert visitor.told() == []


def test_half_a_night_and_a_bad_address_are_answered_at_their_fields(
    visitor: Visitor, scene: Scene
) -> None:
    visitor.sign_in(scene.world.editor)
    visitor.open(f"{scene.world.path}/notifications/choices/")
    page = visitor.page
    begins = page.get_by_label("Quiet from")
    begins.fill("22:00")
    page.get_by_role("button", name="Save times").press("Enter")
    expect(page.locator("#id_quiet_until_error")).to_contain_text("both ends")
    expect(begins).to_have_value("22:00")
    page.get_by_label("Quiet until").fill("06:30")
    page.get_by_role("button", name="Save times").press("Enter")
    expect(page.get_by_text("What waits already goes out at the new times.")).to_be_visible()
    address = page.get_by_label("Address")
    address.fill("http://10.0.0.1/hook")
    page.get_by_role("button", name="Add webhook").press("Enter")
    expect(page.locator("#id_hook_url_error")).to_be_visible()
    expect(address).to_have_value("http://10.0.0.1/hook")
    with org_atomic(scene.world.id):
        row = NotificationSettings.objects.get(user=scene.world.editor)
        assert f"{row.quiet_from:%H:%M}" == "22:00" and not row.hook_url
    assert visitor.told() == []
