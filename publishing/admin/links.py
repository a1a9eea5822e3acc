"""Short links and what came of them, for operators to read."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin
from publishing.models import LinkCode, LinkSettings, LinkVisit, TrackedLink


@admin.register(TrackedLink)
class TrackedLinkAdmin(ReadOnlyAdmin):
    list_display = ["code", "organization", "brand", "target", "clicks_count", "visitors_count"]
    list_select_related = ["organization", "brand"]
    search_fields = ["code", "url", "brand__name", "organization__name"]


@admin.register(LinkCode)
class LinkCodeAdmin(ReadOnlyAdmin):
    list_display = ["code", "organization", "link_id", "created_at"]
    list_select_related = ["organization"]
    search_fields = ["code", "organization__name"]


@admin.register(LinkVisit)
class LinkVisitAdmin(ReadOnlyAdmin):
    list_display = ["on_date", "organization", "link"]
    list_select_related = ["organization", "link"]
    search_fields = ["link__code", "organization__name"]
    # A day's visitor is nobody's business, not even hashed.
    exclude = ["visitor"]

    def get_exclude(self, request: HttpRequest, obj: object = None) -> list[str]:
        return [*super().get_exclude(request, obj), "visitor"]


@admin.register(LinkSettings)
class LinkSettingsAdmin(OperatorAdmin):
    list_display = ["brand", "organization", "shortens", "adds_utm"]
    list_select_related = ["organization", "brand"]
    search_fields = ["brand__name", "organization__name"]
