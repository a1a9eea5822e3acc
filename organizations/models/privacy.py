from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.kernel.models import Base, Claimable, OrgOwned
from config.kernel.states import Graph, HasGraph


class ConsentKind(models.TextChoices):
    DATA_PROCESSING = "data_processing", "Processing of my data"
    MARKETING = "marketing", "Messages about the product"
    ANALYTICS = "analytics", "Counting how I use the product"
    THIRD_PARTY = "third_party", "Passing my data to others"


class Consent(Base):
    """What a person agreed to or took back, and the words that they saw. Never changed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents"
    )
    kind = models.CharField(max_length=15, choices=ConsentKind)
    is_granted = models.BooleanField()
    text_version = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["user", "kind", "-created_at"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.kind}: {'yes' if self.is_granted else 'no'}"


class RequestKind(models.TextChoices):
    EXPORT = "export"
    DELETION = "deletion"


class RequestState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DataRequest(HasGraph, Claimable):
    """A wish about data that takes time: a copy of it, or its end after a grace of 30 days.

    `progress` remembers which sections are done, so that a broken run goes on where it stopped;
    `receipt` holds counts a table and nothing of what was counted.
    """

    graph = Graph(
        RequestState.WAITING,
        {
            RequestState.WAITING: [RequestState.RUNNING, RequestState.CANCELLED],
            RequestState.RUNNING: [RequestState.WAITING, RequestState.DONE, RequestState.FAILED],
            RequestState.FAILED: [RequestState.WAITING, RequestState.CANCELLED],
            RequestState.DONE: [],
            RequestState.CANCELLED: [],
        },
    )

    kind = models.CharField(max_length=8, choices=RequestKind)
    state = models.CharField(max_length=9, choices=RequestState, default=RequestState.WAITING)
    progress = models.JSONField(default=dict)
    file = models.CharField(max_length=200, blank=True)
    file_bytes = models.PositiveBigIntegerField(null=True)
    token_digest = models.CharField(max_length=64, blank=True)
    link_ends_at = models.DateTimeField(null=True, blank=True)
    downloaded_at = models.DateTimeField(null=True, blank=True)
    receipt = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True, blank=True)
    error_message = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


OPEN_STATES = [RequestState.WAITING, RequestState.RUNNING, RequestState.FAILED]


class OrganizationRequest(DataRequest, OrgOwned):
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind"],
                condition=Q(state__in=OPEN_STATES),
                name="organization_request_one_open",
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="organization_request_due")]


class PersonRequest(DataRequest, Base):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=Q(state__in=OPEN_STATES),
                name="person_request_one_open",
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="person_request_due")]


class Erasure(Base):
    """Proof that a person or an organization was erased: when, how much, and a keyed digest of who.

    The digest lets a restored backup be erased again; nobody can read the name out of it.
    """

    class Subject(models.TextChoices):
        PERSON = "person"
        ORGANIZATION = "organization"

    subject = models.CharField(max_length=12, choices=Subject)
    digest = models.CharField(max_length=64, unique=True)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    replayed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.subject} {self.digest[:8]}"


class Suppression(OrgOwned):
    """An address that must not be written to or taken in again, as a keyed digest."""

    class Reason(models.TextChoices):
        ERASED = "erased"
        UNSUBSCRIBED = "unsubscribed"
        BOUNCED = "bounced"
        COMPLAINED = "complained"

    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=12, choices=Reason)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "digest"], name="suppression_unique")
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.digest[:8]}"
