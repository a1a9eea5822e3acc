from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from organizations.models import Invitation, Membership, Organization, User

from .base import OperatorAdmin, ReadOnlyAdmin


@admin.register(User)
class UserAdmin(OperatorAdmin):
    list_display = ["email", "name", "is_active", "is_staff", "last_login", "deleted_at"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fields = ["email", "name", "is_active", "is_staff", "is_superuser", "last_login"]
    readonly_fields = ["last_login"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            # They choose one by "forgot password"; no operator knows it.
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(Organization)
class OrganizationAdmin(OperatorAdmin):
    list_display = ["name", "slug", "status", "region", "created_at", "deleted_at"]
    list_filter = ["status", "region"]
    search_fields = ["name", "slug"]


@admin.register(Membership)
class MembershipAdmin(OperatorAdmin):
    list_display = ["user", "organization", "role", "joined_at"]
    list_filter = ["role"]
    list_select_related = ["user", "organization"]
    search_fields = ["user__email", "organization__name"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", "organization", "role", "sent_at", "expires_at", "accepted_at"]
    list_filter = ["role"]
    list_select_related = ["organization"]
    search_fields = ["email", "organization__name"]
