"""What billing tells people of: credits, budgets, trials and payments."""

from __future__ import annotations

from typing import Any, Final

from organizations.models import AuditRecord, Role
from organizations.notices.kinds import Notice, NoticeKind, place

_GROUP: Final = "Plan and credits"


def few_credits(record: AuditRecord) -> Notice:
    left, total = record.data.get("left", 0), record.data.get("total", 0)
    if not left:
        return Notice(
            title="All credits of this period are used",
            body="Nothing more is written or published until the period is renewed or you buy "
            "credits. What is approved already waits.",
            path=place("billing:billing"),
        )
    return Notice(
        title=f"{left} of {total} credits are left in this period",
        body="Writing a post costs one, publishing it another.",
        path=place("billing:billing"),
    )


def spent_budget(record: AuditRecord) -> Notice:
    percent = int(record.data.get("percent", 0))
    spent, budget = _dollars(record.data, "spent_micros"), _dollars(record.data, "budget_micros")
    over = percent >= 100
    return Notice(
        title="The monthly budget for language models is used up"
        if over
        else f"{percent} % of the monthly budget for language models is spent",
        body=f"{spent} of {budget}. "
        + (
            "No model is asked any more until the month ends or the budget is raised."
            if over
            else "At 100 % no model is asked any more until the month ends."
        ),
        path=place("billing:billing"),
    )


def changed_plan(record: AuditRecord) -> Notice:
    title, body = _PLAN_WORDS[record.action]
    day = str(record.data.get("ends_at") or record.data.get("grace_ends_at") or "")[:10]
    return Notice(
        title=title,
        body=" ".join(each for each in (record.reason, body.format(day=day)) if each),
        path=place("billing:billing"),
    )


_PLAN_WORDS: Final = {
    "billing.trial_ending": (
        "Your trial ends in three days",
        "On {day} the credits that are left expire and the free plan begins. Choose a plan to "
        "keep your pace.",
    ),
    "billing.trial_ended": ("Your trial has ended", "The free plan runs now."),
    "billing.payment_failed": (
        "A payment could not be collected",
        "Everything goes on until {day}. Check your card in the customer portal before then.",
    ),
    "billing.paused": ("Your plan is paused", "Nothing is written or published until it is paid."),
    "billing.resumed": ("Your plan runs again", ""),
    "billing.cancelled": ("Your plan is cancelled", "The free plan runs now."),
    "billing.plan_changed": ("Your plan was changed", ""),
}


def _dollars(data: dict[str, Any], key: str) -> str:
    return f"${int(data.get(key, 0)) / 1_000_000:,.2f}"


KINDS: Final = (
    NoticeKind(
        key="credits_low",
        words="Credits run low",
        help="When a tenth of them is left, and when none is.",
        group=_GROUP,
        actions=frozenset({"credits.low", "credits.gone"}),
        make=few_credits,
        role=Role.ADMIN,
        by_mail=True,
    ),
    NoticeKind(
        key="budget_spent",
        words="The budget for models runs out",
        help="At 75, 90 and 100 % of the month's money.",
        group=_GROUP,
        actions=frozenset({"model_budget.warned"}),
        make=spent_budget,
        role=Role.ADMIN,
        by_mail=True,
    ),
    NoticeKind(
        key="plan_trouble",
        words="The plan needs you",
        help="A trial that ends, or a payment that failed.",
        group=_GROUP,
        actions=frozenset(
            {
                "billing.trial_ending",
                "billing.trial_ended",
                "billing.payment_failed",
                "billing.paused",
            }
        ),
        make=changed_plan,
        role=Role.OWNER,
        by_mail=True,
        is_binding=True,
    ),
    NoticeKind(
        key="plan_changed",
        words="The plan changed",
        help="Also when it runs again or is cancelled.",
        group=_GROUP,
        actions=frozenset({"billing.plan_changed", "billing.resumed", "billing.cancelled"}),
        make=changed_plan,
        role=Role.OWNER,
    ),
)
