"""One document: what of it is new, what stands, what is gone; and the passages written for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog
from django.db.models import F

from brands.knowledge.categories import BUILT_IN, Category, category_of
from brands.knowledge.chunks import Chunk, chunks_of, embedded_text, text_hash
from brands.knowledge.fulltext import words_of_passage
from brands.models import (
    KnowledgeCategory,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeSource,
)
from config.kernel.clock import now
from config.kernel.embeddings import Embedded, current_model, embed
from config.kernel.embeddings.weights import WeightsError
from config.kernel.errors import DomainError
from config.kernel.language.detection import languages_of
from config.kernel.readers import Extracted
from config.kernel.scoping import org_atomic

from .knowledge_entries import check_quotes, suggest_entries, suggestions_for

log = structlog.get_logger(__name__)

EMBEDDED_AT_ONCE: Final = 64
ROWS_AT_ONCE: Final = 200
# Numbers that no document reaches: passages step aside before they take their new ones.
_ASIDE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """Passages that were added, kept and removed, and vectors that were computed for them."""

    added: int = 0
    kept: int = 0
    removed: int = 0
    embedded: int = 0

    def __add__(self, other: Change) -> Change:
        return Change(
            self.added + other.added,
            self.kept + other.kept,
            self.removed + other.removed,
            self.embedded + other.embedded,
        )


@dataclass(slots=True)
class _Plan:
    """What is to be written: passages that stay, with their new place, and those that are new."""

    kept: list[tuple[KnowledgeChunk, Chunk]] = field(default_factory=list)
    new: list[Chunk] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)


def keep_document(*, source: KnowledgeSource, locator: str, found: Extracted) -> Change:
    """Write what was read at one place. Call it with no transaction open: it may embed.

    The same text as last time costs nothing but the note that it was read again. Passages whose
    hash stands in the document keep their row and vector; those that the organization knows from
    elsewhere, or from before, lend their vector; only the others are embedded.
    """
    locator = locator[:2_000]
    digest = text_hash(found.text)
    with org_atomic():
        document = KnowledgeDocument.objects.filter(source=source, locator=locator).first()
        if document is not None and document.content_hash == digest:
            return _unchanged(document)
        plan = _planned(document, chunks_of(found.text))
        known = _known_vectors(plan.new)
    vectors = known | _computed([chunk for chunk in plan.new if chunk.hash not in known])
    language = _language(found)
    edited = suggestions_for(text=found.text, title=found.title, language=language)
    with org_atomic():
        document = _written(source, locator, found, digest, language)
        _write(document, source.bucket_id, plan, vectors)
        check_quotes(document=document)
        suggest_entries(document=document, bucket_id=source.bucket_id, edited=edited)
    return Change(len(plan.new), len(plan.kept), len(plan.gone), len(vectors) - len(known))


def drop_documents(*, source: KnowledgeSource, but: Collection[str]) -> Change:
    """Remove the documents that the source has no more, with their passages."""
    with org_atomic():
        gone = KnowledgeDocument.objects.filter(source=source).exclude(locator__in=list(but))
        ids = list(gone.values_list("pk", flat=True))
        passages = KnowledgeChunk.objects.filter(document_id__in=ids).count() if ids else 0
        for document in gone.defer("content"):
            check_quotes(document=document, is_gone=True)
        gone.delete()
    return Change(removed=passages)


def embed_missing(*, source: KnowledgeSource) -> int:
    """Give a source's passages their vectors that lack one, or have another model's; counts them.

    Happens when the embedder was away or was changed. Call it with no transaction open.
    """
    done = 0
    while rows := _without_vector(source):
        embedded = _embedded([embedded_text(row.heading, row.content) for row in rows])
        if embedded is None:
            break
        for row, vector in zip(rows, embedded.vectors, strict=True):
            row.embedding, row.model = vector, embedded.model
        with org_atomic():
            KnowledgeChunk.objects.bulk_update(rows, ["embedding", "model"])
        done += len(rows)
    return done


def _without_vector(source: KnowledgeSource) -> list[KnowledgeChunk]:
    with org_atomic():
        mine = KnowledgeChunk.objects.filter(document__source=source).exclude(model=_model())
        return list(mine.defer("words", "embedding")[:EMBEDDED_AT_ONCE])


def own_categories() -> list[Category]:
    rows = KnowledgeCategory.objects.all()
    return [Category(row.slug, row.name, tuple(row.words), "") for row in rows]


def categories_in_use() -> list[Category]:
    """The 18 that everybody has, and the team's own after them."""
    return [*BUILT_IN, *own_categories()]


