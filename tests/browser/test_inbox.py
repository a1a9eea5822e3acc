"""The inbox by keyboard and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.models import Conversation, InboxMessage

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visitor: Visitor, scene: Scene) -> Page:
    with org_atomic(scene.world.id):
        # Other tests may have ended it, and the newest stands first.
        talk = Conversation.objects.filter(pk=scene.more["conversation"])
        talk.update(status="open", last_message_at=now())
    visitor.sign_in(scene.world.editor)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    visitor.open(f"{scene.world.path}/inbox/")
    return visitor.page


def test_a_conversation_is_opened_noted_and_ended_by_keys(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="What was said, oldest first")).to_be_visible()
    visitor.ready()
    page.keyboard.press("n")
    note = page.get_by_label("A note for the team")
    expect(note).to_be_focused()
    note.fill("Ask the yard for batch 34.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("Ask the yard for batch 34.")).to_be_visible()
    visitor.ready()
    page.keyboard.press("r")
    answer = page.get_by_label("Your answer")
    expect(answer).to_be_focused()
    answer.fill("Ask Ben")
    page.get_by_role("button", name="Note", exact=True).click()
    expect(note).to_be_focused()
    expect(note).to_have_value("Ask Ben")
    page.keyboard.type(" first.")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(answer).to_have_value("Ask Ben first.")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("d")
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    with org_atomic(scene.world.id):
        assert Conversation.objects.get(pk=scene.more["conversation"]).status == "done"
    assert not visitor.told()


def test_a_saved_reply_and_a_suggestion_land_in_the_field_and_send_nothing(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    with org_atomic(scene.world.id):
        before = InboxMessage.objects.filter(side="ours").count()
    visitor.open(f"{scene.world.path}/inbox/{scene.more['conversation']}/")
    page.get_by_label("Your answer").fill("Hi!")
    page.get_by_role("button", name="Saved replies").click()
    page.get_by_role("button", name="Thanks", exact=True).click()
    expect(page.get_by_label("Your answer")).to_have_value("Hi!\n\nThank you, Anna!")
    visitor.ready()
    page.get_by_role("button", name="Suggest").click()
    expect(page.get_by_text("Better answered by you")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("Hi!\n\nThank you, Anna!")
    with org_atomic(scene.world.id):
        assert InboxMessage.objects.filter(side="ours").count() == before
    assert not visitor.told()


def test_a_phone_shows_the_list_and_then_the_thread(
    visitor: Visitor, page: Page, scene: Scene
) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    visitor.open(f"{scene.world.path}/inbox/")
    page.get_by_role("link", name="Anna").first.click()
    visitor.ready()
    expect(page.get_by_label("Your answer")).to_be_visible()
    expect(page.get_by_role("list", name="Conversations")).to_be_hidden()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("link", name="All conversations").click()
    expect(page.get_by_role("list", name="Conversations")).to_be_visible()
