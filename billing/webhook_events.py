"""What other systems can hear of plans, payments and budgets."""

from __future__ import annotations

from organizations.webhooks.catalogue import add_event

add_event(
    "plan.changed", "The plan changed or was cancelled", "billing.plan_changed", "billing.cancelled"
)
add_event("credits.low", "Credits run low or are used up", "credits.low", "credits.gone")
add_event("payment.failed", "A payment could not be collected", "billing.payment_failed")
add_event("budget.warned", "The monthly budget for models runs low", "model_budget.warned")
