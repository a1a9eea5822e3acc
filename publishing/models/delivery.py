from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from config.kernel.models import Claimable, OrgOwned, TenantForeignKey
from config.kernel.scoping import ScopedManager, ScopedQuerySet
from config.kernel.states import Graph, HasGraph


class DeliveryState(models.TextChoices):
    SCHEDULED = "scheduled"
    CLAIMED = "claimed"
    SENDING = "sending"
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"
    MISSED = "missed"


class Part(models.TextChoices):
    """What a delivery is of its post: the post itself, the next part of its thread, a comment."""

    POST = "post"
    REPLY = "reply"
    COMMENT = "comment"


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    def open(self) -> DeliveryQuerySet:
        return self.filter(state__in=Delivery.graph.states - Delivery.graph.terminal)

    def unknown(self) -> DeliveryQuerySet:
        return self.filter(state=DeliveryState.UNKNOWN)

    def posts(self) -> DeliveryQuerySet:
        """Without the later parts of threads and the comments: one row for each post."""
        return self.filter(part=Part.POST)

    def with_a_fate_of_their_own(self) -> DeliveryQuerySet:
        """Posts, and those parts whose turn came: what ends with its post is not told apart."""
        return self.filter(Q(part=Part.POST) | Q(parent__state=DeliveryState.PUBLISHED))


class Delivery(Claimable, HasGraph, OrgOwned):
    """One post to one account, once. The row is the truth; a message is only a hint.

    `sending` is committed before the first byte leaves. From there no row goes back to `scheduled`
    without a read-back that found nothing, or an error that proves that nothing was sent.

    The parts of a thread and a first comment are deliveries of their own, each under the one before
    it: without a time until that one is out, so that nothing about them can touch the post again.
    """

    brand_path: ClassVar[str] = "pending_post__brand"

    graph = Graph(
        DeliveryState.SCHEDULED,
        {
            DeliveryState.SCHEDULED: [
                DeliveryState.CLAIMED,
                DeliveryState.CANCELLED,
                DeliveryState.MISSED,
                DeliveryState.FAILED,
            ],
            DeliveryState.CLAIMED: [
                DeliveryState.SENDING,
                DeliveryState.SCHEDULED,
                DeliveryState.CANCELLED,
                DeliveryState.MISSED,
                DeliveryState.FAILED,
            ],
            DeliveryState.SENDING: [
                DeliveryState.ACCEPTED,
                DeliveryState.PUBLISHED,
                DeliveryState.SCHEDULED,
                DeliveryState.UNKNOWN,
                DeliveryState.FAILED,
            ],
            # Back to SCHEDULED once the platform, asked again, has certainly not made the post.
            DeliveryState.ACCEPTED: [
                DeliveryState.PUBLISHED,
                DeliveryState.SCHEDULED,
                DeliveryState.UNKNOWN,
                DeliveryState.FAILED,
            ],
            # A person, or a later read-back, settles what the platform did not tell.
            DeliveryState.UNKNOWN: [
                DeliveryState.PUBLISHED,
                DeliveryState.ACCEPTED,
                DeliveryState.SCHEDULED,
                DeliveryState.FAILED,
            ],
            DeliveryState.PUBLISHED: [],
            DeliveryState.FAILED: [DeliveryState.SCHEDULED],
            DeliveryState.CANCELLED: [],
            DeliveryState.MISSED: [DeliveryState.SCHEDULED],
        },
    )

    pending_post = TenantForeignKey(
        "publishing.PendingPost", models.CASCADE, related_name="deliveries"
    )
    account = TenantForeignKey(
        "publishing.SocialAccount", models.RESTRICT, related_name="deliveries"
    )
    parent = TenantForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="followers"
    )
    part = models.CharField(max_length=7, choices=Part, default=Part.POST, db_default=Part.POST)
    platform = models.CharField(max_length=30)
    occurrence = models.CharField(max_length=60)
    idempotency_key = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.SCHEDULED)
    payload = models.JSONField(null=True, blank=True)
    payload_hash = models.CharField(max_length=64, blank=True)
    # What was approved; compared with the living approval in the transaction that sends.
    content_hash = models.CharField(max_length=64, blank=True)
    lease_owner = models.CharField(max_length=80, blank=True)
    remote_handle = models.JSONField(default=dict, blank=True)
    remote_id = models.CharField(max_length=500, blank=True)
    remote_url = models.URLField(max_length=1000, blank=True)
    sending_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    # Read-backs since the last sending that told nothing.
    lookups = models.PositiveSmallIntegerField(default=0)
    # Under which key the publish credit stands taken; empty when none is.
    charge_key = models.CharField(max_length=120, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)

    objects = ScopedManager.from_queryset(DeliveryQuerySet)()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "pending_post", "account", "occurrence"],
                name="delivery_unique",
            ),
            models.UniqueConstraint(
                fields=["organization", "idempotency_key"], name="delivery_idempotency_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "organization"],
                name="delivery_due",
                condition=Q(state__in=["scheduled", "claimed", "sending", "accepted"]),
            ),
            models.Index(
                fields=["organization", "state", "-created_at"], name="delivery_org_state"
            ),
            models.Index(fields=["account", "-created_at"], name="delivery_account"),
            models.Index(
                fields=["account", "sending_at"],
                name="delivery_sent",
                condition=Q(sending_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.state}"

    @property
    def is_follower(self) -> bool:
        return self.part != Part.POST


class DeliveryAttempt(OrgOwned):
    """What happened when we tried, or looked: the evidence behind a delivery's state."""

    brand_path: ClassVar[str] = "delivery__pending_post__brand"

    class Outcome(models.TextChoices):
        PUBLISHED = "published"
        NOT_SENT = "not_sent"
        AMBIGUOUS = "ambiguous"
        REFUSED = "refused"
        RECONNECT = "reconnect"
        RATE_LIMITED = "rate_limited"
        ACCEPTED = "accepted"
        FOUND = "found"
        NOT_FOUND = "not_found"
        DECIDED = "decided"

    delivery = TenantForeignKey("publishing.Delivery", models.CASCADE, related_name="trail")
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    message = models.TextField(blank=True)
    code = models.CharField(max_length=60, blank=True)
    evidence = models.JSONField(default=dict)
    duration_ms = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["delivery", "created_at"], name="attempt_delivery")]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"
