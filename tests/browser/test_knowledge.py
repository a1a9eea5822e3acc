"""From a typed text to an answer, and from the answer to its words in their place."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from brands.models import KnowledgeSource
from brands.services.knowledge_reading import ingest
from config.kernel.scoping import org_atomic, scope

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser

CRAFT = "The workshop planes masts by hand and oils them. " * 12
TEXT = "\n\n".join(
    [
        "Delivery\n\nWe deliver to Austria in three working days.",
        *(
            f"Part {n}\n\n{'The workshop planes masts by hand and oils them. ' * 12}"
            for n in "abcd"
        ),
        "Guarantee\n\nThe guarantee on a mast is five years, and varnish is not in it.",
    ]
)


def test_an_answer_leads_to_its_words_in_their_place(visitor: Visitor, scene: Scene) -> None:
    world = scene.world
    visitor.sign_in(world.owner)
    page = visitor.page
    bucket = scene.more["bucket"]
    visitor.open(f"{world.path}/knowledge/{bucket}/sources/new/?kind=text")
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.get_by_label("Title").fill("For new colleagues, in the browser")
    page.get_by_role("button", name="Add text").click()
    expect(page.get_by_text("Waits for its turn")).to_be_visible()
    with scope(world.id):
        with org_atomic():
            waiting = KnowledgeSource.objects.get(title="For new colleagues, in the browser")
        ingest(source_id=waiting.pk)

    visitor.open(f"{world.path}/knowledge/")
    page.get_by_label("Ask what is known").fill("How many years is the guarantee on a mast?")
    page.get_by_role("button", name="Ask").click()
    answer = page.locator(".answer")
    expect(answer).to_contain_text("The guarantee on a mast is five years")
    page.locator(".sources a").first.click()

    quote = page.locator("mark.document__quote")
    expect(quote).to_contain_text("The guarantee on a mast is five years")
    expect(quote).to_be_in_viewport()
    assert visitor.told() == []
