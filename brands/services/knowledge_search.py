"""Looking something up: the passages that fit a question best, and a note of who asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db.models import F

from brands.knowledge.finding import FROM_EACH, Hit, Shelf, by_vector, by_words, fused
from brands.knowledge.fulltext import languages_for, steps_for
from brands.models import (
    BrandProfile,
    KnowledgeAccess,
    KnowledgeBucket,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeEntry,
    KnowledgeSource,
)
from config.kernel.brands import over_all_brands
from config.kernel.clock import now
from config.kernel.embeddings import Embedded, embed
from config.kernel.embeddings.thresholds import passage_threshold
from config.kernel.embeddings.weights import WeightsError
from config.kernel.errors import DomainError, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import User

log = structlog.get_logger(__name__)

MOST_CHARACTERS: Final = 500
MOST_PASSAGES: Final = 10
USED_WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of what is known, with its place: code points [start, end) of the document.

    `document_id` is None for an entry. `score` is the fused rank, comparable within one look-up;
    `likeness` a cosine, None where only words found it; `step` 1 when all words of the question are
    in it, 2 for half of them, 3 for any, None where only the vector found it.
    """

    chunk_id: UUID
    bucket_id: UUID
    document_id: UUID | None
    title: str
    locator: str
    heading: str
    text: str
    start: int
    end: int
    score: float
    likeness: float | None = None
    step: int | None = None
    entry_id: UUID | None = None
    language: str = ""
    access_id: UUID | None = None


def find_passages(
    *,
    query: str,
    brand_id: UUID | None,
    limit: int = 5,
    agent: str = "",
    user: User | None = None,
    bucket_ids: Collection[UUID] | None = None,
) -> Sequence[Passage]:
    """At most `limit` passages of the brand's buckets and of those for every brand, best first.

    By words and by vectors, ten of each, put together by reciprocal rank fusion (specification 2c);
    by words alone while the embedder is away. One note of the look-up is kept for 90 days. Call it
    with no transaction open when embeddings are remote. Raises Invalid for an empty question.
    """
    asked = " ".join(query.replace("\x00", "").split())[:MOST_CHARACTERS]
    if not any(character.isalnum() for character in asked):
        raise Invalid("Ask something with words in it.", field="q")
    embedded = _vector_of(asked)
    with org_atomic():
        shelf = shelf_for(brand_id, bucket_ids)
        hits = _hits(asked, embedded, shelf, _languages(brand_id), limit)
        passages = _passages(hits)
        access = _noted(asked, passages, agent, user)
    return [_with_access(passage, access) for passage in passages]


def mark_used(chunk_ids: Collection[UUID], *, access_id: UUID | None = None) -> None:
    """Note that an answer or a text was made of these passages; entries among them count it.

    `access_id` is the look-up's (Passage.access_id); without it, look-ups of the last hour whose
    best passage is one of these are meant.
    """
    ids = list(dict.fromkeys(chunk_ids))
    if not ids:
        return
    moment = now()
    with org_atomic(), over_all_brands("notes of look-ups are the team's"):
        notes = KnowledgeAccess.objects.filter(was_used=False)
        if access_id is not None:
            notes.filter(pk=access_id).update(was_used=True, chunk_id=ids[0])
        else:
            notes.filter(chunk_id__in=ids, created_at__gte=moment - USED_WITHIN).update(
                was_used=True
            )
        KnowledgeEntry.objects.filter(chunks__in=ids).update(
            access_count=F("access_count") + 1, last_accessed_at=moment
        )


def shelf_for(brand_id: UUID | None, bucket_ids: Collection[UUID] | None = None) -> Shelf:
    """The living buckets that a brand may read from, or those among them that are named."""
    buckets = KnowledgeBucket.objects.all()
    if brand_id is not None:
        buckets = buckets.filter(brand_id=brand_id) | buckets.filter(brand=None)
    if bucket_ids is not None:
        buckets = buckets.filter(pk__in=list(bucket_ids))
    ids = tuple(buckets.order_by().values_list("pk", flat=True))
    gone = KnowledgeSource.with_deleted.filter(bucket_id__in=ids, deleted_at__isnull=False)
    hidden = KnowledgeDocument.objects.filter(source_id__in=gone.values("pk"))
    return Shelf(ids, tuple(hidden.order_by().values_list("pk", flat=True)))


def _hits(
    asked: str, embedded: Embedded | None, shelf: Shelf, languages: Sequence[str], limit: int
) -> list[Hit]:
    steps = steps_for(asked, languages_for(asked, languages))
    words = by_words(steps, shelf, most=max(FROM_EACH, limit))
    neighbours: list[tuple[UUID, float]] = []
    if embedded is not None:
        neighbours = by_vector(
            embedded.vectors[0].tolist(),
            embedded.model,
            shelf,
            least=passage_threshold(embedded.model),
            most=max(FROM_EACH, limit),
        )
    return fused(words, neighbours)[: max(1, min(limit, MOST_PASSAGES * 5))]


def _passages(hits: Sequence[Hit]) -> list[Passage]:
    rows = KnowledgeChunk.objects.select_related("document", "entry").defer(
        "embedding", "words", "document__content"
    )
    found = {row.pk: row for row in rows.filter(pk__in=[hit.chunk_id for hit in hits])}
    return [_passage(found[hit.chunk_id], hit) for hit in hits if hit.chunk_id in found]


def _passage(row: KnowledgeChunk, hit: Hit) -> Passage:
    document, entry = row.document, row.entry
    return Passage(
        chunk_id=row.pk,
        bucket_id=row.bucket_id,
        document_id=row.document_id,
        title=document.title if document else entry.question,
        locator=document.locator if document else "",
        heading=row.heading,
        text=row.content,
        start=row.start,
        end=row.end,
        score=hit.fused,
        likeness=hit.likeness,
        step=hit.step,
        entry_id=row.entry_id,
        language=document.language if document else "",
    )


def _with_access(passage: Passage, access: KnowledgeAccess) -> Passage:
    from dataclasses import replace

    return replace(passage, access_id=access.pk)


def _noted(
    asked: str, passages: Sequence[Passage], agent: str, user: User | None
) -> KnowledgeAccess:
    best = passages[0] if passages else None
    with over_all_brands("a look-up that found nothing, or what is every brand's, is noted too"):
        return KnowledgeAccess.objects.create(
            bucket_id=best.bucket_id if best else None,
            chunk_id=best.chunk_id if best else None,
            agent=agent[:60],
            query_text=asked,
            score=best.likeness if best else None,
            found_count=len(passages),
            user=user,
        )


def _languages(brand_id: UUID | None) -> list[str]:
    if brand_id is None:
        return []
    return list(BrandProfile.objects.filter(pk=brand_id).values_list("language", flat=True))


def _vector_of(asked: str) -> Embedded | None:
    """None, and a line in the log, when the embedder is away: words find a lot alone."""
    try:
        return embed([asked], purpose="query")
    except (DomainError, WeightsError) as error:
        log.warning("embedder_away", error=str(error))
        return None
