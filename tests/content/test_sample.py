from __future__ import annotations

from collections.abc import Iterator

import pytest

from brands.models import BrandProfile
from brands.platforms import platforms
from brands.services.upward import sample_writer
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.services.sample import sample_post
from content.services.sample_texts import SAMPLE_TEXTS
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand(world: World) -> Iterator[BrandProfile]:
    with org_atomic(world.id):
        yield world.brand


def test_the_slot_of_brands_is_filled(brand: BrandProfile) -> None:
    assert sample_writer.require()(brand, {}, None, "feed") == sample_post(brand, {}, None, "feed")


@pytest.mark.parametrize("language", SAMPLE_TEXTS)
def test_a_brand_without_material_gets_a_sample_in_its_language(
    brand: BrandProfile, language: str
) -> None:
    text = sample_post(brand, {"language": language}, None, "feed")
    words = set(SAMPLE_TEXTS[language][1].split())
    assert len(words & set(text.split())) >= 5


def test_the_newest_ready_material_is_the_sample(brand: BrandProfile) -> None:
    make.material(brand)
    assert "mast" in sample_post(brand, {}, None, "feed").casefold()


def test_changes_show_and_nothing_is_saved(brand: BrandProfile) -> None:
    rules = {**brand.language_rules, "emoji_usage": "heavy", "hashtag_style": "heavy"}
    before = sample_post(brand, {}, None, "feed")
    after = sample_post(brand, {"language_rules": rules, "name": "Other"}, None, "feed")
    assert after.count("#") > before.count("#")
    brand.refresh_from_db()
    assert brand.language_rules["hashtag_style"] == "minimal"
    assert brand.name != "Other"


@pytest.mark.parametrize("slug", ["feed", "bluesky", "x", "linkedin"])
def test_a_sample_fits_its_network(brand: BrandProfile, slug: str) -> None:
    known = platforms[slug]
    assert 0 < known.count(sample_post(brand, {}, None, slug)) <= known.max_characters


def test_a_word_in_every_sentence_is_refused_with_what_to_do(brand: BrandProfile) -> None:
    make.material(brand, text="Our mast is tall. Our mast is strong. Our mast is new.")
    rules = {**brand.language_rules, "words_to_avoid": ["mast"]}
    with pytest.raises(Invalid, match="avoids"):
        sample_post(brand, {"language_rules": rules}, None, "feed")
