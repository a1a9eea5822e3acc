"""Operators' view of queues and calendars."""

from __future__ import annotations

from django.contrib import admin

from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin
from publishing.models import CalendarEvent, CalendarSettings, PostingQueue, QueueSlot


@admin.register(PostingQueue)
class PostingQueueAdmin(ReadOnlyAdmin):
    list_display = ["name", "organization", "brand", "timezone", "is_default", "paused_at"]
    list_filter = ["is_default", "fills_from_pool"]
    list_select_related = ["organization", "brand"]
    search_fields = ["name", "brand__name", "organization__name"]


@admin.register(QueueSlot)
class QueueSlotAdmin(ReadOnlyAdmin):
    list_display = ["queue", "organization", "weekday", "wall_time", "account"]
    list_filter = ["weekday"]
    list_select_related = ["organization", "queue", "account"]
    search_fields = ["queue__name", "organization__name"]


@admin.register(CalendarSettings)
class CalendarSettingsAdmin(ReadOnlyAdmin):
    list_display = ["brand", "organization", "countries", "week_starts_on"]
    list_filter = ["week_starts_on"]
    list_select_related = ["organization", "brand"]
    search_fields = ["brand__name", "organization__name"]


@admin.register(CalendarEvent)
class CalendarEventAdmin(OperatorAdmin):
    list_display = ["name", "organization", "brand", "starts_on", "ends_on"]
    list_filter = ["starts_on"]
    list_select_related = ["organization", "brand"]
    search_fields = ["name", "brand__name", "organization__name"]
    date_hierarchy = "starts_on"
