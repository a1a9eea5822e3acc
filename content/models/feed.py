from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from config.kernel.models import AliveManager, Claimable, OrgOwned, SoftDeletes, TenantForeignKey
from config.kernel.scoping import ScopedManager, ScopedQuerySet


class MaterialFeed(SoftDeletes, Claimable, OrgOwned):
    """An RSS or Atom feed that brings materials, or trends to judge first; polled politely.

    Asked again after `interval_minutes`, with the validators that it gave; a feed that fails is
    asked ever more rarely and stops after 10 failures in a row, which its people are told.
    """

    brand_path: ClassVar[str] = "brand"

    class Use(models.TextChoices):
        MATERIALS = "materials", "Every item becomes material"
        TRENDS = "trends", "Items are judged as trends"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="feeds")
    url = models.URLField(max_length=2000)
    title = models.CharField(max_length=200, blank=True)
    use = models.CharField(max_length=10, choices=Use, default=Use.MATERIALS)
    is_active = models.BooleanField(default=True)
    interval_minutes = models.PositiveIntegerField(default=60)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    consecutive_errors = models.PositiveSmallIntegerField(default=0)

    objects = AliveManager.from_queryset(ScopedQuerySet)()  # type: ignore[assignment,misc]
    with_deleted = ScopedManager.from_queryset(ScopedQuerySet)()

    class Meta:
        ordering = ["title", "url"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "brand", "url"],
                condition=Q(deleted_at=None),
                name="feed_url_unique",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="feed_due", condition=Q(is_active=True)),
        ]

    def __str__(self) -> str:
        return self.title or self.url


class FeedItem(OrgOwned):
    """One thing that a feed told of. Scores are of specification 1c, trends: 0 to 100."""

    brand_path: ClassVar[str] = "feed__brand"

    class Status(models.TextChoices):
        NEW = "new"
        TAKEN = "taken"
        FILTERED = "filtered"
        DISMISSED = "dismissed"

    feed = TenantForeignKey("content.MaterialFeed", models.CASCADE, related_name="items")
    key = models.CharField(max_length=64)
    url = models.URLField(max_length=2000, blank=True)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    relevance = models.PositiveSmallIntegerField(null=True, blank=True)
    parts = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.NEW)
    reason = models.CharField(max_length=300, blank=True)
    material = TenantForeignKey(
        "content.Material", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "feed", "key"], name="feed_item_key")
        ]
        indexes = [
            models.Index(fields=["organization", "status", "-relevance"], name="feed_item_best")
        ]

    def __str__(self) -> str:
        return self.title
