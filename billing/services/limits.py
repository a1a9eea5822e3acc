from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from billing.models import Subscription
from config.kernel.scoping import current_organization_id
from organizations.services.entitlements import Entitlements, require_room

# Names of things that are counted -> the field of the plan.
COUNTED = {
    "members": "members",
    "brands": "brands",
    "accounts": "accounts",
    "api_requests": "api_requests_per_month",
    "api_requests_per_month": "api_requests_per_month",
    "model_budget_cents": "model_budget_cents",
}


class PlanLimits(Entitlements):
    """Answers from the plan of the organization in scope. Without a plan there is no end: nothing
    can be spent then anyway."""

    def limit(self, name: str) -> int | None:
        field = COUNTED.get(name)
        row = Subscription.objects.select_related("plan").first() if field else None
        value: int | None = getattr(row.plan, field) if row and field else None
        return value


def require_room_for(name: str, count: Callable[[], int], *, adding: int = 1) -> None:
    """Refuse what the plan does not cover, counted where nobody else can add one meanwhile.

    Call it in the transaction that adds. Raises PaymentRequired (code `plan_limit`).
    """
    # A lock of its own: with a row's lock it would stand in the order of those of the ledger.
    with connection.cursor() as cursor:
        mark = f"{current_organization_id()}:{name}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [mark])
    require_room(name, now=count(), adding=adding)
