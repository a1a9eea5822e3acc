from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.kernel.models import OrgOwned, TenantForeignKey


class ApiKey(OrgOwned):
    """A program's way in: shown once, kept as a digest, bound to one organization and its scopes.

    `prefix` is the start of the key that people tell keys apart by. A key acts for the person who
    made it, and stops when that person leaves.
    """

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    requests_per_minute = models.PositiveIntegerField(default=600)
    allowed_addresses = ArrayField(
        models.CharField(max_length=43),
        default=list,
        blank=True,
        help_text="Networks that the key works from; empty means everywhere.",
    )
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    use_count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "digest"], name="api_key_unique")
        ]
        indexes = [models.Index(fields=["digest"], name="api_key_digest")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IdempotentRequest(OrgOwned):
    """A request of the API that carried an Idempotency-Key, with the answer it got; kept 24 h.

    `status` is empty while the first request is still going on.
    """

    api_key = TenantForeignKey(ApiKey, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "api_key", "key"], name="idempotent_request_unique"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotent_request_age")]

    def __str__(self) -> str:
        return self.key


class ApiUsage(OrgOwned):
    """How many requests of the API a team made in a calendar month (UTC), written once a minute."""

    month = models.DateField(help_text="Its first day.")
    requests = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "month"], name="api_usage_month_unique")
        ]
        verbose_name_plural = "API usage"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
