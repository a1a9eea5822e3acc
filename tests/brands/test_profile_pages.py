"""The sides of a brand: what each of them reads and writes, and what its preview shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from brands.models import BrandProfile
from config.kernel.scoping import org_atomic
from organizations.services.files import stored_path
from tests.peers.sessions import picture
from tests.world import World

pytestmark = pytest.mark.django_db

COLORS = {
    "primary": "#3b82f6",
    "secondary": "#8B5CF6",
    "accent": "#10B981",
    "background": "#FFFFFF",
    "text": "#777777",
}
LOOK = {**COLORS, "visual_style": "bold", "font_preference": "classic"}
RULES = {
    "emoji_usage": "none",
    "hashtag_style": "minimal",
    "cta_style": "soft",
    "approval_timeout_hours": "24",
    "exploration_percent": "10",
}
GUARDS = {"disclosure_when": "never", "reading_level": "any"}


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def side(world: World, section: str, tail: str = "") -> str:
    return f"{world.path}/brands/{world.brand.pk}/{section}/{tail}"


def brand(world: World) -> BrandProfile:
    with org_atomic(world.id):
        return BrandProfile.objects.get(pk=world.brand.pk)


@pytest.mark.parametrize(
    ("section", "typed", "saved"),
    [
        ("look", LOOK, {"visual_style": "bold", "font_preference": "classic"}),
        (
            "guards",
            {
                **GUARDS,
                "allowed_mentions": "@harbour",
                "allowed_prices": "49 €",
                "claims": ["superlative", "legal"],
                "crisis_words": "storm",
                "disclosure_when": "ai",
                "disclosure": "Written with AI.",
                "reading_level": "easy",
            },
            {
                "guard_rules": {
                    "allowed_mentions": ["@harbour"],
                    "allowed_prices": ["49 €"],
                    "claims": ["superlative", "legal"],
                    "crisis_words": ["storm"],
                    "disclosure": "Written with AI.",
                    "disclosure_when": "ai",
                    "reading_level": "easy",
                }
            },
        ),
        (
            "trends",
            {
                "trending_enabled": "on",
                "trending_priority": "high",
                "industries": "Boats\nWood",
                "exclude_topics": "Politics",
                "min_relevance": "75",
            },
            {
                "trending_enabled": True,
                "trending_priority": "high",
                "trending_filters": {
                    "industries": ["Boats", "Wood"],
                    "exclude_topics": ["Politics"],
                    "min_relevance": 75,
                    "require_approval": False,
                },
            },
        ),
        (
            "rules",
            {
                **RULES,
                "synonyms": "cheap: good value\nguys -> people",
                "notify_email": "desk@example.com",
                "notify_webhook": "https://hooks.example/x",
            },
            {"notify_email": "desk@example.com", "notify_webhook": "https://hooks.example/x"},
        ),
        (
            "identity",
            {"name": "Boats", "language": "de", "timezone": "UTC", "price_range": "€€"},
            {"price_range": "€€", "language": "de"},
        ),
    ],
)
def test_every_side_is_written_and_read_again(
    world: World, page: Client, section: str, typed: dict[str, Any], saved: dict[str, Any]
) -> None:
    assert page.post(side(world, section), typed).status_code == 302
    row = brand(world)
    assert {name: getattr(row, name) for name in saved} == saved
    assert page.get(side(world, section)).status_code == 200


def test_synonyms_are_kept_beside_the_other_rules(world: World, page: Client) -> None:
    page.post(side(world, "rules"), {**RULES, "synonyms": "cheap: good value\nguys → people"})
    assert brand(world).language_rules["synonyms"] == {"cheap": "good value", "guys": "people"}
    assert "guys: people" in page.get(side(world, "rules")).content.decode()


@pytest.mark.parametrize(
    ("section", "typed", "sentence"),
    [
        ("look", {**LOOK, "accent": "green"}, "is no colour"),
        ("guards", {**GUARDS, "disclosure_when": "always"}, "Write what it is to say"),
        ("rules", {**RULES, "synonyms": "cheap"}, "does not say what to write instead"),
        ("trends", {"trending_priority": "low", "min_relevance": "101"}, "100"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(
    world: World, page: Client, section: str, typed: dict[str, Any], sentence: str
) -> None:
    answer = page.post(side(world, section), typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_logo_is_kept_clean_shown_and_taken_away(world: World, page: Client) -> None:
    upload = SimpleUploadedFile("logo.jpg", picture(), content_type="image/jpeg")
    assert page.post(side(world, "look"), {**LOOK, "logo": upload}).status_code == 302
    row = brand(world)
    with org_atomic(world.id):
        assert stored_path(row.logo).exists()
    shown = page.get(side(world, "look")).content.decode()
    assert row.logo_name in shown
    assert page.get(f"{world.path}/pictures/{row.logo_name}").status_code == 200
    page.post(side(world, "look"), LOOK)
    assert brand(world).logo == row.logo
    page.post(side(world, "look"), {**LOOK, "forget_logo": "on"})
    assert brand(world).logo == ""


def test_what_is_no_picture_is_refused_at_its_field(world: World, page: Client) -> None:
    upload = SimpleUploadedFile("logo.png", b"<svg></svg>", content_type="image/png")
    answer = page.post(side(world, "look"), {**LOOK, "icon": upload})
    assert answer.status_code == 422
    assert brand(world).icon == ""


def test_the_look_says_what_can_be_read_and_what_would_do(world: World, page: Client) -> None:
    shown = page.post(side(world, "look", "preview/"), LOOK).content.decode()
    assert "4.48 : 1" in shown
    assert "would do" in shown
    assert "777777" in shown


def test_a_preview_marks_what_would_change_and_saves_nothing(world: World, page: Client) -> None:
    typed = {**RULES, "hashtag_style": "heavy", "sample-platform": "feed"}
    shown = page.post(side(world, "rules", "preview/"), typed).content.decode()
    assert "Marked is what would change" in shown
    assert "<ins" in shown
    assert brand(world).language_rules["hashtag_style"] == "minimal"


def test_an_unfinished_form_leaves_the_sample_as_it_is(world: World, page: Client) -> None:
    typed = {**RULES, "exploration_percent": ""}
    shown = page.post(side(world, "rules", "preview/"), typed).content.decode()
    assert "Mend what is marked" in shown
    assert "<ins" not in shown


def test_the_preview_of_a_foreign_brand_is_not_there(world: World, page: Client) -> None:
    address = f"{world.path}/brands/{world.foreign_brand.pk}/rules/preview/"
    assert page.post(address, RULES).status_code == 404
