from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import F

from billing.models import ModelSpend, Subscription
from config.kernel.clock import now
from config.kernel.due import due_rows
from config.kernel.errors import Invalid, NotFound, PaymentRequired
from config.kernel.llm.meter import Reservation
from config.kernel.llm.spec import Usage
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditCategory, User
from organizations.services.audit import record

from .credits import locked_subscription, resting

log = structlog.get_logger(__name__)

# Percent of the budget at which the team is warned; at 100 the gateway is refused.
WARNINGS = (75, 90, 100)
STALE_AFTER = timedelta(minutes=15)
MOST_STALE = 500
MICROS_A_CENT = 10_000


class BudgetMeter:
    """Keeps an organization's model spend inside its budget: reserve before, settle after.

    A call without an organization (an operator's try) is metered by nobody.
    """

    def reserve(
        self,
        organization_id: UUID | None,
        purpose: str,
        worst_case_micros: int,
        *,
        step_key: str = "",
    ) -> Reservation:
        """Hold the worst case, in millionths of a dollar; raises PaymentRequired beyond the budget.

        One conditional update, so that parallel calls cannot overshoot together. What costs nothing
        (a model on one's own machine) is noted and never refused.
        """
        reservation = Reservation(organization_id, purpose, worst_case_micros, step_key)
        if organization_id is None:
            return reservation
        with org_atomic(organization_id):
            if worst_case_micros and not _hold(worst_case_micros):
                raise _refusal()
            ModelSpend.objects.create(
                id=reservation.id,
                purpose=purpose,
                worst_case_micros=worst_case_micros,
                step_key=step_key[:120],
            )
        return reservation

    def settle(
        self,
        reservation: Reservation,
        actual_micros: int,
        usage: Usage,
        *,
        provider: str,
        model: str,
    ) -> None:
        self._end(
            reservation,
            spent=actual_micros,
            state=ModelSpend.State.SETTLED,
            provider=provider,
            model=model,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
        )

    def release(self, reservation: Reservation) -> None:
        self._end(reservation, spent=0, state=ModelSpend.State.RELEASED)

    def _end(self, reservation: Reservation, *, spent: int, state: str, **fields: object) -> None:
        if reservation.organization_id is None:
            return
        with org_atomic(reservation.organization_id):
            ended = ModelSpend.objects.filter(
                id=reservation.id, state=ModelSpend.State.RESERVED
            ).update(state=state, cost_micros=spent, updated_at=now(), **fields)
            if not ended:
                return
            Subscription.objects.update(
                model_reserved_micros=F("model_reserved_micros") - reservation.worst_case_micros,
                model_spent_micros=F("model_spent_micros") + spent,
            )
            if spent:
                warn_of_budget()


def set_model_budget(*, cents: int, by: User) -> Subscription:
    """Change how much the models may cost a month, in US cents; 0 stops those that cost anything.

    Raises Invalid beyond what the plan allows. Warnings begin anew for the new budget.
    """
    with org_atomic():
        row = locked_subscription()
        if row is None:
            raise NotFound("This team has no plan yet, and so no budget.")
        most = row.plan.model_budget_cents
        if cents < 0 or (most is not None and cents > most):
            ceiling = f" to ${most / 100:,.2f}" if most is not None else " or more"
            raise Invalid(
                f"Choose $0{ceiling} a month on the {row.plan.name} plan.", field="dollars"
            )
        before, row.model_budget_micros = row.model_budget_micros, cents * MICROS_A_CENT
        if before == row.model_budget_micros:
            return row
        row.model_warned_percent = _reached(row)
        row.save(update_fields=["model_budget_micros", "model_warned_percent", "updated_at"])
        record(
            action="model_budget.changed",
            target=row,
            by=by,
            category=AuditCategory.BILLING,
            before={"micros": before},
            after={"micros": row.model_budget_micros},
        )
    return row


def warn_of_budget() -> None:
    """Say once a threshold and period that 75, 90 or all of the budget's 100 % are spent."""
    row = Subscription.objects.first()
    if row is None or (reached := _reached(row)) <= row.model_warned_percent:
        return
    # Of many calls that end at once, the one that raises the mark says it.
    behind = Subscription.objects.filter(pk=row.pk, model_warned_percent__lt=reached)
    if behind.update(model_warned_percent=reached):
        record(
            action="model_budget.warned",
            target=row,
            kind=ActorKind.SYSTEM,
            category=AuditCategory.BILLING,
            data={
                "percent": reached,
                "spent_micros": row.model_spent_micros,
                "budget_micros": row.model_budget_micros,
            },
        )


def release_stale_reservations(moment: datetime | None = None) -> int:
    """Free what calls hold whose worker died: no call lasts 15 minutes. Returns how many."""
    before = (moment or now()) - STALE_AFTER
    meter = BudgetMeter()
    waiting = due_rows(ModelSpend, moment=before, most=MOST_STALE)
    for each in waiting:
        with org_atomic(each.organization_id):
            row = ModelSpend.objects.get(pk=each.id)
        meter.release(
            Reservation(
                each.organization_id, row.purpose, row.worst_case_micros, row.step_key, row.pk
            )
        )
    if waiting:
        log.warning("reservations_released", count=len(waiting))
    return len(waiting)


def _reached(row: Subscription) -> int:
    """The highest threshold that the spending has passed, in percent; 0 for none."""
    if row.model_budget_micros <= 0:
        return 0
    share = row.model_spent_micros * 100
    return max((p for p in WARNINGS if share >= p * row.model_budget_micros), default=0)


def _hold(micros: int) -> bool:
    after = F("model_spent_micros") + F("model_reserved_micros") + micros
    return bool(
        Subscription.objects.filter(
            status__in=Subscription.RUNNING, model_budget_micros__gte=after
        ).update(model_reserved_micros=F("model_reserved_micros") + micros)
    )


def _refusal() -> PaymentRequired:
    row = Subscription.objects.first()
    if row is not None and not row.is_running:
        return resting(row)
    return PaymentRequired(
        "The budget for language models is used up for this period. Nothing was sent. "
        "Raise the budget, or wait for the renewal.",
        code="model_budget",
    )
