from __future__ import annotations

from typing import ClassVar

from django.db import models
from pgvector.django import VectorField

from config.kernel.models import OrgOwned


class ContentEmbedding(OrgOwned):
    """Where a text stands: 768 numbers of unit length, by one named model.

    Looked up by an exact scan inside one organization and its last 30 days; there is no approximate
    index on purpose (it lost up to 95 % of the neighbours under a filter).
    """

    brand_path: ClassVar[str] = "brand_id"
    shared_without_brand: ClassVar[bool] = True

    class ContentType(models.TextChoices):
        MATERIAL = "material"
        PENDING_POST = "pending_post"
        POST = "post"

    content_type = models.CharField(max_length=12, choices=ContentType)
    content_id = models.UUIDField()
    brand_id = models.UUIDField(null=True)
    model = models.CharField(max_length=80)
    embedding = VectorField(dimensions=768)
    content_hash = models.CharField(max_length=64)
    excerpt = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "content_type", "content_id"],
                name="embedding_content_unique",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "created_at"], name="embedding_org_created"),
            models.Index(fields=["organization", "content_hash"], name="embedding_org_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.content_type} {self.content_id}"
