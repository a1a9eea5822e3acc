from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from brands.models import BrandVoice, SavedVoice, VoiceAnalysis, VoiceScore
from brands.services.voice_analysis import retry_analysis
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin, rescue_each
from organizations.admin.reasons import reasoned


@admin.register(BrandVoice)
class BrandVoiceAdmin(ReadOnlyAdmin):
    list_display = ["brand", "organization", "status", "source", "version", "confirmed_at"]
    list_filter = ["status", "source"]
    list_select_related = ["organization", "brand"]
    search_fields = ["brand__name", "organization__name"]


@admin.register(VoiceAnalysis)
class VoiceAnalysisAdmin(OperatorAdmin):
    list_display = ["__str__", "organization", "brand", "status", "model_used", "created_at"]
    list_filter = ["status"]
    list_select_related = ["organization", "brand"]
    search_fields = ["url", "brand__name", "organization__name"]
    actions = ["requeue"]

    @reasoned("Read again", permissions=("change",))
    def requeue(self, request: HttpRequest, queryset: QuerySet[VoiceAnalysis], reason: str) -> None:
        rescue_each(
            self,
            request,
            queryset.select_related("brand"),
            action="staff.requeued",
            do=lambda row, by: retry_analysis(analysis=row, by=by),
            done="voices queued again",
            reason=reason,
        )


@admin.register(SavedVoice)
class SavedVoiceAdmin(ReadOnlyAdmin):
    list_display = ["name", "organization", "brand", "is_default", "created_at"]
    list_filter = ["is_default"]
    list_select_related = ["organization", "brand"]
    search_fields = ["name", "organization__name"]


@admin.register(VoiceScore)
class VoiceScoreAdmin(ReadOnlyAdmin):
    list_display = ["brand", "organization", "subject_type", "score", "voice_version", "said_at"]
    list_filter = ["subject_type"]
    list_select_related = ["organization", "brand"]
    search_fields = ["brand__name", "organization__name", "subject_id"]
