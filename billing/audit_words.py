"""How the acts of this app are called in the audit log."""

from __future__ import annotations

from organizations.trail.words import AuditTarget, add_words

add_words(
    {
        "billing.trial_ended": "ended the trial",
        "billing.trial_extended": "extended the trial",
        "billing.renewed": "renewed the plan",
        "billing.plan_changed": "changed the plan",
        "billing.plan_change_planned": "planned a change of the plan",
        "billing.cancelled": "cancelled the plan",
        "billing.payment_failed": "could not collect a payment",
        "billing.paused": "paused the plan",
        "billing.resumed": "resumed the plan",
        "model_budget.changed": "changed the monthly budget for models",
        "model_budget.warned": "warned that the monthly budget for models runs low",
        "staff.granted_credits": "granted credits",
    },
    {"billing.subscription": AuditTarget("Plan", "plan__name", "billing:billing")},
)
