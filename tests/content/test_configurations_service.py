from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from config.kernel.brands import brand_limit
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import HashtagSet, PostConfiguration
from content.services.configurations import (
    Configured,
    configuration_for,
    create_configuration,
    delete_configuration,
    edit_configuration,
    note_configuration_use,
)
from content.services.hashtag_sets import (
    create_hashtag_set,
    delete_hashtag_set,
    edit_hashtag_set,
    tags_in,
)
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


def configured(inside: World, name: str, **values: Any) -> PostConfiguration:
    return create_configuration(values={"name": name, **values}, by=inside.editor)


def chosen(inside: World, platform: str = "feed", name: str | None = None) -> str:
    return configuration_for(brand_id=inside.brand.pk, platform=platform, name=name).name


def test_without_a_row_there_are_sensible_defaults(inside: World) -> None:
    assert configuration_for(brand_id=inside.brand.pk, platform="feed") == Configured()
    assert Configured().voice_minimum == 0.80


def test_the_named_goes_before_the_brands_default_and_that_before_the_teams(inside: World) -> None:
    configured(inside, "Team", is_default=True)
    assert chosen(inside) == "Team"
    configured(inside, "Brand", is_default=True, brand=inside.brand)
    configured(inside, "Campaign", brand=inside.brand)
    assert chosen(inside) == "Brand"
    assert chosen(inside, name="campaign") == "Campaign"
    assert chosen(inside, name="gone") == "Brand"


def test_one_that_lists_platforms_counts_on_those_only(inside: World) -> None:
    configured(inside, "X only", is_default=True, brand=inside.brand, platforms=["x"])
    assert chosen(inside, "x") == "X only"
    assert chosen(inside, "feed") == ""


def test_a_new_default_takes_the_place_of_the_one_before(inside: World) -> None:
    first = configured(inside, "First", is_default=True, brand=inside.brand)
    second = configured(inside, "Second", brand=inside.brand)
    edit_configuration(configuration=second, values={"is_default": True}, by=inside.editor)
    first.refresh_from_db()
    assert not first.is_default
    assert chosen(inside) == "Second"


def test_hashtags_come_of_the_set_where_it_fits(inside: World) -> None:
    tags = create_hashtag_set(
        values={"name": "Wood", "tags": tags_in("#mast, boat #Mast"), "platforms": ["feed"]},
        by=inside.editor,
    )
    assert tags.tags == ["mast", "boat"]
    configured(inside, "Team", is_default=True, hashtag_set=tags, hashtags_max={"feed": 2})
    found = configuration_for(brand_id=inside.brand.pk, platform="feed")
    assert found.hashtags == ("mast", "boat")
    assert found.hashtags_max == 2
    assert configuration_for(brand_id=inside.brand.pk, platform="x").hashtags == ()
    with brand_limit(frozenset({inside.brand.pk})):
        note_configuration_use(found)
    assert PostConfiguration.objects.get(name=found.name).use_count == 1
    assert HashtagSet.objects.get(pk=tags.pk).use_count == 1


def test_without_a_call_no_call_is_given(inside: World) -> None:
    configured(inside, "Quiet", is_default=True, adds_call=False, call_to_action="Buy!")
    assert configuration_for(brand_id=inside.brand.pk, platform="feed").call_to_action == ""


def test_a_deleted_set_leaves_its_configuration_without_hashtags(inside: World) -> None:
    tags = create_hashtag_set(values={"name": "Wood", "tags": ["mast"]}, by=inside.editor)
    row = configured(inside, "Team", is_default=True, hashtag_set=tags)
    edit_hashtag_set(hashtag_set=tags, values={"tags": ["mast", "boat"]}, by=inside.editor)
    delete_hashtag_set(hashtag_set=tags, by=inside.editor)
    assert configuration_for(brand_id=inside.brand.pk, platform="feed").hashtags == ()
    delete_configuration(configuration=row, by=inside.editor)
    assert chosen(inside) == ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("two-words", "no hashtag"), (" ".join(f"t{n}" for n in range(31)), "at most 30")],
)
def test_what_is_no_hashtag_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        tags_in(typed)


def test_a_member_of_certain_brands_makes_none_for_the_team(inside: World) -> None:
    with brand_limit(frozenset({inside.brand.pk})), pytest.raises(Invalid, match="Choose a brand"):
        configured(inside, "Team")
