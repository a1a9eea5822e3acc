"""Analyst and copywriter: by a model's double, and the analyst by extraction."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from config.kernel.llm import double
from config.kernel.llm.answers import answer_store, full_key
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.llm.options import option_source
from config.kernel.llm.routes import route_source
from content.agents import (
    ANGLES,
    Analysis,
    BrandBrief,
    Draft,
    MaterialBrief,
    PlatformRules,
    analyse,
    analyse_offline,
    write,
)
from content.agents.analyst import SPEC as ANALYST
from content.agents.copywriter import SPEC as COPYWRITER
from content.agents.copywriter import CopywriterInput, _wrong
from content.models import Angle
from tests.content.materials import MATERIALS

ORGANIZATION = uuid4()
BRAND = BrandBrief(
    name="Miller's Bakery",
    target_audience="People around Elm Street",
    tone=["friendly"],
    personality="A neighbour who happens to bake.",
    custom_context="Never call our bread artisanal.",
    words_to_avoid=["artisanal"],
    pillars=["Our bread", "Behind the scenes", "Offers"],
    example_posts=["one", "two", "three", "four"],
    recent_posts=[f"post {n}" for n in range(30)],
)
RULES = PlatformRules(slug="short", label="Short", max_characters=300, max_bytes=3000)
ANALYSIS = Analysis(
    summary="Rye is back.",
    key_points=["It is baked at 4 a.m."] * 9,
    keywords=["rye"] * 20,
    suggested_angles=["storytelling", "storytelling", "promotional"],
    type="product",
    sentiment="positive",
    audience="a" * 300,
    pillar="Our bread",
    language="EN",
)
MATERIAL = MaterialBrief(text="Our rye is back.", source_url="https://bakery.example/rye")


@pytest.fixture(autouse=True)
def _nobody_keeps_books(monkeypatch: pytest.MonkeyPatch) -> None:
    """No stored answers, options or routes of organizations: these tests touch no table."""
    monkeypatch.setattr(option_source, "_value", None)
    monkeypatch.setattr(answer_store, "_value", None)
    monkeypatch.setattr(route_source, "_value", None)


# -- By a model ----------------------------------------------------------------------------------


def test_the_analyst_asks_the_model_and_trims_what_it_says() -> None:
    with double.script({"analyst": [ANALYSIS]}) as calls:
        found = analyse(MATERIAL, BRAND, organization_id=ORGANIZATION, step_key="m1")

    assert (found.model_used, found.is_offline) == ("double:double", False)
    assert len(found.analysis.key_points) == 7
    assert len(found.analysis.keywords) == 15
    assert found.analysis.suggested_angles == ["storytelling", "promotional"]
    assert (len(found.analysis.audience), found.analysis.language) == (200, "en")
    assert calls[0].values.model_dump()["pillars"] == list(BRAND.pillars)


def test_the_analysts_answer_is_checked() -> None:
    check: Any = ANALYST.check
    asked = ANALYST.input_type(title="", material="m", brand="b", audience="", pillars=["Bread"])

    assert "one of ['Bread']" in check(asked, ANALYSIS)
    assert "empty" in check(asked, ANALYSIS.model_copy(update={"summary": " "}))
    assert check(asked, ANALYSIS.model_copy(update={"pillar": ""})) is None


def test_the_copywriter_is_given_brand_platform_and_faults() -> None:
    draft = Draft(text=" Rye is back. ", hashtags=["#Rye", "Rye", ""], angle="educational")
    with double.script({"copywriter": [draft]}) as calls:
        written = write(
            BRAND,
            MATERIAL,
            ANALYSIS,
            "storytelling",
            RULES,
            organization_id=ORGANIZATION,
            step_key="g1:a",
            request="Mention Friday.",
            faults=["The text has 400 characters."],
            shown=["Another text."],
        )

    asked = calls[0].values
    assert isinstance(asked, CopywriterInput)
    assert asked.brand.startswith("Never call our bread artisanal.\nname: Miller's Bakery")
    assert "words to avoid: artisanal" in asked.rules and "at most 1 emoji" in asked.rules
    assert asked.platform[0] == "Short, at most 300 characters with hashtags and link"
    assert "a link of 26 characters is added" in asked.platform
    assert (len(asked.examples), len(asked.recent_posts)) == (3, 20)
    assert asked.faults == ["The text has 400 characters."] and asked.request == "Mention Friday."
    # Angle and link are ours, whatever the model says.
    assert written.draft == Draft(
        text="Rye is back.",
        hashtags=["Rye"],
        angle="storytelling",
        link="https://bakery.example/rye",
    )


def test_a_text_over_the_limit_is_sent_back() -> None:
    long = Draft(text="Bread. " * 60, angle="storytelling")

    assert "Short takes 300" in str(_wrong(long, "storytelling", RULES, ""))
    assert _wrong(Draft(text="Bread.", angle="storytelling"), "storytelling", RULES, "") is None
    assert _wrong(Draft(text=" ", angle="storytelling"), "storytelling", RULES, "") is not None


def test_a_model_that_is_away_is_not_hidden() -> None:
    with double.script({"analyst": [ModelUnavailable("busy")]}), pytest.raises(ModelUnavailable):
        analyse(MATERIAL, BRAND, organization_id=ORGANIZATION, step_key="m1")


@pytest.mark.parametrize("spec", [ANALYST, COPYWRITER], ids=lambda spec: spec.name)
def test_every_agent_keeps_the_contract(spec: Any) -> None:
    fields = {**spec.input_type.model_fields, **spec.output_type.model_fields}

    assert spec.name and spec.version and spec.purpose and len(spec.instructions) > 200
    assert all("dict" not in str(field.annotation) for field in fields.values())
    assert all(
        f"- {name}" in spec.instructions or name in spec.instructions
        for name in spec.output_type.model_fields
    )
    assert len(full_key(spec, "x" * 300)) <= 120
    assert 5 <= spec.deadline_seconds <= 120 and spec.max_tokens <= 4_000


def test_the_angles_are_those_of_the_rows() -> None:
    assert tuple(Angle.values) == ANGLES


# -- By extraction -------------------------------------------------------------------------------


def test_without_a_model_the_analyst_extracts() -> None:
    found = analyse(
        MATERIALS["bakery"], BRAND, organization_id=ORGANIZATION, step_key="m1"
    ).analysis

    assert found.pillar == "Our bread"
    assert found.audience == "People around Elm Street"
    assert found.language == "en"
    assert found.keywords[0] == "rye bread"
    assert "A loaf costs £4.20." in found.key_points
    assert found.suggested_angles[0] == "storytelling"


def test_an_offline_analysis_keeps_to_its_numbers_and_its_material() -> None:
    for name, material in MATERIALS.items():
        found = analyse_offline(material, BRAND).analysis
        text = " ".join(material.text.split())

        assert found.summary and len(found.summary) <= 700, name
        assert 1 <= len(found.key_points) <= 7, name
        assert all(point.rstrip(".") in text for point in found.key_points), name
        assert 1 <= len(found.keywords) <= 15, name
        assert all(word.split()[0] in f"{text} {material.title}" for word in found.keywords), name
        assert 3 <= len(found.suggested_angles) <= 5, name
        assert len(set(found.suggested_angles)) == len(found.suggested_angles), name
        assert found.pillar in BRAND.pillars, name


@pytest.mark.parametrize(
    ("name", "kind", "sentiment"),
    [
        ("product launch", "product", "informative"),
        ("how-to", "tutorial", "informative"),
        ("opinion", "opinion", "informative"),
        ("conference", "announcement", "informative"),
        ("recall", "article", "urgent"),
        ("saas release notes", "announcement", "informative"),
    ],
)
def test_kind_and_sentiment_are_told_by_the_words(name: str, kind: str, sentiment: str) -> None:
    found = analyse_offline(MATERIALS[name], BRAND).analysis

    assert (found.type, found.sentiment) == (kind, sentiment)


@pytest.mark.parametrize(("name", "language"), [("restaurant german", "de"), ("french", "fr")])
def test_the_language_is_the_materials(name: str, language: str) -> None:
    assert analyse_offline(MATERIALS[name], BRAND).analysis.language == language


def test_a_material_without_words_gives_an_empty_analysis_and_no_error() -> None:
    found = analyse_offline(MaterialBrief(text="***", title="Picture"), BRAND).analysis

    assert (found.summary, found.key_points, found.keywords) == ("Picture", [], [])
