from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from config.kernel.errors import DomainError
from organizations.models import Invitation, Membership, Organization, User
from organizations.services.people_rescue import (
    end_sessions_of,
    resend_verification,
    take_factors_away,
)

from .base import OperatorAdmin, ReadOnlyAdmin
from .reasons import reasoned
from .visits import VisitedMembership


@admin.register(User)
class UserAdmin(OperatorAdmin):
    list_display = ["email", "name", "is_active", "is_staff", "last_login", "deleted_at"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fields = ["email", "name", "is_active", "is_staff", "is_superuser", "last_login"]
    readonly_fields = ["last_login"]
    actions = ["end_sessions", "remove_factors", "verify_again"]

    @reasoned("Sign out everywhere")
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User], reason: str) -> None:
        by = cast(User, request.user)
        ended = sum(end_sessions_of(user=user, reason=reason, by=by) for user in queryset)
        self.message_user(request, f"{ended} sessions ended.", messages.SUCCESS)

    @reasoned("Remove second factors", permissions=("change",))
    def remove_factors(self, request: HttpRequest, queryset: QuerySet[User], reason: str) -> None:
        by = cast(User, request.user)
        for user in queryset:
            try:
                count = take_factors_away(user=user, reason=reason, by=by)
            except DomainError as error:
                self.message_user(request, error.message, messages.WARNING)
            else:
                said = f"{user.email}: {count} factors removed."
                self.message_user(request, said, messages.SUCCESS)

    @reasoned("Send the verification mail again")
    def verify_again(self, request: HttpRequest, queryset: QuerySet[User], reason: str) -> None:
        by, sent = cast(User, request.user), 0
        for user in queryset:
            try:
                resend_verification(user=user, request=request, reason=reason, by=by)
            except DomainError as error:
                self.message_user(request, error.message, messages.WARNING)
            else:
                sent += 1
        self.message_user(request, f"{sent} mails sent.", messages.SUCCESS)

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
class MembershipAdmin(VisitedMembership):
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
