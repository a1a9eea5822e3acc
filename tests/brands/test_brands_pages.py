from __future__ import annotations

import pytest
from django.test import Client

from brands.models import BrandProfile
from config.kernel.scoping import org_atomic
from tests.world import World

pytestmark = pytest.mark.django_db

IDENTITY = {"name": "Second brand", "language": "en", "timezone": "Europe/Berlin"}


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.admin)
    return client


def brand(world: World) -> BrandProfile:
    with org_atomic(world.id):
        return BrandProfile.objects.get(pk=world.brand.pk)


def test_a_brand_is_set_up_and_goes_on_to_its_tone(world: World, page: Client) -> None:
    answer = page.post(f"{world.path}/brands/new/", IDENTITY, follow=True)
    assert "Choose its tone now" in answer.content.decode()


def test_a_taken_name_is_refused_at_its_field_and_kept(world: World, page: Client) -> None:
    answer = page.post(f"{world.path}/brands/new/", {**IDENTITY, "name": world.brand.name})
    assert answer.status_code == 422
    assert "already a brand" in answer.content.decode()
    assert world.brand.name.replace("&", "&amp;") in answer.content.decode()


def test_rules_are_read_and_written_as_a_person_types_them(world: World, page: Client) -> None:
    url = f"{world.path}/brands/{world.brand.pk}/rules/"
    assert "Craft: 60" in page.get(url).content.decode()
    answer = page.post(
        url,
        {
            "words_to_use": "seaworthy\nsound",
            "words_to_avoid": "cheap",
            "emoji_usage": "none",
            "hashtag_style": "minimal",
            "cta_style": "direct",
            "content_pillars": "Craft: 70\nOffers 30 %",
            "auto_approve": "on",
            "approval_timeout_hours": "12",
            "exploration_percent": "25",
        },
    )
    assert answer.status_code == 302
    saved = brand(world)
    assert saved.language_rules["words_to_use"] == ["seaworthy", "sound"]
    assert saved.content_pillars == [
        {"name": "Craft", "percentage": 70},
        {"name": "Offers", "percentage": 30},
    ]
    assert saved.exploration_ratio == 0.25


@pytest.mark.parametrize(
    ("pillars", "sentence"),
    [("Craft: 70\nOffers: 40", "add up to 110 %"), ("Craft", "has no share")],
)
def test_pillars_that_do_not_fit_are_explained(
    world: World, page: Client, pillars: str, sentence: str
) -> None:
    answer = page.post(
        f"{world.path}/brands/{world.brand.pk}/rules/",
        {
            "emoji_usage": "none",
            "hashtag_style": "none",
            "cta_style": "none",
            "content_pillars": pillars,
            "approval_timeout_hours": "24",
            "exploration_percent": "10",
        },
    )
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_voice_keeps_three_examples_and_refuses_a_fourth(world: World, page: Client) -> None:
    url = f"{world.path}/brands/{world.brand.pk}/voice/"
    page.post(url, {"tone": ["friendly"], "example_posts": "One.\n\nTwo.\r\n\r\nThree."})
    assert [each["content"] for each in brand(world).example_posts] == ["One.", "Two.", "Three."]
    assert page.post(url, {"example_posts": "1\n\n2\n\n3\n\n4"}).status_code == 422


def test_each_network_can_have_its_own_words(world: World, page: Client) -> None:
    url = f"{world.path}/brands/{world.brand.pk}/platforms/"
    page.post(url, {"feed-enabled": "on", "feed-tone": "witty", "feed-hashtags": "#boats, #wood"})
    assert brand(world).platform_settings["feed"] == {
        "enabled": True,
        "tone_override": ["witty"],
        "custom_context_override": "",
        "hashtags_default": ["boats", "wood"],
    }


def test_a_brand_is_paused_resumed_deleted_and_restored(world: World, page: Client) -> None:
    base = f"{world.path}/brands/{world.brand.pk}"
    page.post(f"{base}/pause/", {"reason": "Fire drill"})
    assert brand(world).pause_reason == "Fire drill"
    page.post(f"{base}/pause/")
    assert brand(world).paused_at is None
    page.post(f"{base}/deletion/")
    assert page.get(f"{base}/identity/").status_code == 404
    page.post(f"{base}/restoration/")
    assert page.get(f"{base}/identity/").status_code == 200
