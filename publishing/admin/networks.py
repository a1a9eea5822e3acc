"""How networks and accounts stand, as the ledger keeps it: for operators to read."""

from __future__ import annotations

from django.contrib import admin

from organizations.admin.base import ReadOnlyAdmin
from publishing.models import (
    AccountQuota,
    ConnectAttempt,
    MediaRendition,
    NetworkQuota,
    NetworkState,
)


@admin.register(AccountQuota)
class AccountQuotaAdmin(ReadOnlyAdmin):
    list_display = ["name", "account", "organization", "used", "limit", "resets_at", "source"]
    list_filter = ["source", "account__platform"]
    list_select_related = ["organization", "account"]
    search_fields = ["name", "account__name", "organization__name"]


@admin.register(ConnectAttempt)
class ConnectAttemptAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "platform", "user", "expires_at", "used_at"]
    list_filter = ["platform"]
    list_select_related = ["organization", "user"]
    search_fields = ["user__email", "organization__name"]


@admin.register(MediaRendition)
class MediaRenditionAdmin(ReadOnlyAdmin):
    list_display = ["reference", "organization", "content_type", "size_bytes", "note", "problem"]
    list_filter = ["content_type"]
    list_select_related = ["organization"]
    search_fields = ["reference", "problem", "organization__name"]


@admin.register(NetworkState)
class NetworkStateAdmin(ReadOnlyAdmin):
    list_display = ["key", "failures", "successes", "opened_until", "updated_at"]
    search_fields = ["key"]


@admin.register(NetworkQuota)
class NetworkQuotaAdmin(ReadOnlyAdmin):
    list_display = ["platform", "name", "used", "limit", "resets_at"]
    list_filter = ["platform"]
    search_fields = ["platform", "name"]
