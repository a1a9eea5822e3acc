from __future__ import annotations

from typing import ClassVar

from django.db import models

from config.kernel.models import OrgOwned, TenantForeignKey


class EngagementSnapshot(OrgOwned):
    """The numbers of a post at one of its ages, as the platform told them.

    A number that the platform does not have is null and never zero.
    """

    brand_path: ClassVar[str] = "post__brand"

    class Age(models.TextChoices):
        QUARTER_HOUR = "15m"
        HOUR = "1h"
        DAY = "1d"
        WEEK = "1w"

    post = TenantForeignKey("publishing.Post", models.CASCADE, related_name="snapshots")
    age = models.CharField(max_length=3, choices=Age)
    age_seconds = models.PositiveIntegerField()
    likes = models.PositiveIntegerField(null=True)
    comments = models.PositiveIntegerField(null=True)
    shares = models.PositiveIntegerField(null=True)
    clicks = models.PositiveIntegerField(null=True)
    impressions = models.PositiveIntegerField(null=True)
    reach = models.PositiveIntegerField(null=True)
    engagement_rate = models.FloatField(default=0)

    class Meta:
        ordering = ["age_seconds"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "post", "age"], name="snapshot_age_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.post_id} at {self.age}"


class MetricsError(OrgOwned):
    """A platform did not tell a post's numbers; the next post went on all the same."""

    brand_path: ClassVar[str] = "post__brand"

    post = TenantForeignKey("publishing.Post", models.CASCADE, related_name="metrics_errors")
    platform = models.CharField(max_length=30)
    message = models.TextField()
    code = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.message[:60]
