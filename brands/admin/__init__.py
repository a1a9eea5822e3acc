from __future__ import annotations

from django.contrib import admin

from brands.models import BrandAccess, BrandProfile
from brands.services.brands import restore_brand
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin
from organizations.models import User

from . import knowledge, strategy, voice  # noqa: F401


@admin.register(BrandProfile)
class BrandProfileAdmin(OperatorAdmin):
    list_display = ["name", "organization", "auto_approve", "paused_at", "deleted_at"]
    list_filter = ["auto_approve", "language"]
    list_select_related = ["organization"]
    search_fields = ["name", "organization__name"]

    def restore_row(self, row: BrandProfile, by: User) -> None:
        # With the materials that were hidden along with it.
        restore_brand(brand=row, by=by)


@admin.register(BrandAccess)
class BrandAccessAdmin(ReadOnlyAdmin):
    list_display = ["organization", "membership", "brand"]
    list_select_related = ["organization", "membership__user", "brand"]
    search_fields = ["organization__name", "brand__name"]
