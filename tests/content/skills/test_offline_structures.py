"""The offline writer follows a structure as far as the material has what it asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from content.agents import BrandBrief, MaterialBrief, PlatformRules, analyse_offline, write_offline
from content.skills.reading import read_structure
from content.skills.starters import STARTERS
from content.skills.structure import Structure
from tests.content.materials import MATERIALS

BRAND = BrandBrief(name="Harbour & Pine", emoji_usage="minimal")
RULES = PlatformRules(slug="long", label="Long", max_characters=3_000)
SHORT = PlatformRules(slug="short", label="Short", max_characters=300)
MATERIAL = MaterialBrief(
    title="Wooden masts in twelve days",
    language="en",
    text=(
        "Our workshop now rebuilds wooden masts in twelve days. Why does a mast rot from the "
        "inside? Rain creeps under old varnish and stays there for years. Every mast is planed by "
        "hand from Douglas fir. Already 34 boats went back to sea with a new mast. "
        "Yesterday the hundredth mast left the yard. Visit the workshop and bring your old "
        "mast on Friday. A mast is not sprayed but brushed with varnish. The seventh coat of "
        "varnish needs 21 days to dry.\n\n"
        "“My mast came back straighter than the day I bought it,” says Ingrid Holm of Petrel.\n\n"
        "- Planed by hand from Douglas fir beams.\n- Seven coats of clear varnish.\n"
        "- Fittings are cleaned and set again.\n- Rigging is measured before it leaves.\n"
    ),
)


def written(structure: Structure, rules: PlatformRules = RULES, **brand: object) -> str:
    dressed = replace(BRAND, **brand)  # type: ignore[arg-type]
    analysis = analyse_offline(MATERIAL, dressed).analysis
    answer = write_offline(dressed, MATERIAL, analysis, "product_focus", rules, structure=structure)
    return answer.draft.text


@pytest.mark.parametrize(
    "hook", ["statement", "question", "number", "quote", "command", "story", "contrast"]
)
def test_it_opens_as_asked_where_the_material_can(hook: str) -> None:
    assert read_structure(written(Structure(hook=hook))).hook == hook


@pytest.mark.parametrize(
    ("closing", "ends"),
    [("question", ("?",)), ("call", (".", "!")), ("thanks", (".", "!")), ("none", (".", "”"))],
)
def test_it_closes_as_asked(closing: str, ends: tuple[str, ...]) -> None:
    assert written(Structure(closing=closing)).endswith(ends)


def test_it_ends_with_a_figure_where_a_fact_is_asked_for() -> None:
    assert read_structure(written(Structure(closing="fact", body="proof"))).closing == "fact"


@pytest.mark.parametrize(("body", "mark"), [("list", "– "), ("steps", "→ ")])
def test_points_come_a_line_each(body: str, mark: str) -> None:
    lines = [line for line in written(Structure(body=body)).splitlines() if line.startswith(mark)]
    assert len(lines) > 1
    assert all(line.removeprefix(mark) in " ".join(MATERIAL.text.split()) for line in lines)


def test_nothing_follows_the_opening_where_nothing_is_asked_for() -> None:
    assert written(Structure(body="none", closing="none", length="short")).count(".") <= 2


@pytest.mark.parametrize(
    ("length", "most"), [("line", 140), ("short", 320), ("medium", 650), ("long", 1_400)]
)
def test_it_keeps_to_the_length(length: str, most: int) -> None:
    assert len(written(Structure(length=length, closing="none"))) <= most


def test_breaks_stand_as_asked() -> None:
    one = written(Structure(paragraphs="one", closing="none"))
    many = written(Structure(paragraphs="many", closing="none"))
    assert "\n" not in one
    assert many.count("\n\n") > 2


def test_the_brand_stands_above_the_structure() -> None:
    assert written(Structure(closing="call"), cta_style="none").count("?") == 0
    assert "🧵" not in written(Structure(emoji="throughout"), emoji_usage="none")


def test_the_same_structure_gives_the_same_text() -> None:
    assert all(written(one) == written(one) for one in STARTERS)


@pytest.mark.parametrize("name", sorted(MATERIALS))
def test_every_sentence_stays_the_materials_own(name: str) -> None:
    material = MATERIALS[name]
    known = " ".join(material.text.split())
    analysis = analyse_offline(material, BRAND).analysis
    for structure in STARTERS:
        for rules in (RULES, SHORT):
            draft = write_offline(
                BRAND, material, analysis, "educational", rules, structure=structure
            ).draft
            assert rules.fits(draft.composed())
            assert draft.cited
            assert all(" ".join(one.split()).rstrip(".")[:30] in known for one in draft.cited)
