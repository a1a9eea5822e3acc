from __future__ import annotations

from django.contrib import admin

from organizations.models import (
    Notification,
    NotificationChoice,
    NotificationSettings,
    OutgoingNotice,
    SavedView,
    WhiteLabel,
)

from .base import OperatorAdmin, ReadOnlyAdmin


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "user", "kind", "title", "read_at", "mailed_at"]
    list_filter = ["kind"]
    list_select_related = ["organization", "user"]
    search_fields = ["user__email", "title"]


@admin.register(NotificationChoice)
class NotificationChoiceAdmin(OperatorAdmin):
    list_display = ["user", "organization", "kind", "in_page", "by_mail"]
    list_filter = ["kind"]
    list_select_related = ["organization", "user"]
    search_fields = ["user__email"]


@admin.register(NotificationSettings)
class NotificationSettingsAdmin(OperatorAdmin):
    list_display = ["user", "organization", "digest", "timezone", "quiet_from", "quiet_until"]
    list_filter = ["digest"]
    list_select_related = ["organization", "user"]
    search_fields = ["user__email"]


@admin.register(OutgoingNotice)
class OutgoingNoticeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "way", "kind", "title", "state", "attempts"]
    list_filter = ["state", "way", "kind"]
    list_select_related = ["organization"]
    search_fields = ["address", "title"]


@admin.register(WhiteLabel)
class WhiteLabelAdmin(OperatorAdmin):
    list_display = ["organization", "name", "accent", "sender_name", "hides_warren"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "name", "sender_name"]


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    list_display = ["name", "organization", "user", "place", "is_default"]
    list_filter = ["place"]
    list_select_related = ["organization", "user"]
    search_fields = ["name", "user__email"]
