"""The delivery ledger for operators: what went wrong, and the ways to help."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic, scope
from organizations.admin.base import ReadOnlyAdmin, rescue_each
from organizations.admin.reasons import reasoned
from organizations.models import ActorKind, User
from organizations.operators import Need, needs
from organizations.services.actors import Actor, acting
from organizations.services.audit import record
from publishing.delivery.ledger import settle_unknown
from publishing.delivery.unknown import Decision
from publishing.models import Delivery, DeliveryAttempt, DeliveryState
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
    actions = ["requeue", "check_again", "send_unknown", "settle_not_sent"]

    @reasoned("Send failed or missed ones again")
    def requeue(self, request: HttpRequest, queryset: QuerySet[Delivery], reason: str) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.requeued",
            do=lambda row, by: send_again(delivery=row, by=by),
            done="deliveries sent again",
            reason=reason,
        )

    @reasoned("Look again for unknown ones")
    def check_again(self, request: HttpRequest, queryset: QuerySet[Delivery], reason: str) -> None:
        self._settle(request, queryset, Decision.CHECK_AGAIN, reason, "looked for again")

    @reasoned("Send unknown ones again (doubles what did arrive)")
    def send_unknown(self, request: HttpRequest, queryset: QuerySet[Delivery], reason: str) -> None:
        self._settle(request, queryset, Decision.SEND_AGAIN, reason, "sent again")

    @reasoned("Settle unknown ones as not sent (gives the credit back)")
    def settle_not_sent(
        self, request: HttpRequest, queryset: QuerySet[Delivery], reason: str
    ) -> None:
        self._settle(request, queryset, Decision.NOT_SENT, reason, "settled as not sent")

    def _settle(
        self,
        request: HttpRequest,
        queryset: QuerySet[Delivery],
        decision: Decision,
        reason: str,
        done: str,
    ) -> None:
        """Not by `rescue_each`: the network may be asked, so no transaction may be open."""
        told = 0
        for row in queryset:
            try:
                _settle_one(row, request, decision, reason)
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.WARNING)
            else:
                told += 1
        self.message_user(request, f"{told} {done}.", messages.SUCCESS)


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "delivery", "number", "outcome", "message"]
    list_filter = ["outcome", "code"]
    list_select_related = ["organization", "delivery"]
    search_fields = ["message", "code", "organization__name"]


def _settle_one(row: Delivery, request: HttpRequest, decision: Decision, reason: str) -> None:
    assert isinstance(request.user, User)
    with acting(Actor(ActorKind.STAFF)):
        with org_atomic(row.organization_id):
            fresh = Delivery._base_manager.using("default").get(pk=row.pk)
            action = _ACTIONS[decision]
            record(action=action, target=fresh, by=request.user, reason=reason)
        with scope(row.organization_id):
            settle_unknown(delivery=fresh, decision=decision, by=request.user)


_ACTIONS = {
    Decision.CHECK_AGAIN: "staff.checked_again",
    Decision.SEND_AGAIN: "staff.requeued",
    Decision.NOT_SENT: "staff.settled",
}


def _count(state: DeliveryState) -> Callable[[], int]:
    return lambda: Delivery._base_manager.using("operator").filter(state=state).count()


for _state, _words in (
    (DeliveryState.UNKNOWN, "Posts of which nobody knows whether they arrived"),
    (DeliveryState.MISSED, "Posts that missed their time"),
):
    needs.register(
        f"deliveries {_state}",
        Need(
            _words,
            "admin:publishing_delivery_changelist",
            f"state__exact={_state}",
            _count(_state),
        ),
    )
