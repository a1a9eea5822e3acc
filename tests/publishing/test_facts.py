"""Marking what a post has from its material."""

from __future__ import annotations

import pytest

from publishing.selectors.facts import facts_in
from publishing.selectors.preview import preview

SOURCE = "Every mast is planed by hand from Douglas fir and gets 7 coats of varnish."


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Our mast is planed by hand, always.", ["mast is planed by hand"]),
        ("It has 7 layers.", ["7"]),
        ("By hand we work.", []),
        ("Nothing in common here.", []),
        ("", []),
    ],
)
def test_runs_of_three_words_and_numbers_are_facts(text: str, marked: list[str]) -> None:
    assert [text[fact.start : fact.end] for fact in facts_in(text, [SOURCE])] == marked


def test_each_fact_names_the_first_sentence_that_has_it() -> None:
    other = "It gets 7 coats of varnish in May."
    facts = facts_in("7 coats of varnish, planed by hand from Douglas fir", [other, SOURCE])
    assert [fact.source for fact in facts] == [0, 1]


def test_links_and_hashtags_stay_what_they_are() -> None:
    shown = preview(
        platform="feed",
        content="Planed by hand from fir: https://harbour.example/7 #7coats",
        sources=[SOURCE],
    )
    assert [piece.kind for piece in shown.pieces] == ["fact", "text", "link", "text", "tag"]
    assert "".join(piece.text for piece in shown.pieces).startswith("Planed by hand from fir")
