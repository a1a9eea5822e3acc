from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from pgvector.django import VectorField

from config.kernel.models import AliveManager, Claimable, OrgOwned, SoftDeletes, TenantForeignKey
from config.kernel.scoping import ScopedManager, ScopedQuerySet
from config.kernel.states import Graph, HasGraph


class KnowledgeBucket(SoftDeletes, OrgOwned):
    """What is known for one purpose: for everything a brand does, or for one campaign."""

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    class Kind(models.TextChoices):
        GENERAL = "general"
        CAMPAIGN = "campaign"

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="buckets"
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.GENERAL)
    campaign_name = models.CharField(max_length=120, blank=True)
    description = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = AliveManager.from_queryset(ScopedQuerySet)()  # type: ignore[assignment,misc]
    with_deleted = ScopedManager.from_queryset(ScopedQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(deleted_at=None),
                name="bucket_name_unique",
            ),
            models.CheckConstraint(
                condition=Q(kind="campaign") ^ Q(campaign_name=""),
                name="bucket_campaign_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KnowledgeCategory(OrgOwned):
    """A category of the team's own, beside the 18 that everybody has."""

    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    words = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="category_slug_unique")
        ]

    def __str__(self) -> str:
        return self.name


class SourceStatus(models.TextChoices):
    QUEUED = "queued"
    READING = "reading"
    READY = "ready"
    FAILED = "failed"


class KnowledgeSource(SoftDeletes, Claimable, HasGraph, OrgOwned):
    """Where knowledge comes from: a site of at most 50 pages, a file, or words typed in."""

    brand_path: ClassVar[str] = "bucket__brand"
    shared_without_brand: ClassVar[bool] = True

    class Kind(models.TextChoices):
        SITE = "site"
        FILE = "file"
        MANUAL = "manual"

    graph = Graph(
        SourceStatus.QUEUED,
        {
            SourceStatus.QUEUED: [SourceStatus.READING, SourceStatus.FAILED],
            SourceStatus.READING: [SourceStatus.READY, SourceStatus.QUEUED, SourceStatus.FAILED],
            SourceStatus.READY: [SourceStatus.QUEUED],
            SourceStatus.FAILED: [SourceStatus.QUEUED],
        },
    )
    state_field = "status"

    bucket = TenantForeignKey("brands.KnowledgeBucket", models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=6, choices=Kind)
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=2000, blank=True)
    file_key = models.CharField(max_length=200, blank=True)
    mime_type = models.CharField(max_length=100, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    status = models.CharField(max_length=8, choices=SourceStatus, default=SourceStatus.QUEUED)
    error = models.TextField(blank=True)
    step = models.CharField(max_length=200, blank=True)
    pages_found = models.PositiveIntegerField(default=0)
    pages_read = models.PositiveIntegerField(default=0)
    chunks_added = models.PositiveIntegerField(default=0)
    chunks_kept = models.PositiveIntegerField(default=0)
    chunks_removed = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=list, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = AliveManager.from_queryset(ScopedQuerySet)()  # type: ignore[assignment,misc]
    with_deleted = ScopedManager.from_queryset(ScopedQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="knowledge_source_due",
                condition=Q(status__in=["queued", "reading"]),
            ),
            models.Index(fields=["organization", "bucket"], name="knowledge_source_bucket"),
        ]

    def __str__(self) -> str:
        return self.title


class KnowledgeDocument(OrgOwned):
    """One page, file or entry as plain text. `locator` is its address or place in the source."""

    brand_path: ClassVar[str] = "source__bucket__brand"
    shared_without_brand: ClassVar[bool] = True

    source = TenantForeignKey("brands.KnowledgeSource", models.CASCADE, related_name="documents")
    locator = models.CharField(max_length=2000, blank=True)
    title = models.CharField(max_length=300)
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    category = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["locator"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "locator"], name="document_locator_unique"
            )
        ]

    def __str__(self) -> str:
        return self.title


