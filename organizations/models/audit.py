from __future__ import annotations

from django.conf import settings
from django.db import models

from config.kernel.models import OrgOwned


class ActorKind(models.TextChoices):
    PERSON = "person"
    AGENT = "agent"
    STAFF = "staff"
    SYSTEM = "system"


class AuditRecord(OrgOwned):
    """What happened: who did what to which row, and why. Written by one door, never changed."""

    actor_kind = models.CharField(max_length=8, choices=ActorKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    action = models.CharField(max_length=60)
    target_type = models.CharField(max_length=60)
    target_id = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="audit_recent"),
            models.Index(fields=["organization", "target_type", "target_id"], name="audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type}"
