"""What the agent may do by itself and what stands still, for operators to read; and their brake."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from config.kernel.errors import DomainError
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin, rescue_each
from organizations.admin.reasons import reasoned
from organizations.models import User
from publishing.models import InstallationStop, PolicyContract, Stop
from publishing.services.stops import release_everywhere, resume, stop_everywhere


@admin.register(PolicyContract)
class PolicyContractAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "brand", "organization", "status", "signed_name", "signed_at"]
    list_filter = ["status"]
    list_select_related = ["brand", "organization"]
    search_fields = ["brand__name", "organization__name", "signed_name"]


@admin.register(Stop)
class StopAdmin(ReadOnlyAdmin):
    list_display = ["level", "organization", "reason", "stopped_by", "created_at", "resumed_at"]
    list_filter = ["level", "resumed_at"]
    list_select_related = ["organization", "stopped_by", "brand", "account"]
    search_fields = ["reason", "organization__name", "stopped_by__email"]
    actions = ["let_go"]

    @reasoned("Let go of the chosen stops")
    def let_go(self, request: HttpRequest, queryset: QuerySet[Stop], reason: str) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="stop.rescued",
            do=lambda row, by: resume(stop=row, by=by, note=reason),
            done="let go",
            reason=reason,
        )


@admin.register(InstallationStop)
class InstallationStopAdmin(OperatorAdmin):
    """Adding a row stops everything, or one network, for every team."""

    list_display = ["__str__", "reason", "stopped_by", "created_at", "resumed_at", "resumed_by"]
    list_filter = ["resumed_at"]
    search_fields = ["reason", "platform", "stopped_by"]
    fields = ["platform", "reason"]
    actions = ["let_go"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = stop_everywhere(by=_who(request), reason=obj.reason, platform=obj.platform)
        obj.pk, obj.stopped_by = made.pk, made.stopped_by

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().add_view(request, *args, **kwargs)
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
            return self.response_post_save_add(request, InstallationStop())

    @admin.action(description="Let go; nothing is made up for", permissions=["view"])
    def let_go(self, request: HttpRequest, queryset: QuerySet[InstallationStop]) -> None:
        for row in queryset:
            try:
                missed = release_everywhere(stop=row, by=_who(request))
            except DomainError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                self.message_user(request, f"Let go. {missed} posts were missed and ask.")


def _who(request: HttpRequest) -> str:
    assert isinstance(request.user, User)
    return request.user.name or request.user.email
