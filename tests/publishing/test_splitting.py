"""A long text as a thread: every part fits, nothing is lost."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publishing.channels.patterns import BLANKS
from publishing.channels.shapes import Limits
from publishing.channels.splitting import split_thread
from publishing.channels.text import compose, measure_text
from tests.publishing.test_browser_counter import PIECES

PLAIN = Limits(max_characters=40, counter="graphemes", thread_max=25)
X = Limits(
    max_characters=60,
    counter="weighted",
    link_rule="fixed",
    link_length=23,
    bare_links=True,
    thread_max=25,
)
BYTES = Limits(max_characters=80, counter="codepoints", max_bytes=90, thread_max=25)


def bare(text: str) -> str:
    return "".join(letter for letter in text if letter not in BLANKS)


@pytest.mark.parametrize("limits", [PLAIN, X, BYTES])
def test_each_part_fits_and_all_together_are_the_text(limits: Limits) -> None:
    chance = random.Random(7)
    for _ in range(150):
        pieces = [chance.choice(PIECES) for _ in range(chance.randint(1, 60))]
        text = chance.choice(["", " "]).join(pieces)
        tags, link = ("boats", "masts"), chance.choice([None, "https://e.org/"])
        parts = split_thread(text, limits, whole=partial(compose, hashtags=tags, link=link))
        assert bare("".join(parts)) == bare(text)
        for number, part in enumerate(parts):
            whole = part if number else compose(part, tags, link)
            assert not measure_text(whole, limits).over, part


@settings(max_examples=60)
@given(st.lists(st.from_regex(r"[a-zé]{1,12}[.,!]?", fullmatch=True), min_size=1, max_size=60))
def test_words_stay_whole(words: list[str]) -> None:
    parts = split_thread(" ".join(words), PLAIN)
    assert " ".join(parts).split() == words


def test_paragraphs_come_before_sentences_and_those_before_words() -> None:
    text = "One mast is up.\n\nThe second follows. Then the third, and the sails."
    assert split_thread(text, PLAIN) == (
        "One mast is up.",
        "The second follows.",
        "Then the third, and the sails.",
    )
    assert split_thread("Hm. A sentence that goes on and on without an end", PLAIN) == (
        "Hm. A sentence that goes on and on",
        "without an end",
    )


def test_what_fits_stays_one_and_nothing_stays_none() -> None:
    assert split_thread("Short.", PLAIN) == ("Short.",)
    assert split_thread(" \n ", PLAIN) == ()


def test_a_word_longer_than_a_post_is_cut_between_characters() -> None:
    parts = split_thread("👩🏽‍🚀" * 50, PLAIN)
    assert [len(part) for part in parts] == [40 * 4, 10 * 4]


def test_hashtags_that_fill_the_post_leave_no_room() -> None:
    with pytest.raises(ValueError, match="no room"):
        split_thread(
            "Words",
            replace(PLAIN, max_characters=10),
            whole=partial(compose, hashtags=["averyverylongtag"]),
        )
