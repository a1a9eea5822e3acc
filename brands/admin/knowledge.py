from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from brands.models import (
    GapReport,
    KnowledgeAccess,
    KnowledgeBucket,
    KnowledgeCategory,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeEntry,
    KnowledgeSource,
)
from brands.services.knowledge import read_again
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin, rescue_each
from organizations.admin.reasons import reasoned


@admin.register(KnowledgeBucket)
class KnowledgeBucketAdmin(OperatorAdmin):
    list_display = ["name", "organization", "brand", "kind", "campaign_name", "deleted_at"]
    list_filter = ["kind"]
    list_select_related = ["organization", "brand"]
    search_fields = ["name", "campaign_name", "organization__name"]


@admin.register(KnowledgeCategory)
class KnowledgeCategoryAdmin(OperatorAdmin):
    list_display = ["name", "slug", "organization"]
    list_select_related = ["organization"]
    search_fields = ["name", "organization__name"]


@admin.register(KnowledgeSource)
class KnowledgeSourceAdmin(OperatorAdmin):
    list_display = ["title", "organization", "kind", "status", "pages_read", "deleted_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["organization"]
    search_fields = ["title", "url", "organization__name"]
    actions = ["requeue"]

    @reasoned("Read again", permissions=("change",))
    def requeue(
        self, request: HttpRequest, queryset: QuerySet[KnowledgeSource], reason: str
    ) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.requeued",
            do=lambda row, by: read_again(source=row, by=by),
            done="sources queued again",
            reason=reason,
        )


@admin.register(KnowledgeDocument)
class KnowledgeDocumentAdmin(ReadOnlyAdmin):
    list_display = ["title", "organization", "category", "language", "read_at"]
    list_filter = ["category", "language"]
    list_select_related = ["organization"]
    search_fields = ["title", "locator", "organization__name"]


@admin.register(KnowledgeEntry)
class KnowledgeEntryAdmin(OperatorAdmin):
    list_display = ["question", "organization", "category", "status", "access_count"]
    list_filter = ["status", "kind", "category"]
    list_select_related = ["organization"]
    search_fields = ["question", "organization__name"]


@admin.register(KnowledgeChunk)
class KnowledgeChunkAdmin(ReadOnlyAdmin):
    list_display = ["heading", "organization", "number", "model", "created_at"]
    list_filter = ["model"]
    list_select_related = ["organization"]
    search_fields = ["heading", "content_hash"]

    def get_exclude(self, request: HttpRequest, obj: object = None) -> list[str]:
        return [*super().get_exclude(request, obj), "embedding", "words"]


@admin.register(KnowledgeAccess)
class KnowledgeAccessAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "agent", "query_text", "found_count", "was_used"]
    list_filter = ["agent", "was_used"]
    list_select_related = ["organization"]
    search_fields = ["query_text", "organization__name"]


@admin.register(GapReport)
class GapReportAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "brand", "completeness"]
    list_select_related = ["organization", "brand"]
    search_fields = ["organization__name", "brand__name"]
