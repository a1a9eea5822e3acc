from __future__ import annotations

from django.contrib import admin

from organizations.models import ContactMessage, SupportTicket, SupportVisit, TicketReply

from .base import OperatorAdmin, ReadOnlyAdmin


@admin.register(SupportTicket)
class SupportTicketAdmin(OperatorAdmin):
    list_display = ["created_at", "organization", "subject", "status", "priority", "resolved_at"]
    list_filter = ["status", "priority"]
    list_select_related = ["organization"]
    search_fields = ["subject", "organization__name", "user__email"]


@admin.register(TicketReply)
class TicketReplyAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "ticket", "is_from_staff"]
    list_select_related = ["organization", "ticket"]
    search_fields = ["ticket__subject"]


@admin.register(ContactMessage)
class ContactMessageAdmin(OperatorAdmin):
    list_display = ["created_at", "email", "subject", "status", "priority"]
    list_filter = ["status", "priority"]
    search_fields = ["email", "subject"]


@admin.register(SupportVisit)
class SupportVisitAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "staff", "reason", "ends_at", "ended_at"]
    list_select_related = ["organization", "staff"]
    search_fields = ["organization__name", "staff__email"]
