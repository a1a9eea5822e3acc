"""The personal data in this app's tables: none, but each field says so."""

from __future__ import annotations

from organizations.privacy.marks import Table, register, words

register(
    Table(
        "billing.plan",
        plain=words(
            "slug name credits_per_period price_cents currency is_public accounts "
            "api_requests_per_month brands members model_budget_cents stripe_price_id"
        ),
    ),
    Table("billing.creditprice", plain=words("action credits")),
    Table(
        "billing.subscription",
        plain=words(
            "plan status credits_total credits_used period_started_at period_ends_at "
            "model_budget_micros model_reserved_micros model_spent_micros anchor_day "
            "cancel_at_period_end grace_ends_at model_warned_percent past_due_since pending_plan "
            "stripe_customer_id stripe_subscription_id"
        ),
    ),
    Table(
        "billing.credittransaction",
        plain=words("amount action description key related_type related_id"),
    ),
    Table(
        "billing.modelspend",
        plain=words(
            "purpose state worst_case_micros cost_micros provider model input_tokens "
            "output_tokens step_key"
        ),
    ),
    Table(
        "billing.invoice",
        plain=words(
            "stripe_invoice_id number description status total_cents paid_cents currency "
            "hosted_url pdf_url issued_at period_started_at period_ended_at"
        ),
    ),
    Table(
        "billing.paymentevent",
        plain=words(
            "event_id kind object_id customer_id organization_id sent_at outcome error_message"
        ),
    ),
)
