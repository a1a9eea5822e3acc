from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
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

from .angle import Angle


class MaterialStatus(models.TextChoices):
    UPLOADED = "uploaded"
    PROCESSING = "processing"
    ANALYZED = "analyzed"
    READY = "ready"
    USED = "used"
    ARCHIVED = "archived"
    FAILED = "failed"


class MaterialQuerySet(ScopedQuerySet["Material"]):
    def usable(self) -> MaterialQuerySet:
        """Ready, or used before; whether it has cooled down is the chooser's question."""
        return self.filter(status__in=[MaterialStatus.READY, MaterialStatus.USED])

    def for_brand(self, brand_id: object) -> MaterialQuerySet:
        return self.filter(models.Q(brand_id=brand_id) | models.Q(brand_id=None))


class Material(SoftDeletes, Claimable, HasGraph, OrgOwned):
    """Raw matter for posts: a text, a page, a file or a picture, and what was understood of it.

    `medium` is what a picture or video is by itself: sides, colours, length; `original_content` of
    a video is its transcript.
    """

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    class Kind(models.TextChoices):
        TEXT = "text"
        URL = "url"
        FILE = "file"
        IMAGE = "image"
        VIDEO = "video"

    graph = Graph(
        MaterialStatus.UPLOADED,
        {
            MaterialStatus.UPLOADED: [
                MaterialStatus.PROCESSING,
                MaterialStatus.ARCHIVED,
                MaterialStatus.FAILED,
            ],
            MaterialStatus.PROCESSING: [
                MaterialStatus.ANALYZED,
                MaterialStatus.UPLOADED,
                MaterialStatus.FAILED,
            ],
            MaterialStatus.ANALYZED: [MaterialStatus.READY, MaterialStatus.FAILED],
            MaterialStatus.READY: [
                MaterialStatus.USED,
                MaterialStatus.ARCHIVED,
                MaterialStatus.UPLOADED,
            ],
            MaterialStatus.USED: [
                MaterialStatus.READY,
                MaterialStatus.ARCHIVED,
                MaterialStatus.UPLOADED,
            ],
            MaterialStatus.ARCHIVED: [MaterialStatus.READY, MaterialStatus.UPLOADED],
            MaterialStatus.FAILED: [MaterialStatus.UPLOADED, MaterialStatus.ARCHIVED],
        },
    )
    state_field = "status"

    brand = TenantForeignKey(
        "brands.BrandProfile",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="materials",
    )
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=200)
    original_content = models.TextField(blank=True)
    file_key = models.CharField(max_length=200, blank=True)
    file_size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    mime_type = models.CharField(max_length=100, blank=True)
    alt_text = models.CharField(max_length=1000, blank=True)
    medium = models.JSONField(default=dict, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    status = models.CharField(
        max_length=12, choices=MaterialStatus, default=MaterialStatus.UPLOADED
    )
    error = models.TextField(blank=True)
    is_truncated = models.BooleanField(default=False)
    extracted_text = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    summary = models.TextField(blank=True)
    key_points = ArrayField(models.TextField(), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    suggested_angles = ArrayField(
        models.CharField(max_length=20, choices=Angle), default=list, blank=True
    )
    content_type = models.CharField(max_length=20, blank=True)
    sentiment = models.CharField(max_length=20, blank=True)
    audience = models.CharField(max_length=200, blank=True)
    content_pillar = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, blank=True)
    links = ArrayField(models.CharField(max_length=2000), default=list, blank=True)
    facts = models.JSONField(default=list, blank=True)
    analyzed_by = models.CharField(max_length=120, blank=True)
    priority = models.SmallIntegerField(default=0)
    usage_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = AliveManager.from_queryset(MaterialQuerySet)()  # type: ignore[assignment,misc]
    with_deleted = ScopedManager.from_queryset(MaterialQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["organization", "status"], name="material_org_status"),
            models.Index(
                fields=["brand", "status", "content_pillar"], name="material_brand_pillar"
            ),
            models.Index(fields=["organization", "-created_at", "-id"], name="material_recent"),
            models.Index(
                fields=["due_at"],
                name="material_due",
                condition=models.Q(status__in=["uploaded", "processing"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_offline(self) -> bool:
        return self.analyzed_by == "offline"
