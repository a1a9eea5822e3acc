"""Operators' view of everything on its way out, with the rescues that services allow."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin, rescue_each
from organizations.admin.reasons import reasoned
from publishing.models import (
    Approval,
    AutopilotRun,
    BrandAccountLink,
    Decision,
    FeedEntry,
    FeedHandle,
    FeedVisit,
    PendingPost,
    Post,
    Schedule,
    SocialAccount,
)
from publishing.services.pending_posts import reopen_post
from publishing.services.schedules import pause_schedule, resume_schedule
from publishing.services.second_tries import repeat_run

from . import (
    compositions,
    deliveries,
    inbox,
    links,
    networks,
    planning,
    policy,
    portal,
    repeating,
    reviews,
)

__all__ = [
    "compositions",
    "deliveries",
    "inbox",
    "links",
    "networks",
    "planning",
    "policy",
    "portal",
    "repeating",
    "reviews",
]


@admin.register(SocialAccount)
class SocialAccountAdmin(OperatorAdmin):
    list_display = [
        *("name", "organization", "platform", "handle", "status", "is_active"),
        *("last_used_at", "deleted_at"),
    ]
    list_filter = ["platform", "status", "is_active"]
    list_select_related = ["organization"]
    search_fields = ["name", "handle", "remote_id", "organization__name"]
    readonly_fields = [
        *("platform", "remote_id", "error_count", "successes", "opened_until", "next_send_at"),
        *("last_used_at", "last_refresh_at", "due_at", "attempts", "checked_at", "report"),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Credentials come from the network, never from a form here.
        return False


@admin.register(BrandAccountLink)
class BrandAccountLinkAdmin(ReadOnlyAdmin):
    list_display = ["brand", "account", "organization", "platform", "is_default"]
    list_filter = ["platform", "is_default"]
    list_select_related = ["organization", "brand", "account"]
    search_fields = ["brand__name", "account__name", "organization__name"]


@admin.register(Schedule)
class ScheduleAdmin(OperatorAdmin):
    list_display = ["name", "organization", "brand", "status", "next_run_at", "consecutive_errors"]
    list_filter = ["status", "frequency", "material_strategy"]
    list_select_related = ["organization", "brand"]
    search_fields = ["name", "brand__name", "organization__name", "last_error"]
    readonly_fields = ["status", "next_run_at", "last_run_at", "paused_at", "missed_count"]
    actions = ["pause", "resume"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @reasoned("Pause selected schedules", permissions=("change",))
    def pause(self, request: HttpRequest, queryset: QuerySet[Schedule], reason: str) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.paused",
            do=lambda row, by: pause_schedule(schedule=row, by=by, reason="Paused by an operator."),
            done="schedules paused",
            reason=reason,
        )

    @reasoned("Resume selected schedules", permissions=("change",))
    def resume(self, request: HttpRequest, queryset: QuerySet[Schedule], reason: str) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.resumed",
            do=lambda row, by: resume_schedule(schedule=row, by=by),
            done="schedules resumed",
            reason=reason,
        )


@admin.register(AutopilotRun)
class AutopilotRunAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "brand", "status", "attempts", "outcome"]
    list_filter = ["status"]
    list_select_related = ["organization", "brand"]
    search_fields = ["outcome", "occurrence", "brand__name", "organization__name"]
    date_hierarchy = "created_at"
    actions = ["requeue"]

    @reasoned("Queue the same work once more")
    def requeue(self, request: HttpRequest, queryset: QuerySet[AutopilotRun], reason: str) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.requeued",
            do=lambda row, by: repeat_run(run=row, by=by),
            done="runs queued again",
            reason=reason,
        )


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "kind", "summary", "credits", "cost_micros"]
    list_filter = ["kind"]
    list_select_related = ["organization"]
    search_fields = ["summary", "reason", "organization__name"]


@admin.register(PendingPost)
class PendingPostAdmin(ReadOnlyAdmin):
    list_display = ["content", "organization", "platform", "status", "scheduled_for", "expires_at"]
    list_filter = ["status", "platform", "generation_mode", "is_exploration"]
    list_select_related = ["organization"]
    search_fields = ["content", "failure_reason", "organization__name"]
    actions = ["reopen"]

    @reasoned("Open expired or failed posts again")
    def reopen(self, request: HttpRequest, queryset: QuerySet[PendingPost], reason: str) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.reopened",
            do=lambda row, by: reopen_post(post=row, by=by),
            done="posts opened again",
            reason=reason,
        )


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "pending_post", "approver", "policy", "voided_at"]
    list_select_related = ["organization", "pending_post", "approver"]
    search_fields = ["policy", "approver__email", "organization__name"]


@admin.register(Post)
class PostAdmin(OperatorAdmin):
    list_display = [
        *("content", "organization", "platform", "status", "published_at"),
        *("impressions", "likes", "clicks", "deleted_at"),
    ]
    list_filter = ["status", "platform", "angle"]
    list_select_related = ["organization"]
    search_fields = ["content", "external_id", "external_url", "organization__name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        # What is out is what it is; an operator may only hide a row or bring it back.
        return [field.name for field in Post._meta.fields]


@admin.register(FeedHandle)
class FeedHandleAdmin(ReadOnlyAdmin):
    list_display = ["handle", "organization", "account_id", "created_at"]
    list_select_related = ["organization"]
    search_fields = ["handle", "organization__name"]


@admin.register(FeedEntry)
class FeedEntryAdmin(ReadOnlyAdmin):
    list_display = ["published_at", "organization", "account", "text", "views_count"]
    list_select_related = ["organization", "account"]
    search_fields = ["text", "key", "organization__name"]


@admin.register(FeedVisit)
class FeedVisitAdmin(ReadOnlyAdmin):
    list_display = ["on_date", "organization", "entry", "kind"]
    list_filter = ["kind"]
    list_select_related = ["organization", "entry"]
    search_fields = ["organization__name"]
    # A day's visitor is nobody's business, not even hashed.
    exclude = ["visitor"]

    def get_exclude(self, request: HttpRequest, obj: object = None) -> list[str]:
        return [*super().get_exclude(request, obj), "visitor"]
