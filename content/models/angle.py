from __future__ import annotations

from typing import ClassVar

from django.db import models

from config.kernel.models import OrgOwned, TenantForeignKey


class Angle(models.TextChoices):
    """From which side a post looks at its material."""

    PRODUCT_FOCUS = "product_focus"
    USER_BENEFIT = "user_benefit"
    STORYTELLING = "storytelling"
    EDUCATIONAL = "educational"
    SOCIAL_PROOF = "social_proof"
    PROMOTIONAL = "promotional"


class AngleStatistic(OrgOwned):
    """What a brand's history on a platform says about one angle; written by analytics.

    `wins` and `losses` are decayed sums of rewards from 0 to 1 and of what was missing to 1: the
    evidence of a Beta distribution, without its prior.
    """

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="+")
    platform = models.CharField(max_length=30)
    angle = models.CharField(max_length=20, choices=Angle)
    wins = models.FloatField(default=0)
    losses = models.FloatField(default=0)
    posts_count = models.PositiveIntegerField(default=0)
    mean_interactions = models.FloatField(default=0)
    mean_engagement_rate = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "brand", "platform", "angle"],
                name="angle_statistic_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.angle} on {self.platform}"
