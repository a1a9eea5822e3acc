from __future__ import annotations

from django.contrib import admin

from analytics.models import EngagementSnapshot, MetricsError
from organizations.admin.base import ReadOnlyAdmin


@admin.register(EngagementSnapshot)
class EngagementSnapshotAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "post", "age", "engagement_rate"]
    list_filter = ["age"]
    list_select_related = ["organization", "post"]
    search_fields = ["organization__name"]


@admin.register(MetricsError)
class MetricsErrorAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "platform", "code", "message"]
    list_filter = ["platform", "code"]
    list_select_related = ["organization"]
    search_fields = ["message", "organization__name"]
