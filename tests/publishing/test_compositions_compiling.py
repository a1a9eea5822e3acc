"""One text as it goes out on each network: deterministic, whole, and never shortened in silence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.models import Signature
from publishing.channels.base import Draft
from publishing.channels.registry import channels
from publishing.channels.text import clean_hashtags, measure_text
from publishing.models import Composition, SocialAccount, Variant
from publishing.services.compiling import OVERRIDABLE, compiled, drifted

NETWORKS = ("feed", "bluesky", "mastodon", "x", "linkedin", "discord", "webhook")
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=900
) | st.lists(
    st.sampled_from(["mast", "sail", "Ärger", "日本語", "👩‍🚀", "https://a.example/x"])
).map(" ".join)


def account(platform: str, **fields: Any) -> SocialAccount:
    return SocialAccount(platform=platform, remote_id="1", name="Harbour", **fields)


def composed(text: str = "Masts in twelve days.", **words: Any) -> Composition:
    return Composition(text=text, **words)


def variant(composition: Composition, **overrides: Any) -> Variant:
    beside = {name: getattr(composition, name) for name in overrides}
    return Variant(overrides=overrides, overridden_from=beside)


def solid(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("platform", NETWORKS)
@settings(max_examples=25)
@given(text=TEXTS, splits=st.booleans())
def test_no_letter_is_lost_and_twice_is_the_same(platform: str, text: str, splits: bool) -> None:
    composition = composed(text, splits_long=splits, hashtags=["kiel"])
    words = compiled(composition, account(platform))
    assert words == compiled(composition, account(platform))
    assert solid("".join((words.text, *words.thread))) == solid(text)


@pytest.mark.parametrize("platform", ["bluesky", "mastodon", "x", "discord"])
@settings(max_examples=25)
@given(text=TEXTS)
def test_a_long_text_is_cut_into_parts_that_each_fit(platform: str, text: str) -> None:
    words = compiled(composed(text, splits_long=True), account(platform))
    channel = channels[platform]
    parts = [words.text, *words.thread]
    assert not any(measure_text(part, channel.limits).over for part in parts)
    assert words.too_long_by == 0


@given(text=TEXTS, own=TEXTS)
def test_an_override_wins_and_drifts_only_when_the_text_for_all_changes(
    text: str, own: str
) -> None:
    composition = composed(text)
    said = variant(composition, text=own)
    assert compiled(composition, account("feed"), said).text == own.strip()
    assert drifted(composition, said) == ()
    composition.text = text + "!"
    assert drifted(composition, said) == ("text",)


def test_too_long_says_by_how_much() -> None:
    words = compiled(composed("a" * 342), account("bluesky"))
    assert words.text == "a" * 342
    assert words.too_long_by == 42
    assert "shorten it by 42" in " ".join(words.problems["content"])


def test_a_thread_is_cut_between_words() -> None:
    words = compiled(composed("mast " * 100, splits_long=True), account("bluesky"))
    assert len(words.thread) == 1
    assert {*words.text.split(), *words.thread[0].split()} == {"mast"}


def test_a_network_without_threads_gets_the_text_whole() -> None:
    words = compiled(composed("a" * 400, splits_long=True), account("linkedin"))
    assert words.thread == ()
    assert words.text == "a" * 400


def test_the_parts_of_a_thread_are_joined_where_there_are_none() -> None:
    composition = composed("First.", thread=["Second.", "Third."])
    assert compiled(composition, account("bluesky")).thread == ("Second.", "Third.")
    words = compiled(composition, account("linkedin"))
    assert words.text == "First.\n\nSecond.\n\nThird."
    assert "no threads" in " ".join(words.remarks)


def test_the_signature_closes_the_last_part_once() -> None:
    composition = composed("First.", thread=["Second."])
    composition.signature = Signature(text="Harbour & Pine")
    words = compiled(composition, account("bluesky"))
    assert words.thread == ("Second.\n\nHarbour & Pine",)
    composition.thread = ["Second. Harbour & Pine"]
    assert compiled(composition, account("bluesky")).thread == ("Second. Harbour & Pine",)


def test_a_signature_for_other_networks_is_not_appended() -> None:
    composition = composed()
    composition.signature = Signature(text="Harbour & Pine", platforms=["linkedin"])
    assert compiled(composition, account("bluesky")).text == "Masts in twelve days."
    assert compiled(composition, account("linkedin")).text.endswith("Harbour & Pine")


def test_a_text_of_its_own_goes_out_as_it_was_written() -> None:
    composition = composed()
    composition.signature = Signature(text="Harbour & Pine")
    words = compiled(composition, account("bluesky"), variant(composition, text="Only this."))
    assert words.text == "Only this."


def test_a_title_is_the_first_sentence_where_one_is_needed() -> None:
    composition = composed("Masts in twelve days. Ask at the yard.")
    assert compiled(composition, account("reddit")).title == "Masts in twelve days."
    assert compiled(composition, account("bluesky")).title == ""
    composition.title = "  Own   title "
    assert compiled(composition, account("reddit")).title == "Own title"


def test_a_first_comment_is_left_out_where_there_is_none_and_said() -> None:
    composition = composed(first_comment="More at the yard.")
    assert compiled(composition, account("bluesky")).first_comment == "More at the yard."
    words = compiled(composition, account("feed"))
    assert words.first_comment == ""
    assert "left out" in " ".join(words.remarks)


def test_hashtags_and_link_stay_values_of_their_own() -> None:
    composition = composed(hashtags=["#Kiel", "kiel", "sail"], link=" https://a.example ")
    words = compiled(composition, account("feed"))
    assert words.hashtags == tuple(clean_hashtags(["Kiel", "sail"]))
    assert words.link == "https://a.example"
    assert words.text == "Masts in twelve days."
    channel = channels["feed"]
    assert channel.compose(Draft(words.text, words.hashtags, words.link)).count("#") == 2


def test_too_many_hashtags_are_said_and_none_is_dropped() -> None:
    tags = [f"tag{number}" for number in range(12)]
    words = compiled(composed(hashtags=tags), account("linkedin"))
    assert len(words.hashtags) == 12
    assert "takes 10 hashtags" in " ".join(words.problems["content"])


def test_options_are_the_accounts_own() -> None:
    said = Variant(overrides={}, options={"visibility": "unlisted"})
    assert compiled(composed(), account("mastodon"), said).options == {"visibility": "unlisted"}


@pytest.mark.parametrize("name", OVERRIDABLE)
def test_each_field_can_be_said_else(name: str) -> None:
    own: dict[str, Any] = {
        "text": "Own.",
        "hashtags": ["own"],
        "link": "https://own.example",
        "media": [{"reference": "own.png", "content_type": "image/png"}],
        "title": "Own",
        "thread": ["Own."],
        "first_comment": "Own.",
    }
    composition = composed()
    words = compiled(composition, account("webhook"), variant(composition, **{name: own[name]}))
    found = getattr(words, name)
    if name != "title":
        assert (list(found) if isinstance(found, tuple) else found) == own[name]
    assert drifted(composition, variant(composition, **{name: own[name]})) == ()
