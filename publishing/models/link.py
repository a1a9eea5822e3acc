from __future__ import annotations

from typing import ClassVar

from django.db import models

from config.kernel.models import Base, OrgOwned, TenantForeignKey


class LinkCode(Base):
    """A short link's public code and whose it is.

    Public by nature and therefore of the installation, as the names of hosted pages are: codes are
    unique over all organizations, and the row holds nothing but the code and where to look.
    """

    code = models.CharField(max_length=16, unique=True)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+"
    )
    link_id = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return self.code


class TrackedLink(OrgOwned):
    """A short address of ours that leads to a page, with the parameters that name where from."""

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="tracked_links")
    pending_post = TenantForeignKey(
        "publishing.PendingPost", models.SET_NULL, null=True, blank=True, related_name="links"
    )
    code = models.CharField(max_length=16)
    # As a person gave it, and as visitors are sent on to.
    url = models.CharField(max_length=2000)
    target = models.CharField(max_length=2200)
    utm = models.JSONField(default=dict, blank=True)
    clicks_count = models.PositiveIntegerField(default=0)
    visitors_count = models.PositiveIntegerField(default=0)
    last_clicked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["brand", "-created_at"], name="tracked_link_brand"),
            models.Index(fields=["pending_post"], name="tracked_link_post"),
        ]

    def __str__(self) -> str:
        return self.code


class LinkVisit(OrgOwned):
    """One visitor followed a short link on one day; counted once.

    `visitor` is a keyed hash whose key changes every day: it cannot be followed from day to day.
    """

    brand_path: ClassVar[str] = "link__brand"

    link = TenantForeignKey("publishing.TrackedLink", models.CASCADE, related_name="visits")
    visitor = models.CharField(max_length=32)
    on_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "link", "visitor", "on_date"], name="link_visit_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.on_date}"


class LinkSettings(OrgOwned):
    """What a brand does with the links of its posts. Values may say {platform}, {campaign} and
    {post}."""

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="link_settings")
    shortens = models.BooleanField(default=False)
    adds_utm = models.BooleanField(default=False)
    utm_source = models.CharField(max_length=80, default="{platform}")
    utm_medium = models.CharField(max_length=80, default="social")
    utm_campaign = models.CharField(max_length=80, default="{campaign}", blank=True)
    utm_content = models.CharField(max_length=80, default="{post}", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "brand"], name="link_settings_one")
        ]
        verbose_name_plural = "link settings"

    def __str__(self) -> str:
        return f"Links of {self.brand_id}"
