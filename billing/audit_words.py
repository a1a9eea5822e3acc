"""How the acts of this app are called in the audit log."""

from __future__ import annotations

from organizations.trail.words import AuditTarget, add_words

add_words(
    {
        "billing.trial_ending": "will end the trial in three days",
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
        "credits.low": "has few credits left",
        "credits.gone": "has no credits left",
        "billing.checkout_started": "opened a payment page",
        "billing.plan_change_asked": "asked for another plan",
        "billing.plan_change_taken_back": "took a planned change of the plan back",
        "billing.cancellation_asked": "asked to cancel the plan",
        "billing.cancellation_planned": "cancelled the plan at the end of its period",
        "billing.cancellation_taken_back": "took the cancellation of the plan back",
        "billing.plan_kept": "asked to keep the plan",
        "billing.invoice_paid": "received the payment of an invoice",
        "billing.topped_up": "added bought credits",
        "billing.ledger_mismatch": "found a ledger that does not add up",
        "staff.assigned_plan": "assigned a plan",
        "staff.extended_trial": "extended the trial",
        "staff.granted_credits": "granted credits",
    },
    {"billing.subscription": AuditTarget("Plan", "plan__name", "billing:billing")},
)
