from __future__ import annotations

from django.contrib import admin

from organizations.models import Notification, NotificationChoice

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
