from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from config.kernel.fields import EncryptedJSON
from config.kernel.models import (
    AliveManager,
    Base,
    OrgOwned,
    SoftDeletes,
    TenantForeignKey,
)
from config.kernel.scoping import ScopedManager, ScopedQuerySet


class AccountStatus(models.TextChoices):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ERROR = "error"
    NEEDS_RECONNECT = "needs_reconnect"


class AccountQuerySet(ScopedQuerySet["SocialAccount"]):
    def usable(self) -> AccountQuerySet:
        return self.filter(is_active=True, status=AccountStatus.ACTIVE)


class SocialAccount(SoftDeletes, OrgOwned):
    """A place on a network where posts go out, with the credentials to put them there."""

    brand_path: ClassVar[str] = "brand_links__brand"

    platform = models.CharField(max_length=30)
    remote_id = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    handle = models.CharField(max_length=200, blank=True)
    account_type = models.CharField(max_length=10, default="business")
    server = models.URLField(blank=True)
    profile_url = models.URLField(max_length=500, blank=True)
    avatar_url = models.URLField(max_length=500, blank=True)
    credentials = EncryptedJSON(null=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    scopes = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    status = models.CharField(max_length=16, choices=AccountStatus, default=AccountStatus.ACTIVE)
    is_active = models.BooleanField(default=True)
    error_count = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_refresh_at = models.DateTimeField(null=True, blank=True)
    followers_count = models.PositiveIntegerField(null=True, blank=True)

    objects = AliveManager.from_queryset(AccountQuerySet)()  # type: ignore[assignment,misc]
    with_deleted = ScopedManager.from_queryset(AccountQuerySet)()

    class Meta:
        ordering = ["platform", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "platform", "remote_id"],
                condition=Q(deleted_at=None),
                name="account_remote_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.platform})"


class BrandAccountLink(OrgOwned):
    """A brand may use an account; one account a platform is the brand's default."""

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="account_links")
    account = TenantForeignKey(
        "publishing.SocialAccount", models.CASCADE, related_name="brand_links"
    )
    platform = models.CharField(max_length=30)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "brand", "account"], name="brand_link_unique"
            ),
            models.UniqueConstraint(
                fields=["organization", "brand", "platform"],
                condition=Q(is_default=True),
                name="brand_link_one_default",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} - {self.account_id}"


class FeedHandle(Base):
    """The public name of a hosted page and whose it is.

    Public by nature and therefore of the installation: names are unique over all organizations, and
    the row holds nothing but the name and where to look.
    """

    handle = models.SlugField(max_length=60, unique=True)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+"
    )
    account_id = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return self.handle


class FeedEntry(OrgOwned):
    """A post as the hosted page shows it; for the `feed` channel this is the network."""

    brand_path: ClassVar[str] = "account__brand_links__brand"

    account = TenantForeignKey("publishing.SocialAccount", models.CASCADE, related_name="entries")
    key = models.CharField(max_length=40)
    text = models.TextField()
    hashtags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    link = models.CharField(max_length=2000, blank=True)
    media = models.JSONField(default=list, blank=True)
    published_at = models.DateTimeField()
    views_count = models.PositiveIntegerField(default=0)
    clicks_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "account", "key"], name="feed_entry_key_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "account", "-published_at"], name="feed_entry_recent"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]


class FeedVisit(OrgOwned):
    """One visitor saw an entry, or followed its link, on one day; counted once.

    `visitor` is a keyed hash whose key changes every day: it cannot be followed from day to day.
    """

    brand_path: ClassVar[str] = "entry__account__brand_links__brand"

    class Kind(models.TextChoices):
        VIEW = "view"
        CLICK = "click"

    entry = TenantForeignKey("publishing.FeedEntry", models.CASCADE, related_name="visits")
    kind = models.CharField(max_length=5, choices=Kind)
    visitor = models.CharField(max_length=32)
    on_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "entry", "kind", "visitor", "on_date"],
                name="feed_visit_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.entry_id}"
