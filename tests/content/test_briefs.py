from __future__ import annotations

from uuid import uuid4

import pytest

from config.kernel.scoping import org_atomic
from content.agents import PlatformRules
from content.guards import CandidateText
from content.services.briefs import brand_brief, counted_by, guard_brief, material_brief
from content.services.similarity import ContentType, remember
from content.services.understanding import analysis_of
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

RULES = PlatformRules(
    slug="feed",
    label="Feed",
    max_characters=50,
    count=lambda text: len(text) + 1,
    max_bytes=60,
    hashtags_max=2,
)


def test_a_brand_speaks_differently_on_one_platform(world: World) -> None:
    with org_atomic(world.id):
        brand = world.brand
        brand.custom_context = "We are a small yard."
        brand.example_posts = [{"platform": "other", "content": f"Other {n}"} for n in range(3)]
        brand.example_posts += [{"platform": "feed", "content": "Ours"}, "not a post"]
        brand.platform_settings = {
            "feed": {
                "tone_override": ["dry"],
                "custom_context_override": "Here we joke.",
                "hashtags_default": ["#masts"],
            }
        }
        there, here = brand_brief(brand), brand_brief(brand, platform="feed")
        brand.refresh_from_db()
    assert there.tone == ("friendly", "confident")
    assert there.custom_context == "We are a small yard."
    assert here.tone == ("dry",)
    assert here.custom_context == "We are a small yard.\n\nHere we joke."
    assert here.default_hashtags == ("masts",)
    assert here.example_posts == ("Ours", "Other 0", "Other 1")
    assert here.words_to_avoid == ("cheap",)
    assert (here.emoji_usage, here.hashtag_style, here.cta_style) == ("none", "minimal", "soft")
    assert here.pillars == ("Craft", "Offers")


def test_a_brand_without_rules_gets_the_usual_ones(world: World) -> None:
    with org_atomic(world.id):
        world.brand.language_rules = {}
        brief = brand_brief(world.brand)
        world.brand.refresh_from_db()
    assert (brief.emoji_usage, brief.hashtag_style, brief.cta_style) == (
        "minimal",
        "moderate",
        "soft",
    )


def test_the_brands_own_newest_texts_are_not_to_be_repeated(world: World) -> None:
    with org_atomic(world.id):
        for number in range(17):
            remember(
                content_type=ContentType.POST,
                content_id=uuid4(),
                text=f"Post {number}",
                brand_id=world.brand.pk,
            )
        remember(content_type=ContentType.POST, content_id=uuid4(), text="Theirs", brand_id=uuid4())
        recent = brand_brief(world.brand, platform="feed").recent_posts
    assert recent == tuple(f"Post {number}" for number in range(16, 1, -1))


def test_a_candidate_is_held_against_brand_material_and_platform(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(
            world.brand, url="https://harbour.example/page", language="de", text=f"{make.TEXT} 99 €"
        )
        brief = guard_brief(
            brand=world.brand, material=material, rules=RULES, instruction="Say 50 %."
        )
    assert brief.links == ("https://harbour.example/page", "https://harbour.example/masts")
    assert brief.website == "https://harbour.example"
    assert brief.languages == ("en", "de")
    assert brief.hashtags_max == 2
    assert "99 €" in brief.known_text
    assert "Say 50 %." in brief.known_text


def test_a_candidate_is_counted_as_it_is_published() -> None:
    count = counted_by(RULES)(CandidateText("Süß", ("masts", "fir"), "https://a.example"))
    final = "Süß\n\n#masts #fir\n\nhttps://a.example"
    assert (count.characters, count.max_characters) == (len(final) + 1, 50)
    assert (count.size_bytes, count.max_bytes) == (len(final.encode()), 60)


def test_a_material_is_given_as_it_was_understood(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(
            world.brand, content_type="", sentiment="odd", suggested_angles=["educational", "old"]
        )
        analysis, brief = analysis_of(material), material_brief(material)
    assert (analysis.type, analysis.sentiment) == ("article", "neutral")
    assert analysis.suggested_angles == ["educational"]
    assert analysis.key_points == material.key_points
    assert brief.text == make.TEXT
