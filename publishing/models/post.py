from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from config.kernel.models import (
    AliveManager,
    Claimable,
    OrgOwned,
    SoftDeletes,
    TenantForeignKey,
)
from config.kernel.scoping import ScopedManager, ScopedQuerySet
from content.models import Angle


class PostStatus(models.TextChoices):
    PUBLISHED = "published"
    DELETED = "deleted"


class PostQuerySet(ScopedQuerySet["Post"]):
    def live(self) -> PostQuerySet:
        return self.filter(status=PostStatus.PUBLISHED)


class Post(SoftDeletes, Claimable, OrgOwned):
    """What is out, where, and how it does. Due again whenever its numbers are to be read."""

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="posts")
    account = TenantForeignKey("publishing.SocialAccount", models.RESTRICT, related_name="posts")
    pending_post = TenantForeignKey(
        "publishing.PendingPost",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
    )
    delivery = TenantForeignKey(
        "publishing.Delivery",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
    )
    material = TenantForeignKey(
        "content.Material", models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    schedule = TenantForeignKey(
        "publishing.Schedule",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
    )
    platform = models.CharField(max_length=30)
    content = models.TextField()
    hashtags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    link = models.CharField(max_length=2000, blank=True)
    media = models.JSONField(default=list, blank=True)
    external_id = models.CharField(max_length=500, blank=True)
    external_url = models.URLField(max_length=1000, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    status = models.CharField(max_length=10, choices=PostStatus, default=PostStatus.PUBLISHED)
    angle = models.CharField(max_length=20, choices=Angle, blank=True)
    angle_reason = models.TextField(blank=True)
    is_exploration = models.BooleanField(default=False)
    model_used = models.CharField(max_length=120, blank=True)
    likes = models.PositiveIntegerField(default=0)
    comments = models.PositiveIntegerField(default=0)
    shares = models.PositiveIntegerField(default=0)
    clicks = models.PositiveIntegerField(default=0)
    impressions = models.PositiveIntegerField(default=0)
    reach = models.PositiveIntegerField(default=0)
    engagement_rate = models.FloatField(default=0)
    metrics_updated_at = models.DateTimeField(null=True, blank=True)

    objects = AliveManager.from_queryset(PostQuerySet)()  # type: ignore[assignment,misc]
    with_deleted = ScopedManager.from_queryset(PostQuerySet)()

    class Meta:
        ordering = ["-published_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "platform", "account", "external_id"],
                condition=~Q(external_id=""),
                name="post_external_unique",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-published_at", "-id"], name="post_recent"),
            models.Index(
                fields=["organization", "platform", "-published_at"], name="post_platform"
            ),
            models.Index(fields=["account", "-published_at"], name="post_account"),
            models.Index(fields=["brand", "angle", "-published_at"], name="post_brand_angle"),
            models.Index(fields=["brand", "-published_at"], name="post_brand_recent"),
            models.Index(fields=["organization", "-impressions", "-id"], name="post_seen"),
            models.Index(fields=["organization", "-clicks", "-id"], name="post_clicked"),
            models.Index(
                fields=["organization", "-published_at", "-id"],
                name="post_lost",
                condition=Q(status="deleted"),
            ),
            # The calendar counts tens of thousands in a month by their times alone.
            models.Index(
                fields=["organization", "published_at", "id"],
                name="post_calendar",
                condition=Q(deleted_at=None, status="published"),
            ),
            models.Index(fields=["due_at"], name="post_due", condition=Q(status="published")),
        ]

    def __str__(self) -> str:
        return self.content[:60]

    @property
    def interactions(self) -> int:
        return self.likes + self.comments + self.shares

    @property
    def is_offline(self) -> bool:
        return self.model_used == "offline"
