"""Reading a voice from a site over real HTTP on loopback, and from pasted texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from brands.agents import brand_voice_analyzer
from brands.models import BrandVoice, VoiceAnalysis, VoiceAnalysisStatus
from brands.services.voice_analysis import (
    FRESH,
    reject_analysis,
    request_analysis,
    retry_analysis,
)
from brands.services.voice_reading import analyse, due_analyses
from brands.services.voices import VoiceProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, TooMany
from config.kernel.llm import double
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.readers import site
from config.kernel.scoping import org_atomic
from tests.brands.voice_texts import VOICES
from tests.world import World

pytestmark = pytest.mark.django_db

TEXT = "\n\n".join(VOICES["craft"])


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pace(site.Pace):
        def wait(self, *_: Any) -> None: ...

    monkeypatch.setattr(site, "pace", Pace())


@pytest.fixture
def bakery(httpserver: HTTPServer) -> HTTPServer:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    halves = (VOICES["craft"][:4], VOICES["craft"][4:])
    for path, texts, links in (("/", halves[0], ["/about", "/shop"]), ("/about", halves[1], [])):
        menu = "".join(f"<a href='{link}'>x</a>" for link in links)
        body = "".join(f"<p>{text}</p>" for text in texts)
        httpserver.expect_request(path).respond_with_data(
            f"<html lang='en'><title>Kiln</title><nav>{menu}</nav><main>{body}</main></html>",
            content_type="text/html",
        )
    httpserver.expect_request("/shop").respond_with_data("", status=404)
    return httpserver


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with org_atomic(world.id):
        yield


def asked(world: World, url: str = "", text: str = "") -> VoiceAnalysis:
    return request_analysis(brand=world.brand, by=world.editor, url=url, text=text)


def read(analysis: VoiceAnalysis) -> VoiceAnalysis:
    analyse(analysis_id=analysis.pk)
    analysis.refresh_from_db()
    return analysis


def test_a_site_is_read_and_a_draft_stands(world: World, bakery: HTTPServer) -> None:
    steps: list[str] = []
    analysis = asked(world, bakery.url_for("/"))
    assert [row.id for row in due_analyses()] == [analysis.pk]

    analyse(analysis_id=analysis.pk, progress=lambda step, sentence: steps.append(sentence))

    analysis.refresh_from_db()
    assert analysis.status == VoiceAnalysisStatus.DONE
    assert [page["error"] for page in analysis.pages][:2] == ["", ""]
    assert "no page at that address" in analysis.pages[2]["error"]
    assert steps[-1] == "Listening for the voice"
    draft = BrandVoice.objects.get(brand=world.brand)
    profile = VoiceProfile.from_json(draft.voice.reveal())
    assert draft.source == BrandVoice.Source.ANALYSED
    assert 3 <= len(profile.tone_attributes) <= 5
    assert profile.measures.words > 200
    assert all(text in TEXT for text in profile.example_texts)
    assert not due_analyses()


def test_pasted_texts_are_read_too(world: World) -> None:
    analysis = read(asked(world, text=TEXT))

    assert analysis.status == VoiceAnalysisStatus.DONE
    assert analysis.model_used == "offline"


def test_pasted_texts_stand_above_an_address_that_was_filled_in(world: World) -> None:
    assert asked(world, url="https://kiln.example", text=TEXT).url == ""


@pytest.mark.parametrize(
    ("text", "field", "sentence"),
    [("", "url", "Give an address"), ("...", "url", "Give"), ("a" * 50_001, "text", "50,000")],
)
def test_what_cannot_be_read_is_refused_at_the_door(
    world: World, text: str, field: str, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence) as caught:
        asked(world, text=text)
    assert caught.value.field == field


def test_too_little_text_fails_with_what_to_do(world: World) -> None:
    analysis = read(asked(world, text="We bake bread. It is good."))

    assert analysis.status == VoiceAnalysisStatus.FAILED
    assert "too few to hear a voice" in analysis.error


def test_the_same_address_has_the_same_answer_for_seven_days(
    world: World, bakery: HTTPServer
) -> None:
    first = read(asked(world, bakery.url_for("/")))
    requests = len(bakery.log)

    again = asked(world, bakery.url_for("/"))

    assert again.pk == first.pk
    assert len(bakery.log) == requests
    VoiceAnalysis.objects.filter(pk=first.pk).update(finished_at=now() - FRESH - timedelta(hours=1))
    assert asked(world, bakery.url_for("/")).status == VoiceAnalysisStatus.QUEUED


def test_one_reading_of_a_brand_runs_at_a_time(world: World) -> None:
    assert asked(world, text=TEXT).pk == asked(world, text=TEXT).pk


def test_a_rejection_reads_again_heeds_the_reason_and_differs(
    world: World, bakery: HTTPServer
) -> None:
    first = read(asked(world, bakery.url_for("/")))

    again = reject_analysis(
        analysis=first, reason="too formal, and never say “secret”", by=world.editor
    )
    read(again)

    before, after = (VoiceProfile.from_json(row.result.reveal()) for row in (first, again))
    assert again.previous_id == first.pk
    assert {tone.name for tone in before.tone_attributes}.isdisjoint(
        tone.name for tone in after.tone_attributes
    )
    assert after.writing_direction != before.writing_direction
    assert after.dimensions.formality < before.dimensions.formality
    assert "secret" in after.avoided_words
    with pytest.raises(Conflict):
        reject_analysis(analysis=first, reason="", by=world.editor)
    # A rejected answer answers nobody again; the new one does.
    assert asked(world, bakery.url_for("/")).pk == again.pk


def test_an_address_is_read_at_most_five_times_a_minute(world: World) -> None:
    for _ in range(5):
        asked(world, "https://kiln.example")
        VoiceAnalysis.objects.all().delete()
    with pytest.raises(TooMany):
        asked(world, "https://kiln.example")


def test_a_site_that_is_away_is_tried_again_later_and_then_fails(
    world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/").respond_with_data("", status=503)
    analysis = asked(world, httpserver.url_for("/"))

    read(analysis)
    assert analysis.status == VoiceAnalysisStatus.QUEUED
    assert analysis.due_at is not None
    assert analysis.due_at > now()
    assert "tries again by itself" in analysis.error
    for _ in range(2):
        VoiceAnalysis.objects.update(due_at=now())
        read(analysis)

    assert analysis.status == VoiceAnalysisStatus.FAILED
    assert analysis.error.startswith("Tried three times.")
    retry_analysis(analysis=analysis, by=world.editor)
    assert analysis.status == VoiceAnalysisStatus.QUEUED


def test_an_address_inside_the_house_is_never_asked(world: World) -> None:
    analysis = read(asked(world, "http://10.0.0.1/"))

    assert analysis.status == VoiceAnalysisStatus.FAILED


def test_a_worker_that_wakes_too_late_writes_nothing(world: World) -> None:
    analysis = asked(world, text=TEXT)

    def overtaken(step: str, sentence: str) -> None:
        VoiceAnalysis.objects.update(fence=99)

    analyse(analysis_id=analysis.pk, progress=overtaken)

    assert not BrandVoice.objects.exists()


def test_a_model_describes_and_the_counts_stay_counted(world: World) -> None:
    with double.script({"brand-voice-analyzer": [ANSWER]}) as calls:
        analysis = read(asked(world, text=TEXT))

    profile = VoiceProfile.from_json(analysis.result.reveal())
    assert analysis.model_used == "double:double"
    assert profile.tone_attributes[0].name == "Homely"
    assert profile.measures.words > 200
    assert profile.example_texts[0] == VOICES["craft"][0]
    assert "A line that nobody wrote anywhere in those texts." not in profile.example_texts
    assert calls[0].values.texts[0].startswith("The oven")  # type: ignore[attr-defined]


def test_a_model_that_stays_away_is_stood_in_for(world: World) -> None:
    away: list[Any] = [ModelUnavailable("busy", retry_after=1) for _ in range(3)]
    with double.script({"brand-voice-analyzer": away}):
        analysis = asked(world, text=TEXT)
        for _ in range(3):
            VoiceAnalysis.objects.update(due_at=now())
            read(analysis)

    assert (analysis.status, analysis.model_used) == (VoiceAnalysisStatus.DONE, "offline")


def test_another_brand_of_the_team_gets_the_answer_as_its_own(
    world: World, bakery: HTTPServer
) -> None:
    from brands.services.brands import create_brand

    read(asked(world, bakery.url_for("/")))
    with org_atomic():
        other = create_brand(values={"name": "Second bakery", "timezone": "UTC"}, by=world.owner)

    row = request_analysis(brand=other, by=world.editor, url=bakery.url_for("/"))

    assert (row.brand_id, row.status) == (other.pk, VoiceAnalysisStatus.DONE)
    draft = BrandVoice.objects.get(brand=other)
    assert VoiceProfile.from_json(draft.voice.reveal()).brand_name == "Second bakery"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, None),
        ({"tone_attributes": []}, "tone_attributes"),
        ({"summary": " "}, "summary"),
        ({"examples": ["Invented."]}, "word for word"),
    ],
)
def test_an_answer_is_checked_before_it_is_believed(
    change: dict[str, Any], sentence: str | None
) -> None:
    spec = brand_voice_analyzer.SPEC
    values = spec.input_type(known=[], texts=[TEXT], rejected="", reason="")
    assert spec.check is not None

    wrong = spec.check(values, spec.output_type.model_validate({**ANSWER, **change}))

    assert wrong is None if sentence is None else sentence in str(wrong)


def test_the_tone_that_was_turned_down_is_not_taken_again() -> None:
    spec = brand_voice_analyzer.SPEC
    rejected = "Homely.\nTone: Homely, Plain, Proud.\nDirection: x."
    values = spec.input_type(known=[], texts=[TEXT], rejected=rejected, reason="no")
    assert spec.check is not None

    assert "turned down" in str(spec.check(values, spec.output_type.model_validate(ANSWER)))


ANSWER: dict[str, Any] = {
    "brand_name": "Kiln",
    "business_type": "Bakery",
    "location": "Penryn",
    "audience": "Neighbours",
    "price_range": "mid-range",
    "selling_points": ["Thirty-six hours", "Own mill"],
    "archetype": "Everyman",
    "personality": "A baker at the counter.",
    "tone_attributes": [
        {"name": name, "description": "It shows."} for name in ("Homely", "Plain", "Proud")
    ],
    "vocabulary": [
        {"category": "Bread", "terms": ["rye", "crust", "dough", "tins", "flour"]},
        {"category": "People", "terms": ["Rose", "school", "neighbour", "children", "bus"]},
    ],
    "writing_style": [{"rule": f"Rule {n}", "description": "So."} for n in range(3)],
    "avoidances": ["Superlatives", "Haste"],
    "writing_direction": "Tell what happened.",
    "summary": "A bakery that tells what happened.",
    "formality": 30,
    "enthusiasm": 20,
    "technicality": 10,
    "examples": [VOICES["craft"][0], "A line that nobody wrote anywhere in those texts."],
}
