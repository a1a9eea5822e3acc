from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from config.kernel.models import Claimable, OrgOwned, TenantForeignKey
from config.kernel.scoping import ScopedManager, ScopedQuerySet

from .pending_post import PendingPost


class PortalLinkQuerySet(ScopedQuerySet["PortalLink"]):
    def reviewing(self, moment: datetime) -> PortalLinkQuerySet:
        """Those that a client can answer by at this moment."""
        purpose = PortalLink.Purpose.REVIEW
        return self.filter(purpose=purpose, revoked_at=None, expires_at__gt=moment)

    def leading_to(self, post: PendingPost) -> PortalLinkQuerySet:
        """Those of a post's brand that are not narrowed to other posts."""
        named = Q(post_ids=[]) | Q(post_ids__contains=[post.pk])
        return self.filter(named, brand=post.brand_id)


class PortalLink(Claimable, OrgOwned):
    """A door for somebody without an account: to one thing of one brand, until a moment.

    Only a digest of the secret is kept, so the address can be shown once. `due_at` is when the next
    letter with the report leaves; None where none does.
    """

    brand_path: ClassVar[str] = "brand"

    class Purpose(models.TextChoices):
        REVIEW = "review", "Approve posts"
        CONNECT = "connect", "Connect accounts"
        CALENDAR = "calendar", "See the calendar"
        REPORT = "report", "See the report"
        ICS = "ics", "Subscribe to the calendar"

    class Mailed(models.TextChoices):
        NEVER = "never", "Never"
        WEEKLY = "weekly", "Every Monday"
        MONTHLY = "monthly", "On the first of every month"

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
    # For ICS: read by the team, who see words that have not come to the client.
    is_for_team = models.BooleanField(default=False, db_default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # For REPORT: how often it is mailed to the client.
    mailed = models.CharField(
        max_length=7, choices=Mailed, default=Mailed.NEVER, db_default=Mailed.NEVER
    )
    # The day of the next such letter, in the brand's zone; it tells of the days before it.
    letter_day = models.DateField(null=True, blank=True)
    # The day of the last one that was handed to a mail server, which no second one is for.
    letter_begun = models.DateField(null=True, blank=True)
    # When who reads them asked for no more of these letters.
    letters_stopped_at = models.DateTimeField(null=True, blank=True)
    letter_problem = models.CharField(max_length=200, default="", db_default="", blank=True)
    fence = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # When a letter with the address left.
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    first_used_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    use_count = models.PositiveIntegerField(default=0)

    objects = ScopedManager.from_queryset(PortalLinkQuerySet)()  # type: ignore[assignment,misc]

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "token_digest"], name="portal_link_token"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="portal_letter_due",
                condition=Q(revoked_at=None) & ~Q(mailed="never"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.client_name}"
