from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from config.kernel.models import Claimable, OrgOwned, TenantForeignKey
from config.kernel.states import Graph, HasGraph


class ScheduleStatus(models.TextChoices):
    ACTIVE = "active"
    PAUSED = "paused"
    EXHAUSTED = "exhausted"
    ERROR = "error"


class MaterialStrategy(models.TextChoices):
    ROUND_ROBIN = "round_robin"
    RANDOM = "random"
    WEIGHTED = "weighted"
    PILLAR_BALANCED = "pillar_balanced"


class CatchUp(models.TextChoices):
    ONCE = "once"
    SKIP = "skip"
    ALL = "all"


def weekdays() -> list[int]:
    """Monday to Friday; 0 is Sunday."""
    return [1, 2, 3, 4, 5]


class Schedule(HasGraph, OrgOwned):
    """When the agent writes for a brand: wall times in a zone, resolved late."""

    brand_path: ClassVar[str] = "brand"

    class Frequency(models.TextChoices):
        ONCE_A_DAY = "1_per_day"
        TWICE_A_DAY = "2_per_day"
        THRICE_A_DAY = "3_per_day"
        WEEKLY = "weekly"
        CUSTOM = "custom"

    graph = Graph(
        ScheduleStatus.ACTIVE,
        {
            ScheduleStatus.ACTIVE: [
                ScheduleStatus.PAUSED,
                ScheduleStatus.EXHAUSTED,
                ScheduleStatus.ERROR,
            ],
            ScheduleStatus.PAUSED: [ScheduleStatus.ACTIVE],
            ScheduleStatus.EXHAUSTED: [ScheduleStatus.ACTIVE, ScheduleStatus.PAUSED],
            ScheduleStatus.ERROR: [ScheduleStatus.ACTIVE, ScheduleStatus.PAUSED],
        },
    )
    state_field = "status"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=120)
    platforms = ArrayField(models.CharField(max_length=30), default=list)
    frequency = models.CharField(max_length=10, choices=Frequency, default=Frequency.ONCE_A_DAY)
    times = ArrayField(models.TimeField(), default=list)
    days_of_week = ArrayField(models.PositiveSmallIntegerField(), default=weekdays)
    timezone = models.CharField(max_length=64, default="UTC")
    material_strategy = models.CharField(
        max_length=16, choices=MaterialStrategy, default=MaterialStrategy.ROUND_ROBIN
    )
    auto_approve = models.BooleanField(null=True, blank=True, help_text="Empty: as the brand says.")
    is_unique_per_platform = models.BooleanField(default=False)
    exploration_ratio = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="Empty: as the brand says.",
    )
    catch_up = models.CharField(max_length=4, choices=CatchUp, default=CatchUp.ONCE)
    status = models.CharField(max_length=10, choices=ScheduleStatus, default=ScheduleStatus.ACTIVE)
    next_run_at = models.DateTimeField(null=True, blank=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_generated_at = models.DateTimeField(null=True, blank=True)
    consecutive_errors = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    missed_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(
                fields=["next_run_at"],
                name="schedule_due",
                # Exhausted ones are looked at too: their brand may have material again.
                condition=Q(status__in=["active", "exhausted"]),
            ),
            models.Index(fields=["organization", "brand"], name="schedule_brand"),
        ]

    def __str__(self) -> str:
        return self.name


class RunStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class RunMode(models.TextChoices):
    """Who decides on the texts: a manual run leaves them to a person, whatever the policy."""

    AUTOPILOT = "autopilot"
    MANUAL = "manual"


class AutopilotRun(Claimable, HasGraph, OrgOwned):
    """One turn of the loop: one occurrence of a schedule, or one asked for by hand.

    A manual run with `regenerates` writes that post anew. `occurrence` is local date and wall time,
    so that an hour that comes twice cannot double it.
    """

    brand_path: ClassVar[str] = "brand"

    graph = Graph(
        RunStatus.QUEUED,
        {
            RunStatus.QUEUED: [RunStatus.RUNNING, RunStatus.SKIPPED, RunStatus.FAILED],
            RunStatus.RUNNING: [
                RunStatus.QUEUED,
                RunStatus.DONE,
                RunStatus.SKIPPED,
                RunStatus.FAILED,
            ],
            RunStatus.DONE: [],
            RunStatus.SKIPPED: [],
            RunStatus.FAILED: [],
        },
    )
    state_field = "status"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="runs")
    schedule = TenantForeignKey(
        "publishing.Schedule",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="runs",
    )
    material = TenantForeignKey(
        "content.Material", models.SET_NULL, null=True, blank=True, related_name="runs"
    )
    occurrence = models.CharField(max_length=60)
    platforms = ArrayField(models.CharField(max_length=30), default=list)
    # In the database too: the scheduler's tick inserts many rows with its own statement.
    mode = models.CharField(
        max_length=10,
        choices=RunMode,
        default=RunMode.AUTOPILOT,
        db_default=RunMode.AUTOPILOT,
    )
    instruction = models.TextField(blank=True, default="", db_default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    regenerates = TenantForeignKey(
        "publishing.PendingPost",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="rewritings",
    )
    scheduled_for = models.DateTimeField()
    status = models.CharField(max_length=8, choices=RunStatus, default=RunStatus.QUEUED)
    outcome = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "schedule", "occurrence"], name="run_occurrence_unique"
            ),
            models.UniqueConstraint(
                fields=["organization", "regenerates"],
                condition=Q(status__in=["queued", "running"]),
                name="run_one_rewriting",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="run_recent"),
            models.Index(
                fields=["due_at"], name="run_due", condition=Q(status__in=["queued", "running"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.occurrence}"


class Decision(OrgOwned):
    """One thing that the agent decided by itself, with its reason in words and its numbers."""

    brand_path: ClassVar[tuple[str, ...]] = ("run__brand", "pending_post__brand")

    class Kind(models.TextChoices):
        MATERIAL = "material"
        DUPLICATES = "duplicates"
        ANGLE = "angle"
        GENERATION = "generation"
        GUARDS = "guards"
        RANKING = "ranking"
        TIMING = "timing"
        APPROVAL = "approval"
        DELIVERY = "delivery"

    run = TenantForeignKey(
        "publishing.AutopilotRun",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="decisions",
    )
    pending_post = TenantForeignKey(
        "publishing.PendingPost",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="decisions",
    )
    kind = models.CharField(max_length=12, choices=Kind)
    summary = models.CharField(max_length=300)
    reason = models.TextField()
    data = models.JSONField(default=dict)
    cost_micros = models.BigIntegerField(default=0)
    credits = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="decision_recent"),
            models.Index(fields=["pending_post"], name="decision_pending"),
        ]

    def __str__(self) -> str:
        return self.summary
