from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.models import (
    CreditPrice,
    CreditTransaction,
    Invoice,
    ModelSpend,
    PaymentEvent,
    Plan,
    Subscription,
)
from billing.services.credits import grant_credits
from billing.services.payment_events import retry_message
from billing.services.payment_sync import follow_subscription
from billing.services.subscriptions import assign_plan, extend_trial
from config.kernel.errors import DomainError
from config.kernel.models import uuid7
from config.kernel.scoping import scope
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin, rescue_each

GRANT = 100
TRIAL_EXTENSION = 14


@admin.register(Plan)
class PlanAdmin(OperatorAdmin):
    list_display = [
        *("name", "slug", "credits_per_period", "price_cents", "currency", "is_public"),
        *("members", "brands", "accounts", "api_requests_per_month", "stripe_price_id"),
    ]
    search_fields = ["name"]


@admin.register(CreditPrice)
class CreditPriceAdmin(OperatorAdmin):
    list_display = ["action", "credits"]
    search_fields = ["action"]


@admin.register(Subscription)
class SubscriptionAdmin(OperatorAdmin):
    list_display = [
        *("organization", "plan", "status", "credits_used", "credits_total"),
        *("period_ends_at", "cancel_at_period_end", "grace_ends_at"),
    ]
    list_filter = ["status", "plan", "cancel_at_period_end"]
    list_select_related = ["organization", "plan"]
    search_fields = ["organization__name", "stripe_customer_id", "stripe_subscription_id"]
    # Credits change only through the ledger, and plans only through services: see the actions.
    readonly_fields = [
        *("plan", "pending_plan", "status", "credits_total", "credits_used"),
        *("period_started_at", "period_ends_at", "anchor_day", "due_at", "cancel_at_period_end"),
        *("past_due_since", "grace_ends_at", "stripe_customer_id", "stripe_subscription_id"),
        *("model_reserved_micros", "model_spent_micros", "model_warned_percent"),
    ]
    actions = ["grant", "extend", "ask_provider"]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        # One for each plan that is there: operators may have added some.
        for plan in Plan.objects.all():
            name = f"assign_{plan.slug}"
            actions[name] = (_assigning(plan), name, f"Assign the plan {plan.name}")
        return actions

    @admin.action(description=f"Grant {GRANT} credits")
    def grant(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.granted_credits",
            do=lambda row, by: grant_credits(
                amount=GRANT,
                key=f"staff:{uuid7()}",
                description=f"{GRANT} credits granted by support",
            ),
            done=f"teams given {GRANT} credits",
        )

    @admin.action(description=f"Extend the trial by {TRIAL_EXTENSION} days")
    def extend(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.extended_trial",
            do=lambda row, by: extend_trial(days=TRIAL_EXTENSION, by=by),
            done="trials extended",
        )

    @admin.action(description="Ask the payment provider now")
    def ask_provider(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        for row in queryset.exclude(stripe_subscription_id=""):
            try:
                with scope(row.organization_id):
                    follow_subscription(row.stripe_subscription_id)
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.WARNING)
            else:
                self.message_user(request, f"{row}: as the provider has it.", messages.SUCCESS)


def _assigning(plan: Plan) -> Callable[..., None]:
    def assign(
        page: SubscriptionAdmin, request: HttpRequest, queryset: QuerySet[Subscription]
    ) -> None:
        rescue_each(
            page,
            request,
            queryset,
            action="staff.assigned_plan",
            do=lambda row, by: assign_plan(plan=plan, by=by, reason="Assigned by support"),
            done=f"teams put on the plan {plan.name}",
        )

    return assign


@admin.register(CreditTransaction)
class CreditTransactionAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "amount", "action", "description"]
    list_filter = ["action"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "key", "description"]


@admin.register(ModelSpend)
class ModelSpendAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "purpose", "model", "state", "cost_micros"]
    list_filter = ["state", "provider"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "model", "step_key"]


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ["issued_at", "organization", "number", "status", "total_cents", "currency"]
    list_filter = ["status"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "number", "stripe_invoice_id"]


@admin.register(PaymentEvent)
class PaymentEventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "outcome", "customer_id", "attempts", "error_message"]
    list_filter = ["outcome", "kind"]
    search_fields = ["event_id", "object_id", "customer_id"]
    actions = ["handle_again"]

    @admin.action(description="Handle again")
    def handle_again(self, request: HttpRequest, queryset: QuerySet[PaymentEvent]) -> None:
        for row in queryset:
            retry_message(event=row)
            self.log_change(request, row, "Handle again")
        self.message_user(request, "They are handled with the next sweep.", messages.SUCCESS)
