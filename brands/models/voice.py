from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.kernel.fields import EncryptedJSON, EncryptedText
from config.kernel.models import Claimable, OrgOwned, TenantForeignKey
from config.kernel.states import Graph, HasGraph


class BrandVoice(OrgOwned):
    """How a brand speaks. Only a confirmed voice is written with and held against texts.

    `voice` holds `brands.voice.profile.VoiceProfile` as JSON, sealed; `embedding` the mean of its
    example texts, 768 numbers of unit length by `embedding_model`, sealed too.
    """

    brand_path: ClassVar[str] = "brand"

    class Source(models.TextChoices):
        MANUAL = "manual"
        ANALYSED = "analysed"
        MERGED = "merged"
        PRESET = "preset"

    class Status(models.TextChoices):
        DRAFT = "draft"
        CONFIRMED = "confirmed"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="voices")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    source = models.CharField(max_length=10, choices=Source, default=Source.MANUAL)
    voice = EncryptedJSON()
    embedding = EncryptedJSON(null=True)
    embedding_model = models.CharField(max_length=80, blank=True)
    analysed_url = models.URLField(max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "brand", "status"], name="brand_voice_status_unique"
            )
        ]

    def __str__(self) -> str:
        return f"Voice {self.version} of {self.brand_id}"


class VoiceAnalysisStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class VoiceAnalysis(Claimable, HasGraph, OrgOwned):
    """One reading of a brand's own texts, from an address or pasted.

    The newest one of an address that is done, not rejected and younger than 7 days answers for the
    address again. `previous` is the attempt that somebody rejected, so that the next one differs.
    """

    brand_path: ClassVar[str] = "brand"

    graph = Graph(
        VoiceAnalysisStatus.QUEUED,
        {
            VoiceAnalysisStatus.QUEUED: [VoiceAnalysisStatus.RUNNING, VoiceAnalysisStatus.FAILED],
            VoiceAnalysisStatus.RUNNING: [
                VoiceAnalysisStatus.DONE,
                VoiceAnalysisStatus.QUEUED,
                VoiceAnalysisStatus.FAILED,
            ],
            VoiceAnalysisStatus.DONE: [],
            VoiceAnalysisStatus.FAILED: [VoiceAnalysisStatus.QUEUED],
        },
    )
    state_field = "status"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="+")
    url = models.URLField(max_length=2000, blank=True)
    source_text = EncryptedText(null=True)
    status = models.CharField(
        max_length=8, choices=VoiceAnalysisStatus, default=VoiceAnalysisStatus.QUEUED
    )
    step = models.CharField(max_length=200, blank=True)
    pages = models.JSONField(default=list, blank=True)
    result = EncryptedJSON(null=True)
    error = models.TextField(blank=True)
    previous = TenantForeignKey(
        "brands.VoiceAnalysis", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rejected_at = models.DateTimeField(null=True, blank=True)
    rejected_reason = models.CharField(max_length=500, blank=True)
    model_used = models.CharField(max_length=120, blank=True)
    cost_micros = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="voice_analysis_due",
                condition=models.Q(status__in=["queued", "running"]),
            ),
            models.Index(fields=["organization", "url", "-created_at"], name="voice_analysis_url"),
        ]

    def __str__(self) -> str:
        return self.url or "pasted text"


class SavedVoice(OrgOwned):
    """A voice that the team keeps to use again; at most 20, and one that new brands begin with."""

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    brand = TenantForeignKey(
        "brands.BrandProfile", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=200)
    source_url = models.URLField(max_length=2000, blank=True)
    voice = EncryptedJSON()
    is_default = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="saved_voice_name"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(is_default=True),
                name="saved_voice_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VoiceScore(OrgOwned):
    """How much one text sounded like its brand, from 0 to 1, when it was written.

    `subject_id` names the candidate or the post in the app above; `said_at` is when it went out.
    """

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="+")
    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    voice_version = models.PositiveIntegerField()
    score = models.FloatField()
    reasons = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subject_type", "subject_id"], name="voice_score_subject"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "brand", "-said_at"], name="voice_score_said")
        ]

    def __str__(self) -> str:
        return f"{self.score:.2f} for {self.subject_type} {self.subject_id}"
