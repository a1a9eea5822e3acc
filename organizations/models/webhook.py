from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.kernel.fields import EncryptedText
from config.kernel.models import Claimable, OrgOwned, TenantForeignKey
from config.kernel.states import Graph, HasGraph


class WebhookEndpoint(OrgOwned):
    """An address of a customer's own system that is told of events, signed with a shared secret.

    While a secret is being rotated, messages carry the signatures of both until the old one ends.
    """

    name = models.CharField(max_length=80)
    url = models.URLField(max_length=500)
    events = ArrayField(models.CharField(max_length=60), default=list)
    secret = EncryptedText()
    previous_secret = EncryptedText(null=True)
    previous_ends_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    stopped_reason = models.CharField(max_length=200, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="webhook_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class WebhookState(models.TextChoices):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class WebhookDelivery(HasGraph, Claimable, OrgOwned):
    """One event on its way to one endpoint, with what the other side answered last.

    Its id is the message's id, so that the receiver can drop repetitions.
    """

    graph = Graph(
        WebhookState.WAITING,
        {
            WebhookState.WAITING: [
                WebhookState.DELIVERED,
                WebhookState.FAILED,
                WebhookState.CANCELLED,
            ],
            # A person may ask for it again.
            WebhookState.FAILED: [WebhookState.WAITING],
            WebhookState.DELIVERED: [WebhookState.WAITING],
            WebhookState.CANCELLED: [],
        },
    )

    endpoint = TenantForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    record = TenantForeignKey(
        "organizations.AuditRecord", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    event = models.CharField(max_length=60)
    payload = models.JSONField(null=True)
    state = models.CharField(max_length=9, choices=WebhookState, default=WebhookState.WAITING)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_answer = models.TextField(blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_duration_ms = models.PositiveIntegerField(null=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "endpoint", "-created_at"], name="webhook_recent"),
            models.Index(
                fields=["due_at"],
                condition=models.Q(state=WebhookState.WAITING),
                name="webhook_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.state}"
