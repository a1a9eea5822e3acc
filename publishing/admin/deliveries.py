"""The delivery ledger for operators: what went wrong, and the four ways to help."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic, scope
from organizations.admin.base import ReadOnlyAdmin, rescue_each
from organizations.models import ActorKind, User
from organizations.services.audit import record
from publishing.delivery.ledger import settle_unknown
from publishing.models import Delivery, DeliveryAttempt
from publishing.services.second_tries import send_again


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = [
        *("created_at", "organization", "platform", "account", "state", "due_at", "attempts"),
        *("error_code", "remote_url"),
    ]
    list_filter = ["state", "platform", "error_code"]
    list_select_related = ["organization", "account"]
    search_fields = ["remote_id", "remote_url", "error_message", "idempotency_key"]
    date_hierarchy = "created_at"
    actions = ["requeue", "check_again"]

    @admin.action(description="Send failed or missed ones again", permissions=["view"])
    def requeue(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.requeued",
            do=lambda row, by: send_again(delivery=row, by=by),
            done="deliveries sent again",
        )

    @admin.action(description="Look again for unknown ones", permissions=["view"])
    def check_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Not by `rescue_each`: the network is asked, so no transaction may be open."""
        told = 0
        for row in queryset:
            try:
                _look(row, request)
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.WARNING)
            else:
                told += 1
        self.message_user(request, f"{told} looked for again.", messages.SUCCESS)


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "delivery", "number", "outcome", "message"]
    list_filter = ["outcome", "code"]
    list_select_related = ["organization", "delivery"]
    search_fields = ["message", "code", "organization__name"]


def _look(row: Delivery, request: HttpRequest) -> None:
    assert isinstance(request.user, User)
    with org_atomic(row.organization_id):
        fresh = Delivery._base_manager.using("default").get(pk=row.pk)
        record(action="staff.checked_again", target=fresh, by=request.user, kind=ActorKind.STAFF)
    with scope(row.organization_id):
        settle_unknown(delivery=fresh, decision="check_again", by=request.user)
