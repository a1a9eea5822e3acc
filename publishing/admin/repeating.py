"""What goes out again and again, and what comes from files: for operators to look at and stop."""

from __future__ import annotations

from django.contrib import admin

from organizations.admin.base import ReadOnlyAdmin
from publishing.models import EvergreenItem, PostImport, Recurrence


@admin.register(Recurrence)
class RecurrenceAdmin(ReadOnlyAdmin):
    list_display = [
        *("composition", "organization", "rule", "wall_time", "timezone", "status"),
        *("made_count", "made_until", "due_at", "last_error"),
    ]
    list_filter = ["status"]
    list_select_related = ["organization", "composition"]
    search_fields = ["rule", "composition__text", "organization__name"]


@admin.register(EvergreenItem)
class EvergreenItemAdmin(ReadOnlyAdmin):
    list_display = [
        *("composition", "organization", "queue", "cooldown_days", "use_count", "most_uses"),
        *("last_used_at", "paused_at"),
    ]
    list_select_related = ["organization", "composition", "queue"]
    search_fields = ["composition__text", "queue__name", "organization__name"]


@admin.register(PostImport)
class PostImportAdmin(ReadOnlyAdmin):
    list_display = ["name", "organization", "brand", "kind", "status", "made_count", "created_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["organization", "brand"]
    search_fields = ["name", "brand__name", "organization__name"]
