"""From pasted texts to a voice that is written with, and a text that is held against it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from brands.models import BrandProfile, VoiceAnalysis
from brands.services.voice_reading import analyse
from config.kernel.scoping import org_atomic, scope
from tests.brands.voice_texts import VOICES

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_voice_is_read_agreed_to_and_used(visitor: Visitor, scene: Scene) -> None:
    world = scene.world
    visitor.sign_in(world.owner)
    page = visitor.page
    with org_atomic(world.id):
        row = BrandProfile.objects.create(name="Read in the browser", timezone="UTC")
    brand = row.pk
    visitor.open(f"{world.path}/brands/{brand}/voices/")

    page.get_by_label("Or its texts").fill("\n\n".join(VOICES["craft"]))
    page.get_by_role("button", name="Read the voice").click()
    expect(page.get_by_role("heading", name="Reading the pasted text")).to_be_visible()
    with scope(world.id):
        with org_atomic():
            waiting = VoiceAnalysis.objects.get(brand_id=brand)
        analyse(analysis_id=waiting.pk)

    # The page asks by itself how far it is.
    expect(page.get_by_role("heading", name="A draft to look at")).to_be_visible()
    page.get_by_role("button", name="Write in this voice").click()
    expect(page.get_by_text("Voice 1 is written with.")).to_be_visible()
    expect(page.get_by_role("heading", name="Without it")).to_be_visible()
    visitor.ready()
    page.get_by_label("A text").fill(VOICES["shouting"][0])
    page.get_by_role("button", name="Score it").click()
    expect(page.get_by_text("It has more capitals than the voice")).to_be_visible()
    assert visitor.told() == []
