"""One text made to suit another network: hashtags, longer, cut at sentences, or by a model."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from config.kernel.errors import Invalid
from config.kernel.llm import double
from config.kernel.llm.answers import answer_store
from config.kernel.llm.options import option_source
from config.kernel.llm.routes import route_source
from content.agents.adapter import (
    SPEC,
    Adapted,
    AdapterInput,
    AdapterOutput,
    adapt,
    shortened,
    try_offline,
    way_for,
)
from content.agents.briefs import BrandBrief, Draft, PlatformRules

ORGANIZATION = uuid4()
TEXT = (
    "Our rye is back on Friday. We bake 120 loaves at 4 a.m. and sell them until they are gone. "
    "The flour comes from the mill in Ashford, eleven miles away. "
    "Come early, and bring a bag."
)
DRAFT = Draft(text=TEXT, hashtags=["Rye", "Bakery"], angle="storytelling", cited=["a"])
BRAND = BrandBrief(name="Miller's Bakery", tone=["friendly"])
FACTS = [
    "The dough rests for 22 hours.",
    "Our rye is back on Friday.",
    "A loaf costs $4.80.",
    "Nora Miller opened the shop in 1998.",
]


@pytest.fixture(autouse=True)
def _nobody_keeps_books(monkeypatch: pytest.MonkeyPatch) -> None:
    for slot in (answer_store, route_source, option_source):
        monkeypatch.setattr(slot, "_value", None)


def rules(most: int, tags: int | None = None) -> PlatformRules:
    return PlatformRules(slug="p", label="Place", max_characters=most, hashtags_max=tags)


def made(draft: Draft, limits: PlatformRules, **changes: Any) -> Adapted:
    given: dict[str, Any] = {"written_for": 300, "facts": FACTS, **changes}
    return adapt(
        draft,
        given.pop("brand", BRAND),
        limits,
        written_by="offline",
        organization_id=ORGANIZATION,
        step_key="s",
        **given,
    )


@pytest.mark.parametrize(
    ("most", "written_for", "way"),
    [(500, 600, "hashtags"), (150, 600, "cut"), (3000, 300, "expanded"), (340, 300, "hashtags")],
)
def test_the_way_follows_from_the_limits(most: int, written_for: int, way: str) -> None:
    assert way_for(DRAFT, rules(most), written_for=written_for) == way


def test_what_fits_only_changes_its_hashtags() -> None:
    brand = BrandBrief(name="b", default_hashtags=["rye", "Ashford"])

    found = made(DRAFT, rules(340, tags=2), brand=brand)

    assert (found.way, found.draft.text, found.cost_micros) == ("hashtags", TEXT, 0)
    assert found.draft.hashtags == ["rye", "Ashford"]


def test_hashtags_go_before_a_sentence_does() -> None:
    found = made(DRAFT, rules(len(TEXT) + 6), written_for=3000)

    assert (found.way, found.draft.text, found.draft.hashtags) == ("hashtags", TEXT, ["Rye"])


def test_a_long_text_is_cut_at_the_end_of_a_sentence() -> None:
    found = made(DRAFT, rules(120), written_for=3000)

    assert found.way == "cut" and found.model_used == "offline"
    assert found.draft.text == TEXT[: TEXT.index(" The flour")]
    assert rules(120).fits(found.draft.composed())


def test_offline_a_short_beginning_is_better_than_nothing_and_half_a_sentence_is_not() -> None:
    assert made(DRAFT, rules(60), written_for=3000).draft.text == "Our rye is back on Friday."
    with pytest.raises(Invalid) as caught:
        made(DRAFT, rules(20), written_for=3000)
    assert caught.value.code == "cannot_adapt"


def test_a_model_compresses_where_a_cut_would_leave_too_little() -> None:
    long = DRAFT.model_copy(update={"text": "Rye. " + "and more bread " * 20 + "today."})
    with double.script({"adapter": [{"text": "Rye, and more bread today."}]}) as calls:
        found = made(long, rules(120), written_for=3000)

    assert (found.way, found.draft.text) == ("compressed", "Rye, and more bread today.")
    asked = calls[0].values
    assert isinstance(asked, AdapterInput)
    assert asked.task.startswith("Shorten it to at most 106 characters") and asked.facts == []


def test_offline_a_short_text_gains_the_materials_own_sentences() -> None:
    found = made(DRAFT, rules(3000))

    assert found.way == "expanded"
    assert found.draft.text.startswith(TEXT[:-30]) and found.draft.text.count("Friday") == 1
    assert found.draft.cited == ["a", FACTS[0], FACTS[2], FACTS[3]]
    assert all(fact in found.draft.text for fact in found.draft.cited[1:])


def test_what_is_added_stands_before_the_question_at_the_end() -> None:
    asking = DRAFT.model_copy(update={"text": "Our rye is back. Who is in?"})

    found = made(asking, rules(3000), facts=FACTS[:1])

    assert found.draft.text == "Our rye is back. The dough rests for 22 hours.\n\nWho is in?"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("x" * 500, "too long"),
        ("Our rye is back. We bake 900 loaves.", "neither in the text nor in the facts: 900"),
        ("Our rye is back at 4 a.m., and a loaf costs $4.80.", "missing: 120"),
    ],
)
def test_a_models_text_keeps_the_facts_and_the_limit(text: str, says: str) -> None:
    from content.agents.adapter import _wrong

    asked = AdapterInput(brand="", voice="", rules=[], facts=FACTS, text=TEXT, task="t")

    assert says in str(_wrong(DRAFT, asked, AdapterOutput(text=text), rules(400)))


def test_the_adapter_writes_at_half_the_usual_freedom() -> None:
    assert SPEC.temperature == 0.5


def test_nothing_fits_nothing() -> None:
    assert shortened(DRAFT.model_copy(update={"text": ""}), rules(10)) is None


def test_operators_can_try_it_without_a_model() -> None:
    asked = AdapterInput(
        brand="",
        voice="",
        rules=[],
        facts=[],
        text=TEXT,
        task="Shorten it to at most 100 characters",
    )

    assert try_offline(asked).text == TEXT[: TEXT.index(" The flour")]
