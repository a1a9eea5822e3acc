from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from config.kernel.fields import EncryptedJSON
from config.kernel.models import (
    AliveManager,
    Base,
    Claimable,
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


class SocialAccount(SoftDeletes, Claimable, OrgOwned):
    """A place on a network where posts go out, with the credentials to put them there.

    Due again whenever its access is to be renewed or looked after.
    """

    brand_path: ClassVar[str] = "brand_links__brand"

    # Defaults of the database too: while a new version is rolled out, the old one adds accounts.
    fence = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    platform = models.CharField(max_length=30)
    remote_id = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    handle = models.CharField(max_length=200, blank=True)
    account_type = models.CharField(max_length=10, default="business")
    server = models.URLField(blank=True)
    profile_url = models.URLField(max_length=500, blank=True)
    avatar_url = models.URLField(max_length=500, blank=True)
    # What a person chose for the account and what it needs to be addressed: a board, a visibility.
    settings = models.JSONField(default=dict, db_default={}, blank=True)
    credentials = EncryptedJSON(null=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    scopes = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    status = models.CharField(max_length=16, choices=AccountStatus, default=AccountStatus.ACTIVE)
    is_active = models.BooleanField(default=True)
    error_count = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_refresh_at = models.DateTimeField(null=True, blank=True)
    # Not before this moment goes the next post out, so that posts keep their distance.
    next_send_at = models.DateTimeField(null=True, blank=True)
    # The breaker: closed while None; half open from this moment until enough posts went out.
    opened_until = models.DateTimeField(null=True, blank=True)
    successes = models.PositiveSmallIntegerField(default=0, db_default=0)
    # What the connection doctor found last: a list of findings.
    report = models.JSONField(default=list, db_default=[], blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
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
        indexes = [
            models.Index(
                fields=["due_at"], name="account_due", condition=Q(deleted_at=None, is_active=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.platform})"


class ConnectAttempt(OrgOwned):
    """Somebody left for a network to let Warren in, and may come back with its answer, once."""

    platform = models.CharField(max_length=30)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    # Instead of a member: the client's link by which somebody without an account came.
    link = TenantForeignKey(
        "publishing.PortalLink", models.CASCADE, null=True, blank=True, related_name="+"
    )
    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="+"
    )
    # Set when an account is connected again: only this very account will do.
    account = TenantForeignKey(
        "publishing.SocialAccount", models.CASCADE, null=True, blank=True, related_name="+"
    )
    # What the answer is checked and exchanged with: verifier, keys, server.
    kept = EncryptedJSON(null=True)
    # Accounts that the answer opened, while a person chooses among them.
    offered = EncryptedJSON(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(link__isnull=False),
                name="connect_attempt_of_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.created_at:%Y-%m-%d %H:%M}"


class AccountQuota(OrgOwned):
    """What a network lets one account do in a span of time, as last told or counted."""

    brand_path: ClassVar[str] = "account__brand_links__brand"

    class Source(models.TextChoices):
        DECLARED = "declared"
        HEADERS = "headers"
        ENDPOINT = "endpoint"

    account = TenantForeignKey("publishing.SocialAccount", models.CASCADE, related_name="quotas")
    name = models.CharField(max_length=60)
    limit = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    resets_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=Source)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "account", "name"], name="account_quota_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.used} of {self.limit}"


class NetworkState(Base):
    """One network, or one server of it, as the whole installation meets it: its breaker.

    Of the installation, because a network that is down is down for every organization; it holds
    nothing but counts and times.
    """

    key = models.CharField(max_length=200, unique=True)
    failures = models.PositiveSmallIntegerField(default=0)
    successes = models.PositiveSmallIntegerField(default=0)
    opened_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key


class NetworkQuota(Base):
    """What a network lets the installation's app do in a span of time, over all organizations."""

    platform = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    limit = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    resets_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "name"], name="network_quota_unique")
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.name}: {self.used} of {self.limit}"


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
