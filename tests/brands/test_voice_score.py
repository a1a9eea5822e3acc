"""The voice score over labelled posts: own ones high, those of a far register low."""

from __future__ import annotations

import statistics
from typing import cast

import pytest

from brands.services.voices import VoiceProfile, measured, score_voice
from brands.voice.profile import Dimensions
from content.agents import (
    ANGLES,
    AngleName,
    BrandBrief,
    MaterialBrief,
    PlatformRules,
    analyse_offline,
)
from content.agents import write_offline as write
from publishing.demo.brands import DEMO_BRANDS, DemoBrand
from tests.brands.voice_texts import FAR, HELD_FAR, HELD_OUT, VOICES

LONG = PlatformRules(slug="long", label="Long", max_characters=3000, hashtags_max=5)
SHORT = PlatformRules(slug="short", label="Short", max_characters=300)


def voice(*texts: str, **fields: object) -> VoiceProfile:
    return measured(VoiceProfile(example_texts=texts, **fields))  # type: ignore[arg-type]


def own_scores(voices: dict[str, tuple[str, ...]]) -> list[float]:
    """Each post held against the voice of its brand's other posts."""
    return [
        score_voice(text, voice(*(other for other in texts if other is not text))).score
        for texts in voices.values()
        for text in texts
    ]


def test_posts_of_a_brand_sound_like_it() -> None:
    scores = own_scores(VOICES)

    assert statistics.median(scores) >= 0.90
    assert sum(score >= 0.80 for score in scores) >= 0.93 * len(scores)


@pytest.mark.parametrize(("name", "other"), FAR)
def test_posts_of_a_far_register_do_not(name: str, other: str) -> None:
    profile = voice(*VOICES[name])

    scores = [score_voice(text, profile).score for text in VOICES[other]]

    assert statistics.median(scores) < 0.60
    assert sum(score < 0.80 for score in scores) >= 6


def test_most_posts_of_a_far_register_stay_below_six_tenths() -> None:
    scores = [
        score_voice(text, voice(*VOICES[name])).score
        for name, other in FAR
        for text in VOICES[other]
    ]

    assert sum(score < 0.60 for score in scores) >= 0.95 * len(scores)


def test_brands_that_the_score_was_not_settled_on_fare_much_the_same() -> None:
    own = own_scores(HELD_OUT)
    far = [
        score_voice(text, voice(*HELD_OUT[name])).score
        for name, other in HELD_FAR
        for text in HELD_OUT[other]
    ]

    assert statistics.median(own) >= 0.85
    assert sum(score >= 0.80 for score in own) >= 0.90 * len(own)
    assert sum(score < 0.60 for score in far) >= 0.85 * len(far)
    assert sum(score < 0.80 for score in far) >= 0.95 * len(far)


@pytest.mark.parametrize("demo", DEMO_BRANDS, ids=lambda demo: demo.handle)
def test_the_offline_writer_reaches_what_lets_a_post_go_out(demo: DemoBrand) -> None:
    """Else the loop would wait for a person with every post of every brand."""
    scores = _of_the_writer(demo)

    assert len(scores) >= 50
    assert sum(score >= 0.80 for score in scores) >= 0.93 * len(scores)


def _of_the_writer(demo: DemoBrand) -> list[float]:
    profile = demo.profile
    rules = profile["language_rules"]
    names = ("words_to_use", "words_to_avoid", "emoji_usage", "hashtag_style", "cta_style")
    brand = BrandBrief(name=profile["name"], tone=profile["tone"], **{n: rules[n] for n in names})
    texts = [material.text for material in demo.materials]
    examples = [example["content"] for example in profile["example_posts"]]
    scores = []
    for text in texts:
        own = voice(*(other for other in texts if other is not text), *examples)
        material = MaterialBrief(text=text)
        analysis = analyse_offline(material, brand).analysis
        for angle in ANGLES:
            for platform in (SHORT, LONG):
                draft = write(brand, material, analysis, cast(AngleName, angle), platform).draft
                scores.append(score_voice(draft.composed(), own).score)
    return scores


def test_the_reasons_name_what_is_unlike_the_voice() -> None:
    profile = voice(*VOICES["craft"], avoided_words=("artisan",))

    verdict = score_voice("WOW!!! Our artisan LOAVES are GONE in no time, HURRY! 🔥🔥🔥🔥", profile)

    assert verdict.score < 0.3
    assert {part.name for part in verdict.differences} >= {"avoided", "capitals", "emoji"}
    assert any("“artisan”" in reason for reason in verdict.reasons)
    costs = [part.cost for part in verdict.differences]
    assert costs == sorted(costs, reverse=True)


def test_what_fits_is_said_too() -> None:
    profile = voice(*VOICES["craft"])

    verdict = score_voice(VOICES["craft"][3], profile)

    assert "Its sentences are as long as the voice's." in verdict.matches
    assert verdict.reasons == ()


def test_a_word_to_avoid_alone_brings_a_text_below_the_minimum() -> None:
    own = VOICES["craft"][0]

    assert score_voice(own, voice(*VOICES["craft"], avoided_words=("rain",))).score < 0.80
    assert score_voice(own, voice(*VOICES["craft"])).score > 0.90


@pytest.mark.parametrize("text", ["", "   ", "🔥", "https://example.com", "#bread", "1 2 3"])
def test_a_text_without_words_sounds_like_anybody(text: str) -> None:
    assert score_voice(text, voice(*VOICES["craft"])).score == 1.0


def test_hashtags_and_addresses_belong_to_the_platform() -> None:
    text = VOICES["craft"][1]

    with_tags = f"{text}\n\n#Penryn #SOURDOUGH #BREAD #FRESH\n\nhttps://KILN.example/SALE"

    assert score_voice(with_tags, voice(*VOICES["craft"])) == score_voice(
        text, voice(*VOICES["craft"])
    )


@pytest.mark.parametrize(
    ("dimensions", "high", "low"),
    [
        (Dimensions(formality=30, enthusiasm=20), "craft", "shouting"),
        (Dimensions(formality=5, enthusiasm=95), "shouting", "law"),
        (Dimensions(formality=95, enthusiasm=15), "law", "slang"),
    ],
)
def test_where_nothing_was_measured_what_a_person_declared_counts(
    dimensions: Dimensions, high: str, low: str
) -> None:
    declared = VoiceProfile(dimensions=dimensions)

    like = statistics.median(score_voice(text, declared).score for text in VOICES[high])
    unlike = statistics.median(score_voice(text, declared).score for text in VOICES[low])

    assert like >= 0.80
    assert unlike < 0.60


def test_the_same_text_gets_the_same_score() -> None:
    profile = voice(*VOICES["playful"])

    assert score_voice(VOICES["law"][0], profile) == score_voice(VOICES["law"][0], profile)


def test_a_profile_comes_back_from_its_json() -> None:
    profile = voice(*VOICES["german polite"], avoided_words=("billig",), brand_name="Bad & Wärme")

    assert VoiceProfile.from_json(profile.as_json()) == profile


def test_an_older_or_broken_profile_is_read_as_far_as_it_goes() -> None:
    broken = {"tone_attributes": ["x", {"name": "warm", "odd": 1}], "vocabulary": None, "new": 1}

    found = VoiceProfile.from_json(broken)

    assert [tone.name for tone in found.tone_attributes] == ["warm"]
    assert found.vocabulary == ()
