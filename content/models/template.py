from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from config.kernel.models import OrgOwned, TenantForeignKey


class ContentTemplate(OrgOwned):
    """A text with gaps, to begin from: {{ name }} is filled when it is used.

    `sections` are the parts of longer kinds: [{"title", "body"}]. `variables` say what each gap
    means and what stands in it when nobody says: {"name": {"help", "default"}}.
    """

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    class Kind(models.TextChoices):
        POST = "post", "Post"
        AD = "ad", "Ad"
        STORY = "story", "Story"
        EMAIL = "email", "E-mail"
        PROPOSAL = "proposal", "Proposal"

    class Status(models.TextChoices):
        ACTIVE = "active"
        ARCHIVED = "archived"

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.POST)
    platform = models.CharField(max_length=30, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    sections = models.JSONField(default=list, blank=True)
    variables = models.JSONField(default=dict, blank=True)
    hashtags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    starter = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    use_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(status="active"),
                name="template_name_unique",
            )
        ]

    def __str__(self) -> str:
        return self.name


class HashtagSet(OrgOwned):
    """Hashtags that go together, kept under a name. Without #."""

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="hashtag_sets"
    )
    name = models.CharField(max_length=80)
    tags = ArrayField(models.CharField(max_length=80))
    platforms = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    use_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="hashtag_set_name")
        ]

    def __str__(self) -> str:
        return self.name


class PostConfiguration(OrgOwned):
    """How posts are made: hashtags, call to action, and what a text must reach to go out alone.

    The brand's default is used where nothing else is named. `voice_minimum` is a ratio from 0 to 1.
    """

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="configurations"
    )
    name = models.CharField(max_length=120)
    platforms = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    adds_hashtags = models.BooleanField(default=True)
    hashtags_max = models.JSONField(default=dict, blank=True)
    hashtag_set = TenantForeignKey(
        "content.HashtagSet", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    adds_call = models.BooleanField(default=True)
    call_to_action = models.CharField(max_length=200, blank=True)
    voice_minimum = models.FloatField(
        default=0.80, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    requires_guards = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    use_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="post_configuration_name"
            ),
            models.UniqueConstraint(
                fields=["organization", "brand"],
                condition=Q(is_default=True),
                nulls_distinct=False,
                name="post_configuration_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name
