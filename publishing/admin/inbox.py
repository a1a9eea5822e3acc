"""The inbox for operators: to look, and to erase an outsider who asks for it."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin, rescue_each
from organizations.admin.reasons import reasoned
from publishing.models import (
    Conversation,
    InboxFeed,
    InboxMessage,
    InboxSettings,
    SavedReply,
)
from publishing.services.inbox_sweep import erase_person


@admin.register(InboxFeed)
class InboxFeedAdmin(ReadOnlyAdmin):
    list_display = ("account", "is_active", "read_at", "due_at", "error_count", "last_error")
    list_filter = ("is_active",)
    list_select_related = ("account",)
    search_fields = ("account__name", "account__handle", "last_error")


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("person_name", "platform", "kind", "status", "last_message_at", "account")
    list_filter = ("platform", "kind", "status", "sentiment")
    list_select_related = ("account",)
    search_fields = ("person_name", "person_handle", "person_id", "remote_id")
    actions = ("erase",)

    @reasoned("Erase these people from the inbox of their account")
    def erase(self, request: HttpRequest, queryset: QuerySet[Conversation], reason: str) -> None:
        """Everything that they said there, and the answers to it."""
        rescue_each(
            self,
            request,
            queryset,
            action="staff.erased",
            do=lambda row, by: erase_person(conversation=row),
            done="people erased",
            reason=reason,
        )


@admin.register(InboxMessage)
class InboxMessageAdmin(ReadOnlyAdmin):
    list_display = ("conversation", "side", "state", "said_at", "attempts", "error_message")
    list_filter = ("side", "state")
    list_select_related = ("conversation",)
    search_fields = ("remote_id", "author_name", "error_message")


@admin.register(SavedReply)
class SavedReplyAdmin(OperatorAdmin):
    list_display = ("name", "brand", "use_count", "organization")
    list_select_related = ("brand", "organization")
    search_fields = ("name", "text")


@admin.register(InboxSettings)
class InboxSettingsAdmin(OperatorAdmin):
    list_display = ("brand", "answer_within_minutes", "organization")
    list_select_related = ("brand", "organization")
    search_fields = ("brand__name",)
