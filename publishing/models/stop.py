from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.kernel.models import Base, OrgOwned, TenantForeignKey

from .account import SocialAccount


class Stop(OrgOwned):
    """Somebody pulled the brake: from then on nothing leaves here, until somebody lets go.

    Of a whole team, a brand, a network or one account. A row is one standstill, kept as its record.
    """

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    class Level(models.TextChoices):
        ORGANIZATION = "organization", "The whole team"
        BRAND = "brand", "A brand"
        PLATFORM = "platform", "A network"
        ACCOUNT = "account", "A channel"

    level = models.CharField(max_length=12, choices=Level)
    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="stops"
    )
    account = TenantForeignKey(
        SocialAccount, models.CASCADE, null=True, blank=True, related_name="stops"
    )
    platform = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=300)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    resume_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "level", "brand", "account", "platform"],
                condition=Q(resumed_at=None),
                nulls_distinct=False,
                name="stop_one_living",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}: {self.reason}"


class InstallationStop(Base):
    """The operator's brake: on everything, or on one network for everybody."""

    platform = models.CharField(max_length=30, blank=True, help_text="Empty: everything.")
    reason = models.CharField(max_length=300)
    stopped_by = models.CharField(max_length=200)
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform"], condition=Q(resumed_at=None), name="installation_stop_living"
            )
        ]

    def __str__(self) -> str:
        return self.platform or "everything"
