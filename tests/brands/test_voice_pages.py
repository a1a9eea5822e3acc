"""The pages of a brand's voice, through the client."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from brands.models import BrandVoice, SavedVoice, VoiceAnalysis, VoiceScore
from brands.services.voices import VoiceProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import User
from tests import make
from tests.brands.voice_texts import VOICES
from tests.world import World

pytestmark = pytest.mark.django_db


def path(world: World, rest: str = "") -> str:
    return f"{world.path}/brands/{world.brand.pk}/voices/{rest}"


def as_(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_a_brand_without_a_voice_says_how_to_get_one(client: Client, world: World) -> None:
    page = as_(client, world.editor).get(path(world)).content.decode()

    assert "No voice yet" in page
    assert "Read the voice" in page
    assert "Warm neighbour" in page
    assert "Hold a text against it" not in page


def test_a_viewer_sees_the_voice_and_no_way_to_change_it(client: Client, world: World) -> None:
    with org_atomic(world.id):
        make.brand_voice(world.brand)
        make.brand_voice(world.brand, status=BrandVoice.Status.DRAFT)

    page = as_(client, world.viewer).get(path(world)).content.decode()

    assert "Plain, unhurried" in page
    for verb in ("Write in this voice", "Read the voice", "Take on", "Save this voice"):
        assert verb not in page
    assert client.post(path(world, "confirmation/")).status_code == 403


def test_pasted_texts_are_sent_to_be_read_and_the_page_shows_it(
    client: Client, world: World
) -> None:
    answer = as_(client, world.editor).post(
        path(world, "readings/"), {"text": "\n\n".join(VOICES["craft"])}, follow=True
    )

    assert "Reading the pasted text" in answer.content.decode()
    part = client.get(path(world), headers={"HX-Request": "true"}).content.decode()
    assert 'data-behavior="poll"' in part
    assert "<html" not in part


def test_the_page_is_loaded_anew_when_the_reading_is_done(client: Client, world: World) -> None:
    with org_atomic(world.id):
        row = make.voice_analysis(world.brand, status="running", result=None)
    headers = {"HX-Request": "true"}
    assert "HX-Refresh" not in as_(client, world.editor).get(path(world), headers=headers)

    with org_atomic(world.id):
        VoiceAnalysis.objects.filter(pk=row.pk).update(status="done")

    assert client.get(path(world), headers=headers)["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"url": "", "text": ""}, "Give an address, or paste texts"),
        ({"url": "not an address"}, "is not a web address"),
        ({"text": "word " * 10_001}, "at most 50,000"),
    ],
)
def test_what_cannot_be_read_keeps_what_was_typed(
    client: Client, world: World, values: dict[str, str], sentence: str
) -> None:
    answer = as_(client, world.editor).post(path(world, "readings/"), values)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert values.get("url", "") in answer.content.decode()


def test_a_draft_is_confirmed_by_a_person(client: Client, world: World) -> None:
    with org_atomic(world.id):
        make.brand_voice(world.brand, status=BrandVoice.Status.DRAFT)

    page = as_(client, world.editor).post(path(world, "confirmation/"), follow=True)

    assert "counts from the next post on" in page.content.decode()
    with org_atomic(world.id):
        row = BrandVoice.objects.get()
        assert (row.status, row.confirmed_by) == ("confirmed", world.editor)


def test_there_must_be_a_draft_to_confirm(client: Client, world: World) -> None:
    assert as_(client, world.editor).post(path(world, "confirmation/")).status_code == 409


def test_a_voice_is_edited_as_a_draft(client: Client, world: World) -> None:
    with org_atomic(world.id):
        make.brand_voice(world.brand)
    page = as_(client, world.editor).get(path(world, "draft/"))
    values = {
        field.html_name: field.value() if field.value() is not None else ""
        for field in page.context["form"]
    }
    typed = {
        **{key: "\n".join(v) if isinstance(v, tuple) else v for key, v in values.items()},
        "tone_attributes": "Dry: jokes with a straight face\nKind",
        "vocabulary": "Boats: mast, keel",
        "writing_style": "",
        "summary": "Drier than before.",
    }

    client.post(path(world, "draft/"), typed)

    with org_atomic(world.id):
        row = BrandVoice.objects.get(status="draft")
        profile = VoiceProfile.from_json(row.voice.reveal())
    assert profile.summary == "Drier than before."
    assert [tone.name for tone in profile.tone_attributes] == ["Dry", "Kind"]
    assert profile.terms == ("mast", "keel")
    assert profile.example_texts == make.VOICE_TEXTS
    assert profile.measures == make.VOICE.measures


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("example_texts", "\n\n".join(f"Text {n}." for n in range(13)), "Keep the 12 best"),
        ("example_texts", "a" * 2_001, "longer than 2,000"),
        ("tone_attributes", ": nameless", "begins with nothing"),
        ("formality", "101", "100"),
    ],
)
def test_what_is_wrong_with_an_edit_is_said_beside_its_field(
    client: Client, world: World, name: str, value: str, sentence: str
) -> None:
    numbers = {"formality": "50", "enthusiasm": "50", "technicality": "50"}

    answer = as_(client, world.editor).post(path(world, "draft/"), {**numbers, name: value})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_result_is_turned_down_with_a_reason(client: Client, world: World) -> None:
    with org_atomic(world.id):
        first = make.voice_analysis(world.brand)
        make.brand_voice(world.brand, status=BrandVoice.Status.DRAFT)
    page = as_(client, world.editor).get(path(world)).content.decode()
    assert "Not like us" in page

    client.post(path(world, f"readings/{first.pk}/rejection/"), {"reason": "too stiff"})

    with org_atomic(world.id):
        first.refresh_from_db()
        again = VoiceAnalysis.objects.get(previous=first)
    assert first.rejected_reason == "too stiff"
    assert again.status == "queued"


def test_a_failed_reading_says_why_and_is_tried_again(client: Client, world: World) -> None:
    with org_atomic(world.id):
        row = make.voice_analysis(world.brand, status="failed", error="No such page.", result=None)
    assert "No such page." in as_(client, world.editor).get(path(world)).content.decode()

    client.post(path(world, f"readings/{row.pk}/retry/"))

    with org_atomic(world.id):
        row.refresh_from_db()
    assert row.status == "queued"


def test_any_text_is_scored_with_its_reasons(client: Client, world: World) -> None:
    with org_atomic(world.id):
        make.brand_voice(world.brand)
    as_(client, world.viewer)

    def scored(text: str) -> str:
        headers = {"HX-Request": "true"}
        return client.post(
            path(world, "scores/"), {"sample": text}, headers=headers
        ).content.decode()

    assert "It is as loud as the voice." in scored(make.VOICE_TEXTS[0])
    loud = scored(VOICES["shouting"][0])
    assert "It has more capitals than the voice" in loud
    assert 'id="score"' in loud
    assert "<html" not in loud


def test_no_text_is_scored_against_nothing(client: Client, world: World) -> None:
    answer = as_(client, world.viewer).post(path(world, "scores/"), {"sample": "Bread."})
    assert answer.status_code == 409


def test_before_and_after_are_written_when_somebody_looks(client: Client, world: World) -> None:
    with org_atomic(world.id):
        make.material(world.brand)
        make.brand_voice(world.brand)

    page = as_(client, world.viewer).get(path(world, "sample/")).content.decode()

    assert "Without it" in page
    assert "With it" in page
    assert "mast" in page


def test_a_manner_is_taken_on_and_a_voice_saved_for_the_team(client: Client, world: World) -> None:
    as_(client, world.editor).post(path(world, "merges/"), {"with": "playful"})
    client.post(path(world, "saved/"), {"name": "Playful us"})
    with org_atomic(world.id):
        saved = SavedVoice.objects.get()
        assert saved.is_default

    client.post(path(world, "draft/deletion/"))
    client.post(path(world, "merges/"), {"with": str(saved.pk)})
    client.post(path(world, f"saved/{saved.pk}/removal/"))

    with org_atomic(world.id):
        assert not SavedVoice.objects.exists()
        row = BrandVoice.objects.get()
        assert VoiceProfile.from_json(row.voice.reveal()).brand_name == world.brand.name
    assert client.post(path(world, "merges/"), {"with": "nonsense"}).status_code == 404


def test_a_name_that_is_taken_is_said_beside_its_field(client: Client, world: World) -> None:
    with org_atomic(world.id):
        make.brand_voice(world.brand)
        make.saved_voice(name="Ours")

    answer = as_(client, world.editor).post(path(world, "saved/"), {"name": "ours"})

    assert answer.status_code == 422
    assert "Choose another" in answer.content.decode()


@pytest.mark.parametrize(
    ("recent", "words"), [(0.9, "Steady"), (0.6, "The voice drifts: −33.3 %"), (None, "Not enough")]
)
def test_drift_is_told_with_its_numbers(
    client: Client, world: World, recent: float | None, words: str
) -> None:
    with org_atomic(world.id):
        make.brand_voice(world.brand)
        for days, score in ((75, 0.9), (5, recent)):
            if score is None:
                continue
            for _ in range(5):
                VoiceScore.objects.create(
                    brand=world.brand,
                    subject_type="post",
                    subject_id=uuid4(),
                    voice_version=1,
                    score=score,
                    said_at=now() - timedelta(days=days),
                )

    page = as_(client, world.viewer).get(path(world)).content.decode()

    assert words in page
    assert "<svg" in page


def test_another_teams_voice_is_not_there(client: Client, world: World) -> None:
    as_(client, world.stranger)
    assert client.get(path(world)).status_code == 404
    client.force_login(world.editor)
    foreign = f"{world.path}/brands/{world.foreign_brand.pk}/voices/"
    assert client.get(foreign).status_code == 404
