"""The gap report of a brand: what is known, what was asked in vain, what to add first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db.models import Count, Sum
from django.db.models.functions import Length

from brands.knowledge.categories import category_of
from brands.knowledge.gaps import Held, Unanswered, gaps_in
from brands.models import (
    BrandProfile,
    GapReport,
    KnowledgeAccess,
    KnowledgeDocument,
    KnowledgeEntry,
    KnowledgeSource,
)
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import record

from .knowledge_answers import AGENT
from .knowledge_documents import categories_in_use, own_categories
from .knowledge_search import shelf_for

LOOKED_BACK: Final = timedelta(days=30)
MOST_QUESTIONS: Final = 500
MOST_KEPT: Final = 20
MODEL: Final = "offline"


def report_gaps(*, brand: BrandProfile, by: User | None) -> GapReport:
    """Look through what a brand knows and keep the report. Costs nothing: it only counts."""
    with org_atomic():
        unanswered = _unanswered(brand)
        found = gaps_in(_held(brand), unanswered, categories_in_use())
        report = GapReport.objects.create(
            brand=brand,
            completeness=found.completeness,
            categories=found.categories,
            gaps=found.gaps,
            unanswered=[
                {"question": each.question, "times": each.times, "category": each.category}
                for each in unanswered[:MOST_KEPT]
            ],
            model_used=MODEL,
        )
        record(
            action="knowledge.gaps_reported",
            target=report,
            by=by,
            data={"completeness": found.completeness, "gaps": len(found.gaps)},
        )
    return report


def _held(brand: BrandProfile) -> dict[str, Held]:
    buckets = list(shelf_for(brand.pk).bucket_ids)
    alive = KnowledgeSource.objects.filter(bucket_id__in=buckets)
    pages = (
        KnowledgeDocument.objects.filter(source_id__in=alive.values("pk"))
        .exclude(category="")
        .order_by()
        .values_list("category")
        .annotate(pages=Count("pk"), characters=Sum(Length("content")))
    )
    entries = (
        KnowledgeEntry.objects.filter(bucket_id__in=buckets, status=KnowledgeEntry.Status.ACTIVE)
        .order_by()
        .values_list("category")
        .annotate(entries=Count("pk"))
    )
    counted = dict(entries)
    held = {
        slug: Held(characters or 0, number, counted.get(slug, 0))
        for slug, number, characters in pages
    }
    for slug, number in counted.items():
        held.setdefault(slug, Held(entries=number))
    return held


def _unanswered(brand: BrandProfile) -> Sequence[Unanswered]:
    """What people asked in the last 30 days and got no answer to, most often asked first."""
    mine = KnowledgeAccess.objects.filter(
        agent=AGENT, was_used=False, created_at__gte=now() - LOOKED_BACK
    )
    notes = mine.filter(bucket__brand=brand) | mine.filter(bucket__brand=None)
    asked = notes.order_by("-created_at").values_list("query_text", flat=True)[:MOST_QUESTIONS]
    shown: dict[str, str] = {}
    times: Counter[str] = Counter()
    for question in asked:
        key = " ".join(question.casefold().split()).rstrip(" ?!.")
        shown.setdefault(key, question)
        times[key] += 1
    own = own_categories()
    return [
        Unanswered(shown[key], count, category_of("", title=shown[key], own=own))
        for key, count in times.most_common()
    ]
