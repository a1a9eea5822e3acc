from __future__ import annotations

from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from config.kernel.fields import EncryptedText
from config.kernel.models import Claimable, OrgOwned, TenantForeignKey
from config.kernel.states import Graph, HasGraph


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
    by_hook = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "kind"], name="notification_choice_unique"
            )
        ]

    def __str__(self) -> str:
        return self.kind


class NotificationSettings(OrgOwned):
    """When one person wants to be written to: at once or gathered, and never at night.

    Quiet hours and digests hold back mail and webhooks, not the list in Warren. What is urgent,
    such as a post that was not published, waits for neither unless `urgent_waits`.
    """

    class Digest(models.TextChoices):
        NOW = "now", "At once"
        HOURLY = "hourly", "Once an hour"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=6, choices=Digest, default=Digest.NOW)
    digest_time = models.TimeField(default=time(9))
    # Of a weekly digest; 0 is Sunday.
    digest_weekday = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(6)])
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    urgent_waits = models.BooleanField(default=False)
    hook_url = models.URLField(max_length=500, blank=True)
    hook_secret = EncryptedText(null=True)

    class Meta:
        verbose_name_plural = "notification settings"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="notification_settings_unique"
            )
        ]

    def __str__(self) -> str:
        return self.get_digest_display()


class NoticeState(models.TextChoices):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class OutgoingNotice(Claimable, HasGraph, OrgOwned):
    """A notice on its way to an address that is no member's mail: a webhook of a person or a brand,
    or a brand's own mailbox."""

    graph = Graph(
        NoticeState.QUEUED,
        {
            NoticeState.QUEUED: [NoticeState.SENT, NoticeState.FAILED],
            NoticeState.SENT: [],
            NoticeState.FAILED: [],
        },
    )
    state_field = "state"

    class Way(models.TextChoices):
        MAIL = "mail"
        HOOK = "hook"

    way = models.CharField(max_length=4, choices=Way)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    brand_id = models.UUIDField(null=True, blank=True)
    address = models.CharField(max_length=500)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=160)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=300, blank=True)
    record = TenantForeignKey(
        "organizations.AuditRecord", null=True, on_delete=models.CASCADE, related_name="+"
    )
    state = models.CharField(max_length=6, choices=NoticeState, default=NoticeState.QUEUED)
    sent_at = models.DateTimeField(null=True, blank=True)
    error_message = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="outgoing_notice_due")
        ]

    def __str__(self) -> str:
        return self.title


class SavedView(OrgOwned):
    """A list as one person likes to see it: its filters and order, under a name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    # What the list opens with for this person.
    is_default = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "place"],
                condition=Q(is_default=True),
                name="saved_view_one_default",
            ),
            models.UniqueConstraint(
                fields=["organization", "user", "place", "name"], name="saved_view_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name
