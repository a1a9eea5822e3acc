from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from config.kernel.models import (
    AliveManager,
    Claimable,
    OrgOwned,
    SoftDeletes,
    TenantForeignKey,
)
from config.kernel.scoping import ScopedManager, ScopedQuerySet
from config.kernel.states import Graph, HasGraph


class StrategyKind(models.TextChoices):
    POSITIONING = "positioning", "Positioning"
    FUNNEL = "funnel", "Funnel"
    COMPETITION = "competition", "Competitive gaps"
    KPIS = "kpis", "KPI framework"
    KEYWORDS = "keywords", "Keyword research"


class StrategyStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class StrategyPaper(SoftDeletes, Claimable, HasGraph, OrgOwned):
    """One piece of strategy for a brand, worked out by the strategist and edited by people.

    `inputs` is what the strategist was asked with; the words stand in the versions.
    """

    brand_path: ClassVar[str] = "brand"

    graph = Graph(
        StrategyStatus.QUEUED,
        {
            StrategyStatus.QUEUED: [StrategyStatus.RUNNING, StrategyStatus.FAILED],
            StrategyStatus.RUNNING: [
                StrategyStatus.READY,
                StrategyStatus.QUEUED,
                StrategyStatus.FAILED,
            ],
            StrategyStatus.READY: [StrategyStatus.QUEUED],
            StrategyStatus.FAILED: [StrategyStatus.QUEUED, StrategyStatus.READY],
        },
    )
    state_field = "status"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=12, choices=StrategyKind)
    title = models.CharField(max_length=200)
    inputs = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=8, choices=StrategyStatus, default=StrategyStatus.QUEUED)
    error = models.TextField(blank=True)
    current_number = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = AliveManager.from_queryset(ScopedQuerySet)()  # type: ignore[assignment,misc]
    with_deleted = ScopedManager.from_queryset(ScopedQuerySet)()

    class Meta:
        ordering = ["kind", "-created_at"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="strategy_paper_due",
                condition=models.Q(status__in=["queued", "running"]),
            ),
            models.Index(fields=["organization", "brand", "kind"], name="strategy_paper_brand"),
        ]

    def __str__(self) -> str:
        return self.title


class StrategyVersion(OrgOwned):
    """A paper's words at one time. `result` has the form of the kind's output type."""

    brand_path: ClassVar[str] = "paper__brand"

    paper = TenantForeignKey("brands.StrategyPaper", models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    result = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    is_edited = models.BooleanField(default=False)
    model_used = models.CharField(max_length=120, blank=True)
    cost_micros = models.BigIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "paper", "number"], name="strategy_version_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} version {self.number}"
