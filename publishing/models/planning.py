from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from config.kernel.models import Claimable, OrgOwned, TenantForeignKey
from config.kernel.states import Graph, HasGraph


class PostingQueue(OrgOwned):
    """A line of posts under a name that leave one by one at its slots, in the queue's zone."""

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="queues")
    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=64, default="UTC")
    is_default = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True, blank=True)
    # Slots that nobody filled take from the evergreen pool, a day ahead.
    fills_from_pool = models.BooleanField(default=False)
    # When its empty slots are looked at again; None while it does not fill.
    fill_due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "brand", "name"], name="queue_name"),
            models.UniqueConstraint(
                fields=["organization", "brand"],
                condition=Q(is_default=True),
                name="queue_one_default",
            ),
        ]
        indexes = [
            models.Index(
                fields=["fill_due_at"],
                name="queue_fill_due",
                condition=Q(fills_from_pool=True, paused_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.name


class QueueSlot(OrgOwned):
    """A weekday (0 is Sunday) and wall time of a queue, for one account or for all of the brand."""

    brand_path: ClassVar[str] = "queue__brand"

    queue = TenantForeignKey("publishing.PostingQueue", models.CASCADE, related_name="slots")
    account = TenantForeignKey(
        "publishing.SocialAccount", models.CASCADE, null=True, blank=True, related_name="+"
    )
    weekday = models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)])
    wall_time = models.TimeField()

    class Meta:
        ordering = ["weekday", "wall_time"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "queue", "account", "weekday", "wall_time"],
                name="queue_slot_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.wall_time:%H:%M}"


class RecurrenceStatus(models.TextChoices):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Recurrence(Claimable, HasGraph, OrgOwned):
    """A composition that goes out again and again: an RFC 5545 rule in wall time of a zone.

    Due when its next occurrence's posts are to be made, some days ahead of their time.
    """

    brand_path: ClassVar[str] = "composition__brand"

    graph = Graph(
        RecurrenceStatus.ACTIVE,
        {
            RecurrenceStatus.ACTIVE: [RecurrenceStatus.PAUSED, RecurrenceStatus.ENDED],
            RecurrenceStatus.PAUSED: [RecurrenceStatus.ACTIVE, RecurrenceStatus.ENDED],
            RecurrenceStatus.ENDED: [],
        },
    )
    state_field = "status"

    composition = TenantForeignKey(
        "publishing.Composition", models.CASCADE, related_name="recurrences"
    )
    rule = models.CharField(max_length=300)
    starts_on = models.DateField()
    wall_time = models.TimeField()
    timezone = models.CharField(max_length=64, default="UTC")
    ends_on = models.DateField(null=True, blank=True)
    most = models.PositiveSmallIntegerField(null=True, blank=True)
    made_count = models.PositiveSmallIntegerField(default=0)
    # The local date of the last occurrence that was made, so that none is made twice.
    made_until = models.DateField(null=True, blank=True)
    status = models.CharField(
        max_length=6, choices=RecurrenceStatus, default=RecurrenceStatus.ACTIVE
    )
    last_error = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="recurrence_due", condition=Q(status="active"))
        ]

    def __str__(self) -> str:
        return self.rule


class EvergreenItem(OrgOwned):
    """A composition that stays true and may go out again after a rest, when a slot is empty."""

    brand_path: ClassVar[str] = "composition__brand"

    composition = TenantForeignKey(
        "publishing.Composition", models.CASCADE, related_name="evergreen"
    )
    queue = TenantForeignKey("publishing.PostingQueue", models.CASCADE, related_name="pool")
    cooldown_days = models.PositiveSmallIntegerField(
        default=60, validators=[MinValueValidator(31), MaxValueValidator(730)]
    )
    most_uses = models.PositiveSmallIntegerField(null=True, blank=True)
    use_count = models.PositiveSmallIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["last_used_at", "created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "composition", "queue"], name="evergreen_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.composition_id} in {self.queue_id}"


class CalendarSettings(OrgOwned):
    """How a brand's calendar looks: whose holidays, and on which day a week begins (0: Sunday)."""

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, related_name="calendar_settings"
    )
    # ISO 3166 countries, with a subdivision after a hyphen where one is meant: DE, DE-BY.
    countries = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    week_starts_on = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(6)])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "brand"], name="calendar_settings_one")
        ]
        verbose_name_plural = "calendar settings"

    def __str__(self) -> str:
        return ", ".join(self.countries)


class CalendarEvent(OrgOwned):
    """A day or some days to plan around: a fair, a launch, a closed week."""

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["starts_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="calendar_event_order"
            )
        ]
        indexes = [models.Index(fields=["organization", "starts_on"], name="calendar_event_start")]

    def __str__(self) -> str:
        return self.name


class ImportStatus(models.TextChoices):
    CHECKED = "checked"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


class PostImport(Claimable, HasGraph, OrgOwned):
    """Posts from a file: read and checked first, made only when a person has seen what they get.

    `rows` are the lines as they were understood, each with its problems; nothing is made of a line
    with problems.
    """

    brand_path: ClassVar[str] = "brand"

    graph = Graph(
        ImportStatus.CHECKED,
        {
            ImportStatus.CHECKED: [ImportStatus.QUEUED, ImportStatus.CANCELLED],
            ImportStatus.QUEUED: [ImportStatus.RUNNING, ImportStatus.CANCELLED],
            ImportStatus.RUNNING: [ImportStatus.DONE, ImportStatus.QUEUED],
            ImportStatus.DONE: [ImportStatus.UNDOING],
            ImportStatus.UNDOING: [ImportStatus.UNDONE],
            ImportStatus.CANCELLED: [],
            ImportStatus.UNDONE: [],
        },
    )
    state_field = "status"

    class Kind(models.TextChoices):
        CSV = "csv", "CSV"
        JSON = "json", "JSON"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=4, choices=Kind)
    # Which column is read as what: {"text": "Caption", "when": "Date"}.
    mapping = models.JSONField(default=dict, blank=True)
    # What becomes of each line: drafts, scheduled at its time, or put into a queue.
    lands = models.CharField(max_length=10, default="draft")
    queue = TenantForeignKey(
        "publishing.PostingQueue", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rows = models.JSONField(default=list, blank=True)
    made_count = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=9, choices=ImportStatus, default=ImportStatus.CHECKED)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="post_import_due",
                condition=Q(status__in=["queued", "running", "undoing"]),
            )
        ]

    def __str__(self) -> str:
        return self.name
