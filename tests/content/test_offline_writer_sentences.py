"""Where sentences end, and which of them may stand in a post."""

from __future__ import annotations

import pytest

from config.kernel.language.keywords import keywords_of
from config.kernel.language.sentences import sentences_of


def texts(text: str, language: str = "en") -> list[str]:
    return [sentence.text for sentence in sentences_of(text, language=language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith met J. R. Miller. It rained.", ["Dr. Smith met J. R. Miller."]),
        ("It weighs 3.5 kg, i.e. little. We ship it.", ["It weighs 3.5 kg, i.e. little."]),
        ("We open at 4 a.m. Every loaf counts.", ["We open at 4 a.m.", "Every loaf counts."]),
        ("Visit us in St. Pauls on Monday.", ["Visit us in St. Pauls on Monday."]),
        (
            "She said: “I like it. I do.” We all agree.",
            ["She said: “I like it. I do.”", "We all agree."],
        ),
        ("See acme.example/a.b for more bread. Good.", ["See acme.example/a.b for more bread."]),
        ("Wait… what is that? Bread is back!", ["Wait… what is that?", "Bread is back!"]),
    ],
)
def test_points_that_end_nothing_split_nothing(text: str, expected: list[str]) -> None:
    assert texts("Bread comes first. " + text)[1 : 1 + len(expected)] == expected


def test_german_dates_and_quotations_stay_whole() -> None:
    text = "Am 3. März öffnen wir z. B. um 8 Uhr. „Das ist toll. Wirklich“, sagt Anna Weber."

    assert texts(text, "de") == [
        "Am 3. März öffnen wir z. B. um 8 Uhr.",
        "„Das ist toll. Wirklich“, sagt Anna Weber.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# Opening hours",
        "Opening hours",
        "What is new:",
        "Read more about our bread here.",
        "Subscribe to our newsletter for weekly recipes.",
        "All rights reserved by the bakery.",
        "In this article we show how bread is made.",
        "As shown above, the oven is hot.",
        "BREAD SALE NOW ON IN EVERY SHOP!",
        "we use cookies to improve the site.",
        "Photo: Anna Weber.",
        "a fragment without a beginning.",
        "This sentence never comes to its",
    ],
)
def test_headings_menus_and_halves_are_no_sentences(text: str) -> None:
    assert texts(f"Bread is back on Friday.\n\n{text}\n\nWe bake from four.") == [
        "Bread is back on Friday.",
        "We bake from four.",
    ]


def test_list_items_become_sentences_without_their_marks() -> None:
    assert texts(
        "What is new:\n- dark mode\n* Export to CSV (beta)\n1. The calendar is faster;"
    ) == [
        "Dark mode.",
        "Export to CSV (beta).",
        "The calendar is faster.",
    ]


def test_an_item_that_goes_on_in_the_next_line_is_whole() -> None:
    text = "- Faster search, even in workspaces with a million\n  documents.\n- Dark mode"

    assert texts(text) == [
        "Faster search, even in workspaces with a million documents.",
        "Dark mode.",
    ]


def test_a_note_without_a_full_stop_is_still_a_note() -> None:
    assert texts("Closed on Monday") == ["Closed on Monday."]


def test_wrapped_lines_are_one_paragraph() -> None:
    assert texts("Our bread is back\nand it is better\nthan ever.") == [
        "Our bread is back and it is better than ever."
    ]


def test_what_leans_on_a_sentence_that_went_goes_too() -> None:
    text = "Read more here about bread. It is baked at four. We open the shop on Friday at six."

    assert texts(text) == ["We open the shop on Friday at six."]


@pytest.mark.parametrize(
    ("sentence", "leans"),
    [
        ("It is baked at four.", True),
        ("However, we close early.", True),
        ("You can buy it again on Friday.", True),
        ("Half of them found work.", True),
        ("This Friday we open late.", False),
        ("Members say that they train early.", False),
        ("A loaf stays fresh because it rests.", False),
        ("Please return these bottles.", True),
        ("Half of that went into better milk.", True),
        ("Nobody noticed anything.", True),
        ("We bake sourdough on Fridays instead.", True),
    ],
)
def test_a_sentence_that_points_back_leans_on_the_one_before(sentence: str, leans: bool) -> None:
    found = sentences_of(f"Bread is back in the shop. {sentence}", language="en")

    assert found[1].leans is leans


def test_the_same_sentence_is_taken_once() -> None:
    assert texts("Bread is back.\n\nBread is back.") == ["Bread is back."]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The rye bread is back. We love our rye bread.", "en", "rye bread"),
        ("Every loaf costs two pounds. The loaf stays fresh.", "en", "loaf"),
        ("Das Brot ist da. Unser Brot ruht lange.", "de", "Brot"),
        ("Le pain est de retour. Notre pain repose.", "fr", "pain"),
        ("El pan ha vuelto. Nuestro pan reposa.", "es", "pan"),
    ],
)
def test_keywords_are_the_things_a_text_speaks_of(text: str, language: str, expected: str) -> None:
    assert keywords_of(sentences_of(text, language=language))[0] == expected
