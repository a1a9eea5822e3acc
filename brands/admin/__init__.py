from __future__ import annotations

from django.contrib import admin

from brands.models import BrandProfile
from organizations.admin.base import OperatorAdmin


@admin.register(BrandProfile)
class BrandProfileAdmin(OperatorAdmin):
    list_display = ["name", "organization", "auto_approve", "paused_at", "deleted_at"]
    list_filter = ["auto_approve", "language"]
    list_select_related = ["organization"]
    search_fields = ["name", "organization__name"]
