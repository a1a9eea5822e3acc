from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.kernel.scoping import org_atomic
from organizations.models import (
    ActorKind,
    AuditRecord,
    AuditSeal,
    User,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookState,
)
from organizations.operators import Need, needs
from organizations.services.audit import record
from organizations.services.webhooks import send_again

from .base import OperatorAdmin, ReadOnlyAdmin, rescue_each
from .reasons import reasoned

READ: Final = "staff.read_audit"


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "actor_kind", "actor", "action", "target_type"]
    list_filter = ["category", "actor_kind", "succeeded", "action"]
    list_select_related = ["organization", "actor"]
    search_fields = ["action", "target_id", "organization__name"]
    date_hierarchy = "created_at"

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """Who reads what a team did leaves a trace that the team sees."""
        answer = super().change_view(request, object_id, *args, **kwargs)
        row = self.get_object(request, object_id)
        if request.method == "GET" and row is not None and row.action != READ:
            _note_reading(row, cast(User, request.user))
        return answer


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnlyAdmin):
    list_display = ["organization", "chain", "number", "count", "newest_at", "pruned_at"]
    list_filter = ["chain"]
    list_select_related = ["organization"]
    search_fields = ["organization__name"]


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(OperatorAdmin):
    list_display = ["name", "organization", "url", "is_active", "last_success_at"]
    list_filter = ["is_active"]
    list_select_related = ["organization"]
    search_fields = ["name", "url", "organization__name"]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "event", "state", "attempts", "last_status"]
    list_filter = ["state", "event"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "event"]
    actions = ["requeue"]

    @reasoned("Send delivered or failed messages again")
    def requeue(
        self, request: HttpRequest, queryset: QuerySet[WebhookDelivery], reason: str
    ) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.requeued",
            do=lambda row, by: send_again(delivery=row, by=by),
            done="messages sent again",
            reason=reason,
        )


def _note_reading(row: AuditRecord, by: User) -> None:
    with org_atomic(row.organization_id):
        fresh = AuditRecord.objects.get(pk=row.pk)
        record(action=READ, target=fresh, by=by, kind=ActorKind.STAFF)


def _failed() -> int:
    rows = WebhookDelivery._base_manager.using("operator")
    return rows.filter(state=WebhookState.FAILED).count()


needs.register(
    "webhooks",
    Need(
        "Webhook messages that failed for good",
        "admin:organizations_webhookdelivery_changelist",
        "state__exact=failed",
        _failed,
    ),
)
