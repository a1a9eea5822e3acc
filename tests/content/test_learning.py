"""What an edit shows of its author's habits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.learning.observing import Deed, follows, is_told, made_by
from content.learning.texts import Said, composed, replaced_words

LONG = "We rebuild masts in twelve days. Every mast gets seven coats. Bring yours on Friday."


def edit(before: str, after: str, **more: Any) -> Deed:
    values = {"act": "edit", "platform": "feed", "platform_label": "Feed", **more}
    return Deed(before=Said.of(before), after=Said.of(after), **values)


def keys(before: str, after: str) -> set[str]:
    return {made.key for made in made_by(edit(before, after))}


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("Masts in twelve days. 🎉", "Masts in twelve days.", "no_emoji"),
        ("Masts in twelve days.", "⛵ Masts in twelve days.", "emoji"),
        ("Masts in twelve days.\n\n#masts #boats", "Masts in twelve days.", "no_hashtags"),
        ("Masts in twelve days.", "Masts in twelve days.\n\n#masts", "hashtags"),
        ("Masts in twelve days!", "Masts in twelve days.", "no_exclamation"),
        ("Masts last. We know why.", "Do masts last? We know why.", "question"),
        ("Do masts last? We know why.", "Masts last. We know why.", "no_question"),
        ("Masts last. So do hulls.", "Masts last. So do hulls. Book a visit.", "call"),
        ("Masten halten. Buchen Sie jetzt.", "Masten halten. Immer.", "no_call"),
        (LONG, "Masts in twelve days.", "shorter:feed"),
        ("Masts in twelve days.", LONG, "longer:feed"),
        ("Seven coats of varnish\nThe same.", "Masts that last\nThe same.", "first_line"),
        ("A cheap mast holds.", "A sturdy mast holds.", "word:cheap>sturdy"),
    ],
)
def test_an_edit_shows_the_habit_behind_it(before: str, after: str, key: str) -> None:
    assert key in keys(before, after)


def test_an_edit_that_changes_nothing_shows_nothing() -> None:
    assert keys(LONG, LONG) == set()


def test_figures_addresses_and_whole_new_texts_are_no_choice_of_words() -> None:
    assert replaced_words("It costs 12 euros.", "It costs 14 euros.") == []
    assert replaced_words("See a.example now.", "See b.example now.") == []
    assert not [key for key in keys(LONG, " ".join(reversed(LONG.split()))) if "word:" in key]


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_can_be_compared_and_speak_in_short_sentences(
    before: str, after: str
) -> None:
    for made in made_by(edit(before, after)):
        assert len(made.key) <= 80 and len(made.lesson) <= 300
        assert made.key != made.against


@given(st.text(max_size=200), st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), max_size=4))
def test_hashtags_are_found_again_behind_their_text(text: str, tags: list[str]) -> None:
    said = Said.of(composed(text, tags))
    if tags and text.strip():
        assert said.hashtags[-len(tags) :] == tuple(tags)


def test_a_habit_is_followed_by_the_text_that_keeps_to_it() -> None:
    kept = edit("", "A sturdy mast.", act="approve")
    assert follows("no_emoji", {}, kept) and not follows("emoji", {}, kept)
    assert follows("word:cheap>sturdy", {"old": "cheap", "new": "sturdy"}, kept)
    assert follows("shorter:feed", {"characters": 14}, kept)
    assert not follows("shorter:bluesky", {"characters": 14}, kept)
    assert not follows("longer:feed", {"characters": 90}, kept)


def test_only_what_was_seen_often_and_is_sure_is_told() -> None:
    assert is_told("no_emoji", confidence=0.7, count=3, data={"made": 2})
    assert not is_told("no_emoji", confidence=0.7, count=3, data={"made": 1})
    assert not is_told("no_emoji", confidence=0.7, count=2, data={"made": 2})
    assert not is_told("no_emoji", confidence=0.5, count=9, data={"made": 4})
    assert is_told("angle:storytelling", confidence=0.2, count=3, data={})
    assert not is_told("angle:storytelling", confidence=0.5, count=30, data={})
