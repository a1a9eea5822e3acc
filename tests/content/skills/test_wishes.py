"""Defect or preference, by the table of signals."""

from __future__ import annotations

import pytest

from content.skills.starters import STARTERS
from content.skills.structure import Structure
from content.skills.wishes import DEFECTS, LABELS, PREFERENCES, changed_by, classify

NOTES = [
    ("The price is wrong.", "defect", 0.8, {"wrong_price"}),
    ("Wrong picture and a broken link", "defect", 0.9, {"wrong_image", "broken_link"}),
    ("This is not true, we don't sell that any more.", "defect", 0.8, {"wrong_fact"}),
    ("The link does not work", "defect", 0.8, {"broken_link"}),
    ("There is a typo in the first word", "defect", 0.8, {"technical"}),
    ("Wrong logo, off-brand", "defect", 0.8, {"off_brand"}),
    ("The date is missing", "defect", 0.8, {"technical"}),
    ("The second half is cut off", "defect", 0.8, {"technical"}),
    ("Der Preis ist falsch", "defect", 0.8, {"wrong_fact"}),
    ("Wrong price, wrong image, broken link", "defect", 0.95, {"wrong_price"}),
    ("Too long", "preference", 0.8, {"shorter"}),
    ("Make it shorter and friendlier", "preference", 0.9, {"shorter", "tone"}),
    ("Too formal, no emoji, and as a list please", "preference", 0.95, {"tone", "list"}),
    ("Start with the date instead", "preference", 0.8, {"opening"}),
    ("Needs a call to action", "preference", 0.8, {"closing"}),
    ("Please focus on the varnish", "preference", 0.8, {"content"}),
    ("Fewer hashtags", "preference", 0.8, {"less_hashtags"}),
    ("A wall of text", "preference", 0.8, {"breaks"}),
    ("Bitte kürzer", "preference", 0.8, {"shorter"}),
    ("Trop long", "preference", 0.8, {"shorter"}),
    ("Too long, and the price is wrong", "preference", 0.5, {"shorter", "wrong_price"}),
    ("Hm.", "preference", 0.5, set()),
    ("", "preference", 0.5, set()),
]


@pytest.mark.parametrize(("notes", "kind", "confidence", "labels"), NOTES)
def test_words_say_which_it_is(notes: str, kind: str, confidence: float, labels: set[str]) -> None:
    reading = classify(notes)
    assert (reading.classification, reading.confidence) == (kind, confidence)
    assert labels <= {*reading.defects, *reading.preferences}


def test_a_failed_guard_is_a_sign_of_a_defect() -> None:
    assert classify("", has_failed_guards=True).classification == "defect"
    assert classify("Too long", has_failed_guards=True).confidence == 0.5


def test_a_figure_that_was_replaced_was_wrong() -> None:
    reading = classify("", before="Open from 9 to 5.", after="Open from 10 to 5.")
    assert reading.classification == "defect"
    assert reading.defects == ("wrong_fact",)


def test_a_link_that_was_replaced_was_wrong() -> None:
    reading = classify("", before="See https://a.example/x", after="See https://a.example/y")
    assert "broken_link" in reading.defects


def test_an_edit_of_the_form_is_a_wish() -> None:
    before = "We rebuild masts. " * 30
    reading = classify("", before=before, after="We rebuild masts.")
    assert reading.classification == "preference"
    assert "shorter" in reading.preferences


def test_wishes_about_structure_change_it_and_others_do_not() -> None:
    base = Structure(length="medium", body="paragraph")
    shorter, listed = changed_by(base, "shorter"), changed_by(base, "list")
    assert shorter is not None and shorter.length == "short"
    assert listed is not None and listed.body == "list"
    assert changed_by(base, "tone") is None
    assert changed_by(base, "running_text") is None
    assert changed_by(Structure(length="line"), "shorter") is None


def test_every_label_has_words_and_every_wish_gives_a_known_structure() -> None:
    assert {*DEFECTS, *PREFERENCES} <= set(LABELS)
    for structure in STARTERS:
        for label in PREFERENCES:
            changed_by(structure, label)
