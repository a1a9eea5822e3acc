"""Moving an organization's vectors to the embedding model that is configured now.

Vectors of two models cannot be compared, so after a change of the model nothing is found until the
rows have moved. The rows say themselves how far the move is: it can stop and go on anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from config.kernel.clock import now
from config.kernel.embeddings import current_model, embed
from config.kernel.scoping import org_atomic
from content.models import ContentEmbedding

from .similarity import content_hash, excerpt_of
from .upward import texts_of

BATCH = 64


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows of one batch: `moved` have a new vector, `gone` had no text any more and were removed,
    `left` are still to do after it."""

    moved: int
    gone: int
    left: int


def reembed(*, batch: int = BATCH) -> Iterator[Moved]:
    """Move the rows of the organization in scope, batch by batch, the newest first.

    The newest first, because the 30 days that look-ups reach back are then done soonest. Texts are
    embedded with no transaction open. Rows of a kind that no app can tell the text of stay as they
    are. Raises Unavailable when the embedder is away; what was moved stays moved.
    """
    model = current_model()
    while rows := _batch(model, batch):
        texts = _texts(rows)
        kept = [row for row in rows if row.pk in texts]
        if kept:
            vectors = embed([texts[row.pk] for row in kept]).vectors
            for row, vector in zip(kept, vectors, strict=True):
                row.embedding, row.model = vector, model
                row.content_hash = content_hash(texts[row.pk])
                row.excerpt = excerpt_of(texts[row.pk])
                row.updated_at = now()
        gone = [row.pk for row in rows if row.pk not in texts]
        with org_atomic():
            ContentEmbedding.objects.bulk_update(
                kept, ["embedding", "model", "content_hash", "excerpt", "updated_at"]
            )
            ContentEmbedding.objects.filter(pk__in=gone).delete()
            left = _waiting(model).count()
        yield Moved(len(kept), len(gone), left)


def waiting_count() -> int:
    """Rows of the organization in scope that are still of another model."""
    with org_atomic():
        return _waiting(current_model()).count()


def _waiting(model: str) -> QuerySet[ContentEmbedding]:
    return ContentEmbedding.objects.filter(content_type__in=list(texts_of)).exclude(model=model)


def _batch(model: str, size: int) -> list[ContentEmbedding]:
    with org_atomic():
        return list(_waiting(model).order_by("-created_at")[:size])


def _texts(rows: Sequence[ContentEmbedding]) -> Mapping[UUID, str]:
    """Texts by the id of the embedding's row; none for content that is gone or empty."""
    texts: dict[UUID, str] = {}
    for kind in {row.content_type for row in rows}:
        of_kind = [row for row in rows if row.content_type == kind]
        with org_atomic():
            found = texts_of[kind]([row.content_id for row in of_kind])
        texts |= {row.pk: found[row.content_id] for row in of_kind if found.get(row.content_id)}
    return texts
