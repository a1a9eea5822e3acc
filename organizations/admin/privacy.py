from __future__ import annotations

from django.contrib import admin

from organizations.models import Consent, Erasure, OrganizationRequest, PersonRequest, Suppression

from .base import ReadOnlyAdmin


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "user", "kind", "is_granted", "text_version"]
    list_filter = ["kind", "is_granted"]
    list_select_related = ["user"]
    search_fields = ["user__email"]


@admin.register(OrganizationRequest)
class OrganizationRequestAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "kind", "state", "due_at", "finished_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["organization"]
    search_fields = ["organization__name"]


@admin.register(PersonRequest)
class PersonRequestAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "user", "kind", "state", "due_at", "finished_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["user"]
    search_fields = ["user__email"]


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ["subject", "digest", "requested_at", "finished_at", "replayed_at"]
    list_filter = ["subject"]
    search_fields = ["digest"]


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "digest", "reason"]
    list_filter = ["reason"]
    list_select_related = ["organization"]
    search_fields = ["digest", "organization__name"]
