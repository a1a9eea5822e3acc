from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.kernel.models import Claimable, OrgOwned, TenantForeignKey


class Notification(Claimable, OrgOwned):
    """Something that one person of an organization should know. `due_at` is when it is mailed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=160)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=300, blank=True)
    record = TenantForeignKey(
        "organizations.AuditRecord",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "user", "-created_at"], name="notification_recent"
            ),
            models.Index(
                fields=["organization", "user"],
                condition=Q(read_at=None),
                name="notification_unread",
            ),
            models.Index(
                fields=["due_at"], condition=Q(mailed_at=None), name="notification_to_mail"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NotificationChoice(OrgOwned):
    """How one person wants to hear of one kind of event; without a row, the kind's own default."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    in_page = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "kind"], name="notification_choice_unique"
            )
        ]

    def __str__(self) -> str:
        return self.kind
