from __future__ import annotations

from django.conf import settings
from django.db import models

from config.kernel.models import Base, OrgOwned, TenantForeignKey


class TicketStatus(models.TextChoices):
    OPEN = "open"
    ANSWERED = "answered"
    RESOLVED = "resolved"


class TicketPriority(models.TextChoices):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Question(models.Model):
    """What a person asks the operators, and where that stands."""

    subject = models.CharField(max_length=160)
    message = models.TextField()
    status = models.CharField(max_length=8, choices=TicketStatus, default=TicketStatus.OPEN)
    priority = models.CharField(max_length=6, choices=TicketPriority, default=TicketPriority.NORMAL)
    operator_notes = models.TextField(blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.subject


class SupportTicket(Question, OrgOwned):
    """A question of a member, whose team sees it with its answers."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="ticket_recent")]


class TicketReply(OrgOwned):
    ticket = TenantForeignKey(SupportTicket, models.CASCADE, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_from_staff = models.BooleanField(default=False)
    body = models.TextField()

    class Meta:
        ordering = ["created_at"]
        verbose_name_plural = "ticket replies"

    def __str__(self) -> str:
        return self.body[:60]


class ContactMessage(Question, Base):
    """A question of somebody who is not signed in. The application may write it, not read it."""

    email = models.EmailField("e-mail address", max_length=320)
    name = models.CharField(max_length=120, blank=True)


class SupportVisit(OrgOwned):
    """An operator's visit to a team's pages: why, as whom, and until when. The team sees it."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    acts_as = TenantForeignKey(
        "organizations.Membership", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=300)
    may_change = models.BooleanField(default=False)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="visit_recent")]

    def __str__(self) -> str:
        return self.reason
