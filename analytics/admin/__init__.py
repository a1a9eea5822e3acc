from __future__ import annotations

from django.contrib import admin

from analytics.models import EngagementSnapshot, MetricsError
from analytics.selectors.status import installation_status
from organizations.admin.base import ReadOnlyAdmin
from organizations.operators import Need, needs

from . import skill_day  # noqa: F401


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


needs.register(
    "silence",
    Need(
        "Kinds of work that are due and not done for two minutes",
        "admin:organizations_workdone_changelist",
        "o=2",
        lambda: 0 if installation_status().is_working else 1,
    ),
)