def _unchanged(document: KnowledgeDocument) -> Change:
    document.read_at = now()
    document.save(update_fields=["read_at", "updated_at"])
    return Change(kept=document.chunks.count())


def _planned(document: KnowledgeDocument | None, chunks: Sequence[Chunk]) -> _Plan:
    plan, standing = _Plan(), defaultdict(list)
    if document is not None:
        for row in document.chunks.defer("embedding", "words", "content").order_by("number"):
            standing[row.content_hash].append(row)
    for chunk in chunks:
        rows = standing[chunk.hash]
        if rows:
            plan.kept.append((rows.pop(0), chunk))
        else:
            plan.new.append(chunk)
    plan.gone = [row.pk for rows in standing.values() for row in rows]
    return plan


def _known_vectors(chunks: Sequence[Chunk]) -> dict[str, tuple[object, str]]:
    """Hash -> vector and model, of the same words anywhere in the organization."""
    model = _model()
    rows = KnowledgeChunk.objects.filter(
        content_hash__in={chunk.hash for chunk in chunks}, model=model
    ).exclude(embedding=None)
    return {
        row.content_hash: (row.embedding, row.model)
        for row in rows.only("content_hash", "embedding", "model")
    }


def _computed(chunks: Sequence[Chunk]) -> dict[str, tuple[object, str]]:
    distinct = {chunk.hash: embedded_text(chunk.heading, chunk.text) for chunk in chunks}
    hashes = list(distinct)
    found: dict[str, tuple[object, str]] = {}
    for first in range(0, len(hashes), EMBEDDED_AT_ONCE):
        some = hashes[first : first + EMBEDDED_AT_ONCE]
        embedded = _embedded([distinct[each] for each in some])
        if embedded is None:
            return found
        found.update(
            {
                each: (vector, embedded.model)
                for each, vector in zip(some, embedded.vectors, strict=True)
            }
        )
    return found


def _written(
    source: KnowledgeSource, locator: str, found: Extracted, digest: str, language: str
) -> KnowledgeDocument:
    document, _ = KnowledgeDocument.objects.update_or_create(
        source=source,
        locator=locator,
        defaults={
            "title": (found.title or source.title)[:300],
            "content": found.text,
            "content_hash": digest,
            "category": category_of(
                found.text, title=found.title, place=locator, own=own_categories()
            ),
            "language": language,
            "read_at": now(),
        },
    )
    return document


def _language(found: Extracted) -> str:
    languages = languages_of(found.text)
    return (found.language or (next(iter(languages)) if len(languages) == 1 else ""))[:10]


def _write(
    document: KnowledgeDocument,
    bucket_id: UUID,
    plan: _Plan,
    vectors: dict[str, tuple[object, str]],
) -> None:
    document.chunks.filter(pk__in=plan.gone).delete()
    # The numbers are unique while they change, too.
    document.chunks.update(number=F("number") + _ASIDE)
    for row, chunk in plan.kept:
        row.number, row.start, row.end = chunk.number, chunk.start, chunk.end
    KnowledgeChunk.objects.bulk_update(
        [row for row, _ in plan.kept], ["number", "start", "end"], batch_size=ROWS_AT_ONCE
    )
    rows = [_row(document, bucket_id, chunk, vectors.get(chunk.hash)) for chunk in plan.new]
    KnowledgeChunk.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def _row(
    document: KnowledgeDocument, bucket_id: UUID, chunk: Chunk, vector: tuple[object, str] | None
) -> KnowledgeChunk:
    return KnowledgeChunk(
        bucket_id=bucket_id,
        document=document,
        number=chunk.number,
        heading=chunk.heading[:300],
        content=chunk.text,
        content_hash=chunk.hash,
        start=chunk.start,
        end=chunk.end,
        token_count=chunk.token_count,
        words=words_of_passage(chunk.heading, chunk.text, document.language),
        embedding=vector[0] if vector else None,
        model=vector[1] if vector else "",
    )


def _embedded(texts: Sequence[str]) -> Embedded | None:
    """None, and a line in the log, when the embedder is away: words find the passages meanwhile."""
    if not texts:
        return None
    try:
        return embed(texts)
    except (DomainError, WeightsError) as error:
        log.warning("embedder_away", error=str(error))
        return None


def _model() -> str:
    try:
        return current_model()
    except DomainError:
        return ""
