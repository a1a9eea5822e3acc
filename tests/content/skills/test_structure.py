"""A structure holds words of a closed list and nothing else, whatever it was read from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.errors import Invalid
from content.skills.reading import read_structure
from content.skills.starters import STARTERS
from content.skills.structure import (
    Structure,
    describe,
    describe_change,
    lines_for_writer,
    name_of,
)
from content.skills.vocabulary import PARTS

WORDS = {word for words in PARTS.values() for word in words}
STRUCTURES = st.builds(
    Structure, **{part: st.sampled_from(list(words)) for part, words in PARTS.items()}
)
MARKS = st.sampled_from(
    [
        *"?!.,:;#@\"“”„«»'’–•→-123 \n",
        "\n\n",
        "- ",
        "1. ",
        "🎉",
        "https://a.example/b",
        "#Tag ",
        "We ",
    ]
)
POSTS = st.lists(st.one_of(st.text(max_size=30), MARKS), max_size=40).map("".join)


@given(POSTS)
def test_any_text_gives_only_words_of_the_closed_list(text: str) -> None:
    structure = read_structure(text)
    assert set(structure.as_json()) == set(PARTS)
    assert set(structure.as_json().values()) <= WORDS
    assert Structure.from_json(json.loads(structure.canonical())) == structure


@given(st.text(max_size=60))
def test_no_text_can_be_a_part(text: str) -> None:
    for part in PARTS:
        if text not in PARTS[part]:
            with pytest.raises(Invalid):
                Structure(**{part: text})


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        "hook",
        {},
        {"hook": "question"},
        {**Structure().as_json(), "note": "our secret"},
        {**Structure().as_json(), "hook": 3},
        {**Structure().as_json(), "hook": "Question"},
        {**Structure().as_json(), "hook": ["question"]},
    ],
)
def test_only_the_eight_parts_are_read_back(values: Any) -> None:
    with pytest.raises(Invalid):
        Structure.from_json(values)


def test_the_fingerprint_never_changes() -> None:
    assert Structure().fingerprint(task="post", platform="") == (
        "7bc140aad4322ab136c3fcfd4376d3747f5a62a46ef0134f4f452a0ce024a66d"
    )


@given(STRUCTURES, STRUCTURES)
def test_the_fingerprint_is_the_structures_own(one: Structure, other: Structure) -> None:
    prints = [each.fingerprint(task="post", platform="feed") for each in (one, other)]
    assert (prints[0] == prints[1]) == (one == other)
    assert one.fingerprint(task="ad", platform="feed") != prints[0]


@pytest.mark.parametrize(
    ("task", "platform"), [("poem", ""), ("post", "our secret"), ("post", "x" * 31), ("post", "é")]
)
def test_task_and_platform_are_short_names(task: str, platform: str) -> None:
    with pytest.raises(Invalid):
        Structure().fingerprint(task=task, platform=platform)


@given(STRUCTURES)
def test_it_can_be_told_and_asked_for(structure: Structure) -> None:
    assert len(name_of(structure)) <= 120
    assert describe(structure).endswith(".")
    assert len(lines_for_writer(structure)) == len(PARTS) + 1


def test_words_for_people() -> None:
    structure = Structure(hook="number", body="list", closing="call")
    assert name_of(structure) == "Number, list, call to action · medium"
    assert describe(structure) == (
        "Opens with a figure, goes on in a list, ends with a call to action. Of medium length, in "
        "two to four blocks. Speaks of the matter. Without emoji, hashtags at the end."
    )
    assert describe_change(structure, structure.but(hook="quote")) == (
        "Opening: quotation instead of number"
    )


def test_built_in_structures_differ_and_have_a_name_each() -> None:
    assert len(set(STARTERS)) == len({name_of(one) for one in STARTERS}) == len(STARTERS)


POSTS_READ = [
    ("Does your mast rot?\n\nRain creeps in. Varnish keeps it out.\n\nWhat do you use?",
     {"hook": "question", "body": "paragraph", "closing": "question", "person": "you"}),
    ("34 boats went back to sea.\n\n- Planed by hand\n- Seven coats\n- Twelve days\n\n"
     "Book your place now.", {"hook": "number", "body": "list", "closing": "call"}),
    ("Varnish in three steps.\n1. Sand the wood.\n2. Brush it.\n3. Wait a day.",
     {"hook": "statement", "body": "steps"}),
    ("“Straighter than the day I bought it,” says Ingrid.\n\nWe rebuilt her mast.",
     {"hook": "quote"}),
    ("Yesterday the hundredth mast left the yard. It was a long way. We had begun with one saw.",
     {"hook": "story", "body": "story", "person": "we"}),
    ("Not sprayed but brushed: that is how we varnish.", {"hook": "contrast", "body": "none"}),
    ("Bring your old mast. We measure it while you wait. Thank you for your trust!",
     {"hook": "command", "closing": "thanks"}),
    ("🎉 The yard is open again.\n\n#Yard #Masts", {"emoji": "front", "hashtags": "end"}),
    ("The yard is open, see #Masts there 🎉", {"emoji": "end", "hashtags": "inline"}),
    ("Wusstest du, dass Regen unter den Lack kriecht?\n\nWir schleifen ihn ab. Fragen? Gern!",
     {"hook": "question", "person": "we"}),
    ("Was ist neu? Der Mast ist fertig. Jetzt bestellen.", {"hook": "question", "closing": "call"}),
    ("", {"length": "line", "body": "none", "closing": "none"}),
    ("Hello. " * 150, {"length": "long", "paragraphs": "one"}),
    ("A line.\n\n" * 6, {"paragraphs": "many", "length": "line"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), POSTS_READ)
def test_posts_are_read(text: str, expected: dict[str, str]) -> None:
    found = read_structure(text).as_json()
    assert {part: found[part] for part in expected} == expected
