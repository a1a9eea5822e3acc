from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.kernel.models import OrgOwned, TenantForeignKey


class ActorKind(models.TextChoices):
    PERSON = "person"
    AGENT = "agent"
    RULE = "rule"
    API_KEY = "api_key", "API key"
    STAFF = "staff"
    SYSTEM = "system"
    CLIENT = "client", "Client, by a link"


class AuditCategory(models.TextChoices):
    """What a record is about, and with it how long it is kept."""

    GENERAL = "general"
    SECRET = "secret"  # noqa: S105 - a category and no password
    PRIVACY = "privacy"
    SECURITY = "security"
    BILLING = "billing"
    API = "api", "API"


class AuditRecord(OrgOwned):
    """What happened: who did what to which row, and why. Written by one door, never changed.

    `before` and `after` hold the fields that changed, without secrets. `actor_digest` binds the
    person to the record, so that erasing the person leaves the chain whole and a change of name
    in it visible.
    """

    actor_kind = models.CharField(max_length=8, choices=ActorKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_digest = models.CharField(max_length=64, blank=True)
    api_key = TenantForeignKey(
        "organizations.ApiKey", null=True, on_delete=models.RESTRICT, related_name="+"
    )
    category = models.CharField(max_length=8, choices=AuditCategory, default=AuditCategory.GENERAL)
    action = models.CharField(max_length=60)
    target_type = models.CharField(max_length=60)
    target_id = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    succeeded = models.BooleanField(default=True)
    seal = TenantForeignKey(
        "organizations.AuditSeal", null=True, on_delete=models.RESTRICT, related_name="records"
    )

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="audit_recent"),
            models.Index(fields=["organization", "target_type", "target_id"], name="audit_target"),
            models.Index(
                fields=["organization", "created_at"],
                condition=Q(seal=None),
                name="audit_unsealed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type}"


class AuditSeal(OrgOwned):
    """A closed block of audit records: its digest holds every record and the seal before it.

    Two chains, because records of two kinds are kept for different times: a block is pruned as a
    whole, and its seal stays. Digests are SHA-256 in hex. `leaves` says which records the block
    holds, so that a changed or missing one can be named: 16 bytes of id and 32 of digest each, and
    once they are pruned the 32 bytes of the digest of all that.
    """

    class Chain(models.TextChoices):
        ROUTINE = "routine", "Routine, 90 days"
        LASTING = "lasting", "Lasting, 730 days"

    chain = models.CharField(max_length=7, choices=Chain)
    number = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    newest_at = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    leaves = models.BinaryField(default=bytes)
    pruned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "chain", "number"], name="audit_seal_number_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.chain} seal {self.number}"
