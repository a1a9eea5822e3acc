"""The strategist without a model: it repeats what was said, and names what was not."""

from __future__ import annotations

from typing import Any

import pytest

from brands.agents.strategist import (
    INSTRUCTIONS,
    OUTPUTS,
    StrategistInput,
    spec_for,
    strategise,
    strategise_offline,
)
from brands.strategy.known import CompetitorPage, Known
from brands.strategy.layout import LAYOUTS, STAGES, as_markdown, parts_of, tidied
from config.kernel.llm import double
from config.kernel.llm.agents import agents

KNOWN = Known(
    brand="Harbour & Pine",
    business_type="Boat yard",
    location="Kiel",
    audience="People who fit out small boats",
    selling_points=("Masts planed by hand in twelve days", "Seven coats of varnish"),
    tone=("friendly",),
    pillars=("Craft", "Offers"),
    passages=(("Price list", "Measuring a mast costs nothing. A boom takes four days."),),
    pages=(
        CompetitorPage(
            "Oak & Co",
            "https://oak.example",
            "Oak & Co",
            "Oak & Co builds carbon masts for racing yachts. Carbon masts are light.",
            ("instagram.example",),
        ),
        CompetitorPage("Gone", "https://gone.example", error="The page does not answer."),
    ),
    asked={
        "competitors": ["Oak & Co https://oak.example", "Gone https://gone.example"],
        "objectives": ["More enquiries", "Peace of mind"],
        "query": "wooden masts",
        "channels": ["Hosted page"],
    },
)
EMPTY = Known(brand="Nameless")


def words(result: dict[str, Any]) -> str:
    return " ".join(str(value) for name, value in result.items() if name not in ("missing",))


@pytest.mark.parametrize("kind", LAYOUTS)
def test_every_kind_is_worked_out_in_its_form_and_says_what_it_rests_on(kind: str) -> None:
    worked = strategise_offline(kind, KNOWN)
    assert set(worked.result) == {part.name for part in parts_of(kind)} | {"basis", "missing"}
    assert worked.model_used == "offline"
    assert worked.result["basis"]


@pytest.mark.parametrize("kind", LAYOUTS)
def test_of_a_brand_that_says_nothing_it_only_names_what_is_missing(kind: str) -> None:
    result = strategise_offline(kind, EMPTY).result
    assert result["missing"]
    assert not any(character.isdigit() for character in words(result))


def test_a_position_is_made_of_what_the_brand_says() -> None:
    result = strategise_offline("positioning", KNOWN).result
    assert result["statement"] == (
        "For people who fit out small boats, Harbour & Pine is a boat yard in Kiel: "
        "Masts planed by hand in twelve days."
    )
    assert "Measuring a mast costs nothing." in result["company"]
    assert any("Gone" in line for line in result["missing"])


def test_competitors_are_quoted_and_the_difference_is_ours() -> None:
    result = strategise_offline("competition", KNOWN).result
    assert [row["name"] for row in result["competitors"]][:2] == ["Oak & Co", "Gone"]
    assert "carbon masts for racing yachts" in result["competitors"][0]["message"]
    assert result["competitors"][1]["message"] == "not known"
    assert "Seven coats of varnish" in " ".join(result["messaging"])
    assert any("instagram.example" in line for line in result["channel"])


def test_a_funnel_has_four_stages_and_indicators_no_made_up_target() -> None:
    assert [row["stage"] for row in strategise_offline("funnel", KNOWN).result["stages"]] == list(
        STAGES
    )
    rows = strategise_offline("kpis", KNOWN).result["indicators"]
    assert {row["target"] for row in rows} == {"not known"}
    assert rows[0]["metric"] == "Enquiries a month"
    assert rows[1]["metric"] == "not known"


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "nl", "pt", "fi"])
def test_keywords_say_that_nobody_counted_searches(language: str) -> None:
    known = Known(brand="B", language=language, location="Kiel", asked={"query": "masts"})
    rows = strategise_offline("keywords", known).result["keywords"]
    assert {row["volume"] for row in rows} == {"not known"}
    assert len({row["keyword"].casefold() for row in rows}) == len(rows) >= 6
    assert any("Kiel" in row["keyword"] for row in rows)


def test_a_model_answers_in_the_form_of_the_kind_and_is_asked_with_data_only() -> None:
    lists = ("goals", "messages", "contents", "channels", "metrics")
    said = {name: [f"{name} {stage}" for stage in STAGES] for name in lists}
    with double.script({"strategist": [said]}) as calls:
        worked = strategise("funnel", KNOWN, organization_id=None, step_key="s")
    assert worked.result["stages"][3]["metric"] == "metrics retention"
    assert worked.model_used == "double:double"
    asked = calls[0].values
    assert isinstance(asked, StrategistInput)
    assert any("carbon masts" in page for page in asked.competitor_pages)
    assert "carbon" not in INSTRUCTIONS


@pytest.mark.parametrize(
    ("kind", "output", "sentence"),
    [
        ("kpis", {"objectives": ["a"], "targets": []}, "equally long"),
        ("funnel", {"goals": ["a"]}, "equally long"),
        ("keywords", {}, None),
    ],
)
def test_uneven_lists_are_sent_back(
    kind: str, output: dict[str, Any], sentence: str | None
) -> None:
    check = spec_for(kind).check
    assert check is not None
    fields: dict[str, Any] = {name: [] for name in OUTPUTS[kind].model_fields}
    found = check(None, OUTPUTS[kind].model_validate({**fields, **output}))  # type: ignore[arg-type]
    assert (sentence in found) if sentence and found else found is sentence


def test_it_stands_in_the_registry_by_its_name() -> None:
    assert agents["strategist"].name == "strategist"


def test_markdown_keeps_what_was_typed_from_making_headings_and_cells() -> None:
    result = tidied("positioning", {"statement": "# Not a title\n[x](y)", "tone": ["a|b"]})
    text = as_markdown("A * B", "positioning", result)
    assert "\n# " not in text
    assert "\\[x\\]" in text
    assert "- a\\|b" in text


def test_what_is_too_long_is_cut_and_unknown_choices_are_mended() -> None:
    row = {"keyword": "k" * 700, "intent": "?", "priority": "", "idea": "x"}
    result = tidied("keywords", {"keywords": [row, {}], "other": "gone"})
    assert len(result["keywords"]) == 1
    assert len(result["keywords"][0]["keyword"]) == 600
    assert result["keywords"][0]["intent"] == "navigational"
    assert "other" not in result
