"""What becomes of a plan: the trial, periods that begin, plans that change, and plans that end.

Every function works on the organization in scope. Money acts are audit records of the category
billing; the credits of each stand in the ledger under the key of their period.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from billing.models import CreditAction, CreditTransaction, Plan, Subscription
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from organizations.models import ActorKind, AuditCategory, User
from organizations.services.audit import record

from .credits import grant_credits, locked_subscription, write_line
from .periods import period_at, share_of_period

TRIAL_CREDITS = 30
TRIAL_DAYS = 30
MICROS_A_CENT = 10_000
# Told this long before a trial ends, so that nobody is surprised.
TRIAL_NOTICE = timedelta(days=3)
GRACE = timedelta(days=7)
# The provider renews first; we ask it when its message has not come an hour after the end.
ASK_AFTER = timedelta(hours=1)
FREE = "free"
Status = Subscription.Status


def start_trial(organization: Any) -> Subscription:
    """Give a new organization its free plan and 30 credits for 30 days."""
    with org_atomic(organization.id):
        started = now()
        ends = started + timedelta(days=TRIAL_DAYS)
        subscription = Subscription.objects.create(
            plan=free_plan(),
            status=Status.TRIALING,
            period_started_at=started,
            period_ends_at=ends,
            anchor_day=ends.day,
            due_at=ends - TRIAL_NOTICE,
            model_budget_micros=settings.WARREN_LLM_BUDGET_CENTS * MICROS_A_CENT,
        )
        grant_credits(
            amount=TRIAL_CREDITS,
            key=f"trial:{organization.id}",
            description=f"Welcome: {TRIAL_CREDITS} credits for {TRIAL_DAYS} days",
        )
    subscription.refresh_from_db()
    return subscription


def free_plan() -> Plan:
    return Plan.objects.get(slug=FREE)


def subscription_or_404() -> Subscription:
    """The locked subscription. Raises NotFound for a team without one."""
    row = locked_subscription()
    if row is None:
        raise NotFound("This team has no plan yet. Whoever runs this installation can assign one.")
    return row


def begin_period(
    row: Subscription, *, plan: Plan, started_at: datetime, ends_at: datetime, carried: int = 0
) -> bool:
    """Replace the credits of a locked subscription by the plan's for a new period, once a period.

    What is left of the old one expires (no rollover), but for `carried`, which goes along. The
    model budget counts from zero again. False when this period has begun already.
    """
    key = f"renewal:{started_at:%Y%m%dT%H%M%S}:{plan.slug}"
    if CreditTransaction.objects.filter(key=key).exists():
        return False
    if expired := row.credits_left - carried:
        write_line(
            amount=-expired,
            action=CreditAction.EXPIRY,
            description="Not used by the end of the period",
            key=f"expiry:{key}",
        )
    write_line(
        amount=plan.credits_per_period,
        action=CreditAction.RENEWAL,
        description=f"{plan.name} plan: credits of the period",
        key=key,
    )
    row.plan, row.pending_plan = plan, None
    row.credits_total, row.credits_used = plan.credits_per_period + carried, 0
    row.period_started_at, row.period_ends_at = started_at, ends_at
    row.model_spent_micros = row.model_warned_percent = 0
    row.due_at = next_look(row)
    row.save(
        update_fields=[
            *("plan", "pending_plan", "credits_total", "credits_used", "period_started_at"),
            *("period_ends_at", "model_spent_micros", "model_warned_percent", "due_at"),
            "updated_at",
        ]
    )
    return True


def next_look(row: Subscription) -> datetime | None:
    """When the sweeper has something to do for this subscription next."""
    if row.status == Status.PAST_DUE:
        return row.grace_ends_at
    if row.status in (Status.PAUSED, Status.CANCELLED):
        return None
    if row.status == Status.TRIALING and row.period_ends_at - TRIAL_NOTICE > now():
        return row.period_ends_at - TRIAL_NOTICE
    return row.period_ends_at + ASK_AFTER if row.is_paid else row.period_ends_at


def renew_locally(row: Subscription, moment: datetime) -> None:
    """Begin the period that holds `moment` for a plan that no provider renews."""
    if row.cancel_at_period_end:
        fall_to_free(row, reason="Cancelled at the end of its period", moment=moment)
        return
    started, ends = period_at(row.period_ends_at, row.anchor_day, moment)
    was_trial, before = row.status == Status.TRIALING, row.credits_left
    begin_period(row, plan=row.pending_plan or row.plan, started_at=started, ends_at=ends)
    if was_trial:
        move(row, Status.ACTIVE)
        note("billing.trial_ended", row, data={"expired_credits": before})
    note("billing.renewed", row, data={"credits": row.credits_total})


def start_plan(
    row: Subscription,
    *,
    plan: Plan,
    by: User | None,
    started_at: datetime | None = None,
    ends_at: datetime | None = None,
    reason: str = "",
) -> None:
    """Begin a plan now, with a whole period and all its credits.

    What is left of a trial goes along into the first period; everything else expires.
    """
    started = started_at or now()
    before = row.plan.slug
    carried = row.credits_left if row.status == Status.TRIALING else 0
    row.anchor_day = started.day
    row.cancel_at_period_end = False
    ends = ends_at or period_at(started, row.anchor_day, started)[1]
    row.save(update_fields=["anchor_day", "cancel_at_period_end", "updated_at"])
    if not begin_period(row, plan=plan, started_at=started, ends_at=ends, carried=carried):
        return
    make_active(row)
    note(
        "billing.plan_changed",
        row,
        by=by,
        reason=reason,
        before={"plan": before},
        after={"plan": plan.slug},
        data={"credits": plan.credits_per_period, "carried": carried},
    )


def upgrade(row: Subscription, *, plan: Plan, by: User | None, moment: datetime) -> int:
    """Change to a bigger plan in the middle of a period; returns the credits that were added.

    The difference of the two plans' credits, in proportion to the rest of the period. Once a plan
    and period.
    """
    key = f"upgrade:{row.period_started_at:%Y%m%dT%H%M%S}:{plan.slug}"
    more = plan.credits_per_period - row.plan.credits_per_period
    added = share_of_period(
        more, started=row.period_started_at, ends=row.period_ends_at, moment=moment
    )
    if CreditTransaction.objects.filter(key=key).exists():
        added = 0
    elif added:
        grant_credits(
            amount=added,
            key=key,
            description=f"{plan.name} plan: its share of the rest of the period",
            action=CreditAction.ADJUSTMENT,
        )
    before = row.plan.slug
    Subscription.objects.filter(pk=row.pk).update(plan=plan, pending_plan=None, updated_at=now())
    row.refresh_from_db()
    note(
        "billing.plan_changed",
        row,
        by=by,
        before={"plan": before},
        after={"plan": plan.slug},
        data={"credits": added},
    )
    return added


def plan_downgrade(row: Subscription, *, plan: Plan, by: User | None) -> None:
    """Let a smaller plan begin with the next period; until then everything stays."""
    if row.pending_plan_id == plan.pk:
        return
    row.pending_plan = plan
    row.save(update_fields=["pending_plan", "updated_at"])
    note(
        "billing.plan_change_planned",
        row,
        by=by,
        before={"plan": row.plan.slug},
        after={"plan": plan.slug},
        data={"begins_at": row.period_ends_at.isoformat()},
    )


def assign_plan(*, plan: Plan, by: User, reason: str = "") -> Subscription:
    """Let an operator give the team a plan, without a payment; it renews every month by itself.

    Raises Conflict while the payment provider renews the team's plan: two would bill it.
    """
    with org_atomic():
        row = subscription_or_404()
        if row.is_paid:
            raise Conflict(
                "This team pays through the payment provider. Cancel its subscription there first."
            )
        start_plan(row, plan=plan, by=by, reason=reason)
    return row


def extend_trial(*, days: int, by: User) -> Subscription:
    """Let a trial go on; raises Invalid for a team whose trial is over, or for no days."""
    with org_atomic():
        row = subscription_or_404()
        if row.status != Status.TRIALING:
            raise Invalid("This team is not on trial any more. Assign a plan, or grant credits.")
        if days < 1:
            raise Invalid("Extend the trial by at least one day.", field="days")
        before = row.period_ends_at
        row.period_ends_at = max(before, now()) + timedelta(days=days)
        row.anchor_day, row.due_at = row.period_ends_at.day, next_look(row)
        row.save(update_fields=["period_ends_at", "anchor_day", "due_at", "updated_at"])
        note(
            "billing.trial_extended",
            row,
            by=by,
            before={"ends_at": before.isoformat()},
            after={"ends_at": row.period_ends_at.isoformat()},
        )
    return row


def fall_to_free(
    row: Subscription, *, reason: str, moment: datetime, by: User | None = None
) -> None:
    """End a plan: cancelled, and on the free one from this moment."""
    before = row.plan.slug
    if row.status != Status.CANCELLED:
        move(row, Status.CANCELLED, past_due_since=None, grace_ends_at=None)
    row.stripe_subscription_id = ""
    row.cancel_at_period_end, row.anchor_day = False, moment.day
    row.save(
        update_fields=[
            *("stripe_subscription_id", "cancel_at_period_end", "anchor_day", "updated_at"),
        ]
    )
    note("billing.cancelled", row, by=by, reason=reason, before={"plan": before})
    plan = free_plan()
    started, ends = period_at(moment, moment.day, moment)
    begin_period(row, plan=plan, started_at=started, ends_at=ends)
    make_active(row)


def mark_past_due(row: Subscription, moment: datetime) -> bool:
    """A payment failed: seven days of grace begin. False when they run already, or are over."""
    if not row.graph.allows(row.status, Status.PAST_DUE):
        return False
    ends = moment + GRACE
    move(row, Status.PAST_DUE, past_due_since=moment, grace_ends_at=ends, due_at=ends)
    note("billing.payment_failed", row, data={"grace_ends_at": ends.isoformat()})
    return True


def pause(row: Subscription, *, reason: str, by: User | None = None) -> None:
    """Let writing and sending rest until somebody pays."""
    move(row, Status.PAUSED, due_at=None)
    note("billing.paused", row, by=by, reason=reason)


def make_active(row: Subscription) -> bool:
    """Take a plan up: paid, assigned or begun anew. False when it is active already."""
    if row.status == Status.ACTIVE:
        return False
    before = row.status
    move(row, Status.ACTIVE, past_due_since=None, grace_ends_at=None)
    row.due_at = next_look(row)
    row.save(update_fields=["due_at", "updated_at"])
    if before in (Status.PAST_DUE, Status.PAUSED):
        note("billing.resumed", row, before={"status": before}, after={"status": row.status})
    return True


def note(action: str, row: Subscription, **fields: Any) -> None:
    """An audit record of the category billing, about this subscription."""
    if fields.get("by") is None:
        fields.setdefault("kind", ActorKind.SYSTEM)
    record(action=action, target=row, category=AuditCategory.BILLING, **fields)
