from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from config.kernel.models import AliveManager, OrgOwned, SoftDeletes
from config.kernel.scoping import ScopedManager, ScopedQuerySet


def default_colors() -> dict[str, str]:
    return {
        "primary": "#3B82F6",
        "secondary": "#8B5CF6",
        "accent": "#10B981",
        "background": "#FFFFFF",
        "text": "#1F2937",
    }


def default_language_rules() -> dict[str, Any]:
    return {
        "words_to_use": [],
        "words_to_avoid": [],
        "required_words": [],
        "emoji_usage": "minimal",
        "hashtag_style": "moderate",
        "cta_style": "soft",
    }


def default_trending_filters() -> dict[str, Any]:
    return {
        "industries": [],
        "exclude_topics": [],
        "min_relevance": 60,
        "require_approval": True,
    }


def default_guard_rules() -> dict[str, Any]:
    """What a brand's texts are held against beside words and links.

    `disclosure_when` is never, always or ai (only what the agent wrote); `reading_level` is easy,
    normal or any; `claims` names the kinds of claims that may go out by themselves.
    """
    return {
        "allowed_mentions": [],
        "allowed_prices": [],
        "claims": [],
        "crisis_words": [],
        "disclosure": "",
        "disclosure_when": "never",
        "reading_level": "any",
    }


class BrandProfile(SoftDeletes, OrgOwned):
    """Of whom we speak: identity, voice, rules and how each platform differs."""

    brand_path: ClassVar[str] = "id"

    class VisualStyle(models.TextChoices):
        MINIMAL = "minimal"
        BOLD = "bold"
        PLAYFUL = "playful"
        CORPORATE = "corporate"
        LUXURY = "luxury"
        TECH = "tech"

    class FontPreference(models.TextChoices):
        MODERN = "modern"
        CLASSIC = "classic"
        HANDWRITTEN = "handwritten"
        MONOSPACE = "monospace"

    class TrendingPriority(models.TextChoices):
        HIGH = "high"
        MEDIUM = "medium"
        LOW = "low"

    name = models.CharField(max_length=120)
    logo = models.CharField(max_length=300, blank=True)
    icon = models.CharField(max_length=300, blank=True)
    website_url = models.URLField(blank=True)
    business_type = models.CharField(max_length=120, blank=True)
    location = models.CharField(max_length=120, blank=True)
    price_range = models.CharField(max_length=40, blank=True)
    unique_selling_points = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    language = models.CharField(max_length=10, default="en")
    timezone = models.CharField(max_length=64, default="UTC")
    colors = models.JSONField(default=default_colors)
    visual_style = models.CharField(max_length=12, choices=VisualStyle, default=VisualStyle.MINIMAL)
    font_preference = models.CharField(
        max_length=12, choices=FontPreference, default=FontPreference.MODERN
    )
    tone = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    personality = models.TextField(blank=True)
    target_audience = models.TextField(blank=True)
    custom_context = models.TextField(
        blank=True, help_text="Put before the writer word for word with every post."
    )
    language_rules = models.JSONField(default=default_language_rules)
    example_posts = models.JSONField(default=list, blank=True)
    content_pillars = models.JSONField(default=list, blank=True)
    platform_settings = models.JSONField(default=dict, blank=True)
    allowed_links = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    guard_rules = models.JSONField(default=default_guard_rules, blank=True)
    auto_approve = models.BooleanField(default=True)
    approval_timeout_hours = models.PositiveSmallIntegerField(
        default=24, validators=[MinValueValidator(1), MaxValueValidator(720)]
    )
    exploration_ratio = models.FloatField(
        default=0.10, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    notify_email = models.EmailField(blank=True)
    notify_webhook = models.URLField(blank=True)
    trending_enabled = models.BooleanField(default=False)
    trending_priority = models.CharField(
        max_length=8, choices=TrendingPriority, default=TrendingPriority.MEDIUM
    )
    trending_filters = models.JSONField(default=default_trending_filters)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)

    objects = AliveManager.from_queryset(ScopedQuerySet)()  # type: ignore[assignment,misc]
    with_deleted = ScopedManager.from_queryset(ScopedQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(deleted_at=None),
                name="brand_name_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def logo_name(self) -> str:
        """As the address of a picture names it."""
        return self.logo.rpartition("/")[2]

    @property
    def icon_name(self) -> str:
        return self.icon.rpartition("/")[2]
