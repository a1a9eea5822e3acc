from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from organizations.admin.base import ReadOnlyAdmin
from publishing.models import PortalLink


@admin.register(PortalLink)
class PortalLinkAdmin(ReadOnlyAdmin):
    list_display = [
        *("created_at", "organization", "brand", "purpose", "client_name", "client_email"),
        *("expires_at", "revoked_at", "last_used_at", "use_count"),
    ]
    list_filter = ["purpose", "mailed"]
    list_select_related = ["organization", "brand"]
    search_fields = ["client_name", "client_email", "brand__name"]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_exclude(request, obj), "token_digest"]
