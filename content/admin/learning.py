from __future__ import annotations

from django.contrib import admin

from content.models import Feedback, LearnedPattern
from organizations.admin.base import ReadOnlyAdmin


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "brand", "agent", "kind", "score"]
    list_filter = ["kind", "agent"]
    list_select_related = ["organization", "brand"]
    search_fields = ["organization__name"]


@admin.register(LearnedPattern)
class LearnedPatternAdmin(ReadOnlyAdmin):
    list_display = ["lesson", "organization", "brand", "confidence", "usage_count", "is_active"]
    list_filter = ["is_active", "agent"]
    list_select_related = ["organization", "brand"]
    search_fields = ["lesson", "key", "organization__name"]
