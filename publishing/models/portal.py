from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.kernel.models import OrgOwned, TenantForeignKey


class PortalLink(OrgOwned):
    """A door for somebody without an account: to one thing of one brand, until a moment.

    Only a digest of the secret is kept, so the address can be shown once.
    """

    brand_path: ClassVar[str] = "brand"

    class Purpose(models.TextChoices):
        REVIEW = "review", "Approve posts"
        CONNECT = "connect", "Connect accounts"
        CALENDAR = "calendar", "See the calendar"
        REPORT = "report", "See the report"
        ICS = "ics", "Subscribe to the calendar"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="portal_links")
    purpose = models.CharField(max_length=8, choices=Purpose)
    token_digest = models.CharField(max_length=64)
    client_name = models.CharField(max_length=120, blank=True)
    client_email = models.EmailField(blank=True)
    # For REVIEW: these posts; empty for all that wait for the client.
    post_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    # For CONNECT: these networks; empty for all.
    platforms = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    message = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # When a letter with the address left.
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    first_used_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    use_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "token_digest"], name="portal_link_token"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.client_name}"
