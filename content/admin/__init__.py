from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from content.models import (
    AngleStatistic,
    Candidate,
    ContentEmbedding,
    Generation,
    GuardResult,
    Material,
    StoredAnswer,
)
from content.services.materials import retry_material
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin, rescue_each
from organizations.admin.reasons import reasoned

from . import feed, language_model, learning, library, skill, template  # noqa: F401


@admin.register(Material)
class MaterialAdmin(OperatorAdmin):
    list_display = ["name", "organization", "kind", "status", "usage_count", "deleted_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["organization"]
    search_fields = ["name", "url", "organization__name"]
    actions = ["requeue"]

    @reasoned("Read and analyse again", permissions=("change",))
    def requeue(self, request: HttpRequest, queryset: QuerySet[Material], reason: str) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.requeued",
            do=lambda row, by: retry_material(material=row, by=by),
            done="materials queued again",
            reason=reason,
        )


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "platform", "mode", "status", "cost_micros"]
    list_filter = ["status", "platform", "mode"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "failure"]


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    list_display = ["label", "organization", "angle", "rerank_score", "is_valid", "model_used"]
    list_filter = ["angle", "is_valid"]
    list_select_related = ["organization"]
    search_fields = ["text", "organization__name"]


@admin.register(GuardResult)
class GuardResultAdmin(ReadOnlyAdmin):
    list_display = ["guard", "version", "passed", "severity", "organization"]
    list_filter = ["guard", "passed", "severity"]
    list_select_related = ["organization"]
    search_fields = ["guard", "reason"]


@admin.register(AngleStatistic)
class AngleStatisticAdmin(ReadOnlyAdmin):
    list_display = ["organization", "brand", "platform", "angle", "posts_count", "wins", "losses"]
    list_filter = ["angle", "platform"]
    list_select_related = ["organization", "brand"]
    search_fields = ["organization__name"]


@admin.register(ContentEmbedding)
class ContentEmbeddingAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "content_type", "model", "excerpt"]
    list_filter = ["content_type", "model"]
    list_select_related = ["organization"]
    search_fields = ["excerpt", "content_hash"]
    exclude = ["embedding"]

    def get_exclude(self, request: HttpRequest, obj: object = None) -> list[str]:
        return [*super().get_exclude(request, obj), "embedding"]


@admin.register(StoredAnswer)
class StoredAnswerAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "agent", "agent_version", "model", "cost_micros"]
    list_filter = ["agent", "provider"]
    list_select_related = ["organization"]
    search_fields = ["step_key", "organization__name"]
