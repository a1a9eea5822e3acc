from __future__ import annotations

from django.contrib import admin

from brands.models import StrategyPaper, StrategyVersion
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin


@admin.register(StrategyPaper)
class StrategyPaperAdmin(OperatorAdmin):
    list_display = ["title", "organization", "kind", "status", "current_number", "deleted_at"]
    list_filter = ["kind", "status"]
    list_select_related = ["organization"]
    search_fields = ["title", "organization__name"]


@admin.register(StrategyVersion)
class StrategyVersionAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "number", "is_edited", "model_used"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "note"]
