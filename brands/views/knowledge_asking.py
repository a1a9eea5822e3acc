from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_POST

from brands.knowledge.categories import NAMES
from brands.models import (
    BrandProfile,
    GapReport,
    KnowledgeAccess,
    KnowledgeBucket,
    KnowledgeChunk,
    KnowledgeDocument,
)
from brands.selectors import brand_named_by
from brands.services.knowledge import Reply, answer_question
from brands.services.knowledge_gaps import report_gaps
from config.kernel.errors import Invalid, NotFound
from config.kernel.pagination import paginate
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.throttles import throttled

from .knowledge import brand_context, brand_of


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a document's text: "" plain, "passage" of the passage, "quote" what is cited."""

    text: str
    kind: str = ""
    is_first: bool = False


@require_GET
@member_of("viewer", atomic=False)
@throttled("ask-knowledge", limit=120, per_seconds=3600, methods=("GET",), fail_open=True)
def knowledge_search(request: Request) -> HttpResponse:
    question = request.GET.get("q", "").strip()
    with org_atomic():
        brand = brand_of(request)
        brands = list(BrandProfile.objects.only("name").order_by("name"))
        has_any = KnowledgeChunk.objects.exists()
    reply, error = _reply(request, question, brand)
    context = {
        "nav_place": "brands",
        "question": question,
        "reply": reply,
        "error": error,
        "brands": brands,
        "has_any": has_any,
        **brand_context(brand),
    }
    status = 422 if error else 200
    return render_part(request, "brands/knowledge/search.html", "found", context, status=status)


def _reply(request: Request, question: str, brand: BrandProfile | None) -> tuple[Reply | None, str]:
    if not question:
        return None, ""
    brand_id = brand.pk if brand else None
    try:
        return answer_question(question=question, brand_id=brand_id, user=request.user), ""
    except Invalid as error:
        return None, error.message


@require_GET
@member_of("viewer")
def document_show(request: Request, document: UUID) -> HttpResponse:
    rows = KnowledgeDocument.objects.select_related("source", "source__bucket")
    row = rows.filter(pk=document, source__deleted_at=None).first()
    if row is None or row.source.bucket.is_deleted:
        raise NotFound("There is no such page. Its source may have been deleted or changed.")
    chunk = _chunk(row, request.GET.get("passage", ""))
    context = {
        "nav_place": "brands",
        "document": row,
        "source": row.source,
        "bucket": row.source.bucket,
        "chunk": chunk,
        "pieces": pieces_of(row.content, chunk, *_cited(request)),
        "category": NAMES.get(row.category, row.category),
    }
    return TemplateResponse(request, "brands/knowledge/document.html", context)


@require_GET
@member_of("viewer")
def gap_show(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    buckets = KnowledgeBucket.objects.filter(brand=row).order_by("name")
    context = {
        "nav_place": "brands",
        "report": GapReport.objects.filter(brand=row).first(),
        "before": GapReport.objects.filter(brand=row)[1:2].first(),
        "bucket": buckets.first(),
        **brand_context(row),
    }
    return TemplateResponse(request, "brands/knowledge/gaps.html", context)


@require_POST
@member_of("member")
def gap_report(request: Request, brand: UUID) -> HttpResponse:
    report_gaps(brand=brand_named_by(brand), by=request.user)
    return redirect("brands:gap-show", org=request.organization.slug, brand=brand)


@require_GET
@member_of("viewer")
def access_list(request: Request) -> HttpResponse:
    brand = brand_of(request)
    rows = KnowledgeAccess.objects.select_related("bucket", "chunk", "user").defer(
        "chunk__embedding", "chunk__words", "chunk__content"
    )
    if brand is not None:
        rows = rows.filter(bucket__brand=brand)
    page = paginate(rows, order=("-created_at",), cursor=request.GET.get("cursor"), size=50)
    context = {"nav_place": "brands", "page": page, **brand_context(brand)}
    return render_part(request, "brands/knowledge/access.html", "rows", context)


def pieces_of(
    content: str, chunk: KnowledgeChunk | None, start: int | None, end: int | None
) -> list[Piece]:
    """The document in runs, with the passage and, in it, the cited words apart."""
    if chunk is None:
        return [Piece(content)]
    first, last = chunk.start, min(chunk.end, len(content))
    low = first if start is None else min(max(start, first), last)
    high = low if end is None else min(max(end, low), last)
    return [
        piece
        for piece in (
            Piece(content[:first]),
            Piece(content[first:low], "passage", True),
            Piece(content[low:high], "quote", low == first),
            Piece(content[high:last], "passage", high == first),
            Piece(content[last:]),
        )
        if piece.text
    ]


def _chunk(document: KnowledgeDocument, wanted: str) -> KnowledgeChunk | None:
    try:
        passage = UUID(wanted)
    except ValueError:
        return None
    rows = document.chunks.defer("embedding", "words")
    found: KnowledgeChunk | None = rows.filter(pk=passage).first()
    return found


def _cited(request: Request) -> tuple[int | None, int | None]:
    """Offsets of the cited words, as the link to them says."""
    given = (request.GET.get(name, "") for name in ("from", "to"))
    start, end = (int(text) if text.isdecimal() and len(text) < 9 else None for text in given)
    return start, end
