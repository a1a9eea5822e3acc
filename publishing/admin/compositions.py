"""Operators' view of what people compose."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin
from organizations.models import User
from publishing.models import Composition, Variant
from publishing.services.compositions import restore_composition


@admin.register(Composition)
class CompositionAdmin(OperatorAdmin):
    list_display = ["__str__", "organization", "brand", "author", "campaign", "updated_at"]
    list_select_related = ["organization", "brand", "author"]
    search_fields = ["text", "campaign", "brand__name", "organization__name"]
    raw_id_fields = ["brand", "author", "signature", "template", "import_batch"]
    readonly_fields = ["media"]

    def restore_row(self, row: Any, by: User) -> None:
        restore_composition(composition=row, by=by)


@admin.register(Variant)
class VariantAdmin(ReadOnlyAdmin):
    list_display = ["composition", "account", "organization", "updated_at"]
    list_select_related = ["composition", "account", "organization"]
    search_fields = ["composition__text", "account__name", "organization__name"]
