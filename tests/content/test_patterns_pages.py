from __future__ import annotations

import pytest
from django.test import Client

from config.kernel.scoping import org_atomic
from content.models import LearnedPattern
from content.services.feedback import note_feedback
from tests import make
from tests.world import World

pytestmark = [pytest.mark.django_db]


def page(world: World, brand: object = None) -> str:
    return f"{world.path}/brands/{brand or world.brand.pk}/lessons/"


def test_an_empty_page_says_how_the_agent_learns(client: Client, world: World) -> None:
    client.force_login(world.viewer)
    answer = client.get(page(world))
    assert "Nothing learned yet" in answer.content.decode()


def test_a_lesson_stands_with_what_it_was_learned_from(client: Client, world: World) -> None:
    with org_atomic(world.id):
        source = make.material(world.brand)
        for text in ("Masts hold. 🎉", "Hulls hold. 🎉", "Keels hold. 🎉"):
            written = make.candidate(make.generation(world.brand, source), text=text)
            note_feedback(
                candidate=written, kind="edit", by=world.editor, changed=text.removesuffix(" 🎉")
            )
    client.force_login(world.viewer)
    shown = client.get(page(world)).content.decode()
    assert "Use no emoji" in shown and "3 times for it, 0 against" in shown
    assert "Keels hold. 🎉" in shown and "Edit by Member" in shown
    assert "Learned from 3 approvals, edits and refusals" in shown


def test_a_member_switches_a_lesson_off_and_on_again(client: Client, world: World) -> None:
    with org_atomic(world.id):
        row = make.pattern(world.brand)
    client.force_login(world.editor)
    address = f"{page(world)}{row.pk}/"
    answer = client.post(address, {"state": "off"}, headers={"HX-Request": "true"})
    assert "Switched off by Member" in answer.content.decode()
    with org_atomic(world.id):
        assert not LearnedPattern.objects.get().is_active
    assert client.post(address, {"state": "on"}).status_code == 302
    with org_atomic(world.id):
        assert LearnedPattern.objects.get().is_active


def test_a_viewer_may_not_switch_and_another_brands_lesson_is_not_found(
    client: Client, world: World
) -> None:
    with org_atomic(world.id):
        row = make.pattern(world.brand)
    client.force_login(world.viewer)
    assert client.post(f"{page(world)}{row.pk}/", {"state": "off"}).status_code == 403
    client.force_login(world.editor)
    assert client.get(page(world, world.foreign_brand.pk)).status_code == 404
    other = page(world, world.foreign_brand.pk)
    assert client.post(f"{other}{row.pk}/", {"state": "off"}).status_code == 404