class KnowledgeEntry(OrgOwned):
    """A question with its answer: taken from a document, typed in, or asked for by a gap."""

    brand_path: ClassVar[str] = "bucket__brand"
    shared_without_brand: ClassVar[bool] = True

    class Kind(models.TextChoices):
        GUIDELINE = "guideline"
        EXAMPLE = "example"
        FAQ = "faq"
        ASSET = "asset"

    class Status(models.TextChoices):
        SUGGESTED = "suggested"
        ACTIVE = "active"
        ARCHIVED = "archived"

    bucket = TenantForeignKey("brands.KnowledgeBucket", models.CASCADE, related_name="entries")
    document = TenantForeignKey(
        "brands.KnowledgeDocument", models.SET_NULL, null=True, blank=True, related_name="entries"
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FAQ)
    question = models.CharField(max_length=500)
    answer = models.TextField()
    quote = models.TextField(blank=True)
    category = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    made_by = models.CharField(max_length=120, blank=True)
    access_count = models.PositiveIntegerField(default=0)
    last_accessed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["organization", "bucket", "category"], name="entry_category")
        ]

    def __str__(self) -> str:
        return self.question


class KnowledgeChunk(OrgOwned):
    """A passage that can be found and cited: of a document, or a whole entry.

    `start` and `end` are code point offsets in the document's content. `embedding` has 768 numbers
    of unit length by `model`, and is null while the embedder is away. `words` is what full text
    search looks in, written with the row.
    """

    brand_path: ClassVar[str] = "bucket__brand"
    shared_without_brand: ClassVar[bool] = True

    bucket = TenantForeignKey("brands.KnowledgeBucket", models.CASCADE, related_name="+")
    document = TenantForeignKey(
        "brands.KnowledgeDocument", models.CASCADE, null=True, blank=True, related_name="chunks"
    )
    entry = TenantForeignKey(
        "brands.KnowledgeEntry", models.CASCADE, null=True, blank=True, related_name="chunks"
    )
    number = models.PositiveIntegerField(default=0)
    heading = models.CharField(max_length=300, blank=True)
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    token_count = models.PositiveIntegerField(default=0)
    words = SearchVectorField(null=True)
    embedding = VectorField(dimensions=768, null=True)
    model = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "document", "number"],
                condition=Q(entry=None),
                name="chunk_number_unique",
            ),
            models.CheckConstraint(
                condition=Q(document=None) ^ Q(entry=None), name="chunk_of_one_thing"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "bucket"], name="chunk_bucket"),
            models.Index(fields=["organization", "content_hash"], name="chunk_hash"),
            # Without a list of pending entries: those are read through by every look-up.
            GinIndex(fields=["words"], name="chunk_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.content[:80]


class KnowledgeAccess(OrgOwned):
    """Who looked for what, what was found, and whether it was used. Kept 90 days."""

    brand_path: ClassVar[str] = "bucket__brand"
    shared_without_brand: ClassVar[bool] = True

    bucket = TenantForeignKey(
        "brands.KnowledgeBucket", models.CASCADE, null=True, blank=True, related_name="+"
    )
    chunk = TenantForeignKey(
        "brands.KnowledgeChunk", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    agent = models.CharField(max_length=60, blank=True)
    query_text = models.CharField(max_length=500)
    score = models.FloatField(null=True, blank=True)
    found_count = models.PositiveSmallIntegerField(default=0)
    was_used = models.BooleanField(default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="access_recent")]

    def __str__(self) -> str:
        return self.query_text


class GapReport(OrgOwned):
    """What a brand's knowledge lacks, and what to add first. `completeness` from 0 to 100."""

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="+")
    completeness = models.PositiveSmallIntegerField()
    categories = models.JSONField(default=list)
    gaps = models.JSONField(default=list)
    unanswered = models.JSONField(default=list)
    model_used = models.CharField(max_length=120)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["organization", "brand", "-created_at"], name="gap_report_recent")
        ]

    def __str__(self) -> str:
        return f"{self.completeness} of 100"
