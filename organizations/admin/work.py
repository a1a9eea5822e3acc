from __future__ import annotations

from django.contrib import admin

from organizations.models import WorkDone

from .base import ReadOnlyAdmin


@admin.register(WorkDone)
class WorkDoneAdmin(ReadOnlyAdmin):
    list_display = ["kind", "finished_at", "count"]
    search_fields = ["kind"]
