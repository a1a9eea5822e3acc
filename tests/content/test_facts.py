"""Facts by their form, at their exact places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.services.facts import Fact, facts_of
from tests.content.materials import MATERIALS


def kinds(text: str) -> list[tuple[str, str]]:
    return [(fact.kind, fact.text) for fact in facts_of(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It costs €189.", [("price", "€189")]),
        (
            "It costs £365,000 or 1.2 million euros.",
            [("price", "£365,000"), ("price", "1.2 million euros")],
        ),
        ("Die Suppe kostet 8,50 Euro.", [("price", "8,50 Euro")]),
        ("We ship from 3 March.", [("date", "3 March")]),
        ("Ab dem 1. Dezember.", [("date", "1. Dezember")]),
        (
            "Le 15 janvier 2027, de 18 h à 20 h.",
            [("date", "15 janvier 2027"), ("date", "18 h"), ("date", "20 h")],
        ),
        ("El 3 de mayo de 2027.", [("date", "3 de mayo de 2027")]),
        ("On March 3, 2026 at 4 a.m.", [("date", "March 3, 2026"), ("date", "4 a.m.")]),
        ("Since 2019.", [("date", "2019")]),
        ("On 2026-03-01 and 01.03.2026.", [("date", "2026-03-01"), ("date", "01.03.2026")]),
        ("We sold 6,400 bicycles.", [("number", "6,400 bicycles")]),
        (
            "About 83 % of them and 70 percent of us.",
            [("number", "83 %"), ("number", "70 percent")],
        ),
        ("It is a 2.3-kilometre way.", [("number", "2.3-kilometre")]),
        ("From 8 and 9.", [("number", "8"), ("number", "9")]),
        ("Then Miriam Hoffmann spoke.", [("name", "Miriam Hoffmann")]),
        ("It is Mira Lang of Harbour Boats.", [("name", "Mira Lang of Harbour Boats")]),
        ("Reservieren Sie Ihren Platz.", []),
        ("The Old Bridge is closed.", [("name", "Old Bridge")]),
        ("“This is the most used way,” she says.", [("quote", "“This is the most used way,”")]),
        ("„Das ist der beste Weg“, sagt sie.", [("quote", "„Das ist der beste Weg“")]),
        ("It takes twelve days.", [("number", "twelve days")]),
        ("No facts here, only words.", []),
        ("", []),
    ],
)
def test_a_fact_is_found_by_its_form(text: str, found: list[tuple[str, str]]) -> None:
    assert kinds(text) == found


def test_a_quotation_keeps_the_figures_in_it() -> None:
    text = "“We carried it for 600 kilometres in 2019,” he says."
    assert kinds(text) == [("quote", "“We carried it for 600 kilometres in 2019,”")]


def test_key_points_are_the_sentences_that_they_were_made_of() -> None:
    text = "The mast is of fir. It takes twelve days to build one mast. Bring yours."
    points = ["Building one mast takes twelve days", "Bring yours."]
    found = facts_of(text, key_points=points)
    assert [fact.text for fact in found if fact.kind == "claim"] == [
        "It takes twelve days to build one mast.",
        "Bring yours.",
    ]
    assert [fact.text for fact in found if fact.kind != "claim"] == ["twelve days"]
    assert len(facts_of(text, key_points=["Whales sing at night", ""])) == 1


@pytest.mark.parametrize("name", sorted(MATERIALS))
def test_every_fact_stands_where_it_says(name: str) -> None:
    text = MATERIALS[name].text
    found = facts_of(text, key_points=[line for line in text.split("\n\n") if line][:3])
    assert all(text[fact.start : fact.end] == fact.text for fact in found)
    marks = [fact for fact in found if fact.kind != "claim"]
    pairs = zip(marks, marks[1:], strict=False)
    assert all(first.end <= second.start for first, second in pairs)


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=3))
def test_any_text_gives_facts_in_their_places(text: str, points: list[str]) -> None:
    found = facts_of(text, key_points=points)
    assert all(text[fact.start : fact.end] == fact.text and fact.text for fact in found)
    assert found == sorted(found, key=lambda fact: (fact.start, -fact.end))


def test_no_more_facts_are_kept_than_a_page_can_show() -> None:
    found = facts_of(" ".join(f"{number} masts," for number in range(2_000)))
    assert len(found) == 80
    assert isinstance(found[0], Fact)
