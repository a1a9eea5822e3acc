from __future__ import annotations

from uuid import UUID

from django.db.models import F

from billing.models import ModelSpend, Subscription
from config.kernel.clock import now
from config.kernel.errors import PaymentRequired
from config.kernel.llm.meter import Reservation
from config.kernel.llm.spec import Usage
from config.kernel.scoping import org_atomic


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
                raise PaymentRequired(
                    "The budget for language models is used up for this period. Nothing was sent. "
                    "Raise the budget, or wait for the renewal.",
                    code="model_budget",
                )
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


def _hold(micros: int) -> bool:
    after = F("model_spent_micros") + F("model_reserved_micros") + micros
    return bool(
        Subscription.objects.filter(model_budget_micros__gte=after).update(
            model_reserved_micros=F("model_reserved_micros") + micros
        )
    )
