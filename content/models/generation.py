from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.kernel.models import OrgOwned, TenantForeignKey
from config.kernel.states import Graph, HasGraph

from .angle import Angle


class GenerationStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Generation(HasGraph, OrgOwned):
    """One request for candidates: three texts on one material for one platform."""

    brand_path: ClassVar[str] = "brand"

    class Mode(models.TextChoices):
        AUTOPILOT = "autopilot"
        MANUAL = "manual"

    graph = Graph(
        GenerationStatus.QUEUED,
        {
            GenerationStatus.QUEUED: [
                GenerationStatus.RUNNING,
                GenerationStatus.FAILED,
            ],
            GenerationStatus.RUNNING: [GenerationStatus.DONE, GenerationStatus.FAILED],
            GenerationStatus.DONE: [],
            GenerationStatus.FAILED: [],
        },
    )
    state_field = "status"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="generations")
    material = TenantForeignKey("content.Material", models.CASCADE, related_name="generations")
    platform = models.CharField(max_length=30)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.AUTOPILOT)
    status = models.CharField(
        max_length=8, choices=GenerationStatus, default=GenerationStatus.QUEUED
    )
    regeneration_of = TenantForeignKey(
        "content.Generation", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    excluded_angles = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    instruction = models.TextField(blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    context_hash = models.CharField(max_length=64, blank=True)
    configuration = TenantForeignKey(
        "content.PostConfiguration", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    passages = models.JSONField(default=list, blank=True)
    credits = models.PositiveSmallIntegerField(default=0)
    cost_micros = models.BigIntegerField(default=0)
    failure = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="generation_recent")]

    def __str__(self) -> str:
        return f"{self.material} for {self.platform}"


class Candidate(OrgOwned):
    """One text that was written, with everything that speaks for and against it."""

    brand_path: ClassVar[str] = "generation__brand"

    generation = TenantForeignKey("content.Generation", models.CASCADE, related_name="candidates")
    label = models.CharField(max_length=1)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.TextField()
    hashtags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    link = models.CharField(max_length=2000, blank=True)
    media = models.JSONField(default=list, blank=True)
    angle = models.CharField(max_length=20, choices=Angle)
    angle_reason = models.TextField(blank=True)
    is_exploration = models.BooleanField(default=False)
    sources = models.JSONField(default=list, blank=True)
    citations = models.JSONField(default=list, blank=True)
    skill_version = TenantForeignKey(
        "content.SkillVersion", models.SET_NULL, null=True, blank=True, related_name="candidates"
    )
    shared_skill = models.ForeignKey(
        "content.SharedSkill", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    skill_reason = models.CharField(max_length=300, blank=True)
    voice_score = models.FloatField(null=True, blank=True)
    voice_reasons = models.JSONField(default=list, blank=True)
    similarity_score = models.FloatField(default=0)
    guard_score = models.FloatField(default=0)
    history_score = models.FloatField(default=0)
    aesthetics_score = models.FloatField(default=0)
    diversity_score = models.FloatField(default=0)
    cost_score = models.FloatField(default=0)
    rerank_score = models.FloatField(default=0)
    max_similarity = models.FloatField(null=True, blank=True)
    neighbours = models.JSONField(default=list, blank=True)
    is_valid = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=1)
    character_count = models.PositiveIntegerField(default=0)
    model_used = models.CharField(max_length=120)
    cost_micros = models.BigIntegerField(default=0)
    generation_time_ms = models.PositiveIntegerField(default=0)
    is_selected = models.BooleanField(default=False)

    class Meta:
        ordering = ["rank", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "generation", "label"], name="candidate_label_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.text[:60]}"

    @property
    def is_offline(self) -> bool:
        return self.model_used == "offline"


class GuardResult(OrgOwned):
    """What one guard said of one candidate, with the guard's version."""

    REVIEW: ClassVar[str] = "review"  # of `severity`: it may go out only when a person says so

    brand_path: ClassVar[str] = "candidate__generation__brand"

    candidate = TenantForeignKey("content.Candidate", models.CASCADE, related_name="guard_results")
    guard = models.CharField(max_length=40)
    version = models.CharField(max_length=10)
    passed = models.BooleanField()
    severity = models.CharField(max_length=10, default="block")
    reason = models.TextField(blank=True)
    spans = models.JSONField(default=list, blank=True)
    was_fixed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "candidate", "guard"], name="guard_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.guard}: {'passed' if self.passed else 'failed'}"


class StoredAnswer(OrgOwned):
    """A model's answer under the key of its step, so that a re-run never pays twice."""

    step_key = models.CharField(max_length=120)
    agent = models.CharField(max_length=60)
    agent_version = models.CharField(max_length=20)
    provider = models.CharField(max_length=30)
    model = models.CharField(max_length=120)
    output = models.JSONField()
    usage = models.JSONField(default=dict)
    cost_micros = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "step_key"], name="stored_answer_key_unique"
            )
        ]

    def __str__(self) -> str:
        return self.step_key
