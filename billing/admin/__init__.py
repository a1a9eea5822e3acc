from __future__ import annotations

from django.contrib import admin
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
from config.kernel.models import uuid7
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin, rescue_each

GRANT = 100


@admin.register(Plan)
class PlanAdmin(OperatorAdmin):
    list_display = ["name", "slug", "credits_per_period", "price_cents", "currency", "is_public"]
    search_fields = ["name"]


@admin.register(CreditPrice)
class CreditPriceAdmin(OperatorAdmin):
    list_display = ["action", "credits"]
    search_fields = ["action"]


@admin.register(Subscription)
class SubscriptionAdmin(OperatorAdmin):
    list_display = ["organization", "plan", "status", "credits_used", "credits_total"]
    list_filter = ["status", "plan"]
    list_select_related = ["organization", "plan"]
    search_fields = ["organization__name"]
    # Credits change only through the ledger.
    readonly_fields = ["credits_total", "credits_used", "model_reserved_micros"]
    actions = ["grant"]

    @admin.action(description="Grant 100 credits")
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
