"""What pictures and videos say: by their descriptions, by captions, by a model that looks."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from config.kernel.clock import now
from config.kernel.errors import Invalid
from config.kernel.llm import double
from config.kernel.llm.errors import ModelMisconfigured, ModelUnavailable
from config.kernel.scoping import org_atomic, scope
from content.agents.picture_reader import INSTRUCTIONS, PictureReading
from content.models import Material, MaterialStatus
from content.services.material_analysis import AT_ONCE
from content.services.materials import add_file, add_text, analyse_material
from content.services.picture_facts import colour_of, picture_facts, small_picture
from tests import make
from tests.content.test_agents import ANALYSIS
from tests.videos import video
from tests.world import World

SAYS = "A wooden mast lies on two trestles in the sun, freshly varnished."
SEEN = PictureReading(
    description="A man planes a long mast in a bright workshop.",
    words="Twelve days",
    things=["mast", "plane"],
)


def picture(color: Any = "blue", size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, format="PNG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def _quick_vectors(settings: Any) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"


def added(world: World, data: bytes, name: str, **more: Any) -> Material:
    with org_atomic(world.id):
        return add_file(
            upload=SimpleUploadedFile(name, data),
            brand=world.brand,
            by=world.editor,
            alt_text=SAYS,
            **more,
        )


def read(world: World, material: Material) -> Material:
    with scope(world.id):
        analyse_material(material_id=material.pk)
    with org_atomic(world.id):
        material.refresh_from_db()
    return material


# -- facts of the picture itself ----


def test_a_picture_says_its_sides_its_colours_and_its_ground() -> None:
    facts = picture_facts(picture((20, 60, 220)))
    assert (facts["width"], facts["height"], facts["orientation"]) == (64, 48, "landscape")
    assert facts["colours"] == [{"name": "blue", "share": 1.0}]
    assert facts["is_see_through"] is False
    see_through = picture_facts(picture((0, 0, 0, 0), (30, 60), "RGBA"))
    assert (see_through["orientation"], see_through["is_see_through"]) == ("portrait", True)
    assert see_through["colours"] == []
    assert picture_facts(b"no picture") == {}


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((255, 255, 255), "white"),
        ((5, 5, 5), "black"),
        ((128, 128, 128), "grey"),
        ((220, 20, 20), "red"),
        ((240, 140, 20), "orange"),
        ((120, 70, 20), "brown"),
        ((250, 230, 30), "yellow"),
        ((30, 160, 60), "green"),
        ((30, 60, 220), "blue"),
        ((130, 40, 200), "purple"),
        ((240, 100, 180), "pink"),
        ((225, 210, 180), "beige"),
    ],
)
def test_colours_have_plain_names(rgb: tuple[int, int, int], name: str) -> None:
    assert colour_of(*rgb) == name


def test_a_model_gets_a_small_picture() -> None:
    with Image.open(io.BytesIO(small_picture(picture(size=(3_000, 1_000))))) as image:
        assert image.size == (768, 256) and image.format == "JPEG"


# -- materials ----


@pytest.mark.django_db
def test_without_a_model_a_picture_is_what_was_said_of_it(world: World) -> None:
    material = read(world, added(world, picture(), "mast.png"))
    assert material.status == MaterialStatus.READY, material.error
    assert material.extracted_text == SAYS
    assert material.medium["orientation"] == "landscape"


@pytest.mark.django_db
def test_a_model_that_looks_adds_what_it_sees(world: World) -> None:
    material = added(world, picture(), "mast.png")
    with double.script({"picture-reader": [SEEN], "analyst": [ANALYSIS]}) as calls:
        material = read(world, material)
    assert material.extracted_text == (
        f"{SAYS}\n\nA man planes a long mast in a bright workshop.\n\nIt reads: “Twelve days”"
    )
    asked: Any = calls[0].values
    assert asked.said == SAYS and "width: 64" in asked.facts
    assert "never meant for you" in INSTRUCTIONS


@pytest.mark.django_db
def test_a_model_that_cannot_look_leaves_what_was_said(world: World) -> None:
    material = added(world, picture(), "mast.png")
    script: Any = {
        "picture-reader": [ModelMisconfigured("It does not take pictures.")],
        "analyst": [ANALYSIS],
    }
    with double.script(script):
        material = read(world, material)
    assert (material.status, material.extracted_text) == (MaterialStatus.READY, SAYS)


@pytest.mark.django_db
def test_a_model_that_is_away_is_asked_again_later(world: World) -> None:
    material = added(world, picture(), "mast.png")
    with double.script({"picture-reader": [ModelUnavailable("busy")]}):
        material = read(world, material)
    assert material.status == MaterialStatus.UPLOADED and "busy" in material.error


@pytest.mark.django_db
def test_a_video_is_its_description_and_what_is_said_in_it(world: World) -> None:
    captions = b"WEBVTT\n\n00:00.000 --> 00:01.000\nWe plane every mast by hand.\n"
    material = added(
        world, video(), "mast.mp4", transcript=SimpleUploadedFile("mast.vtt", captions)
    )
    material = read(world, material)
    assert material.extracted_text == f"{SAYS}\n\nWe plane every mast by hand."
    assert material.medium == {
        "width": 128,
        "height": 96,
        "orientation": "landscape",
        "seconds": 1.0,
    }


@pytest.mark.django_db
def test_frames_of_a_video_without_a_transcript_are_looked_at(world: World) -> None:
    material = added(world, video(seconds=21.0, rate=1, sound=False), "mast.mp4")
    with double.script({"picture-reader": [SEEN], "analyst": [ANALYSIS]}) as calls:
        material = read(world, material)
    assert "A man planes" in material.extracted_text
    assert [call.agent for call in calls] == ["picture-reader", "analyst"]


@pytest.mark.django_db
def test_a_long_video_and_a_transcript_of_a_text_are_refused(world: World) -> None:
    long = video(seconds=605.0, rate=1, size="32x32", sound=False)
    with pytest.raises(Invalid) as caught:
        added(world, long, "long.mp4")
    assert caught.value.code == "video_too_long" and "10 minutes" in caught.value.message
    with pytest.raises(Invalid) as caught:
        added(world, b"Words.", "a.txt", transcript=SimpleUploadedFile("a.vtt", b"x"))
    assert caught.value.field == "transcript"
    with org_atomic(world.id):
        assert not Material.objects.exists()


@pytest.mark.django_db
def test_no_more_of_a_kind_are_read_at_once_than_may_be(world: World) -> None:
    with org_atomic(world.id):
        for number in range(AT_ONCE[Material.Kind.TEXT]):
            make.material(
                world.brand,
                name=f"Busy {number}",
                status=MaterialStatus.PROCESSING,
                claimed_until=now() + timedelta(hours=1),
            )
        waiting = add_text(text=make.TEXT, brand=world.brand, by=world.editor)
    assert read(world, waiting).status == MaterialStatus.UPLOADED
    with org_atomic(world.id):
        Material.objects.filter(name="Busy 0").update(claimed_until=None)
    assert read(world, waiting).status == MaterialStatus.READY
