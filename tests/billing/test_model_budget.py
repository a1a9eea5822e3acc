"""Money for models: held before a call, settled after it, and never more than the budget."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import ModelSpend, Plan, Subscription
from billing.services.model_budget import (
    BudgetMeter,
    release_stale_reservations,
    set_model_budget,
)
from config.kernel.clock import now
from config.kernel.errors import Invalid, PaymentRequired
from config.kernel.llm.meter import Reservation, current_meter
from config.kernel.llm.spec import Usage
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord
from tests.kernel.crowd import times, together
from tests.world import World

METER = BudgetMeter()
USAGE = Usage(input_tokens=120, output_tokens=30)


def budget(world: World, micros: int, spent: int = 0) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(
            model_budget_micros=micros, model_spent_micros=spent, model_reserved_micros=0
        )


def books(world: World) -> tuple[int, int]:
    """(reserved, spent) in millionths of a dollar."""
    with org_atomic(world.id):
        row = Subscription.objects.get()
    return row.model_reserved_micros, row.model_spent_micros


def reserve(world: World, micros: int, **fields: Any) -> Reservation:
    return METER.reserve(world.id, "generation", micros, **fields)


def settle(reservation: Reservation, micros: int) -> None:
    METER.settle(reservation, micros, USAGE, provider="openai", model="a-model")


def spend_of(world: World, reservation: Reservation) -> ModelSpend:
    with org_atomic(world.id):
        return ModelSpend.objects.get(pk=reservation.id)


def test_billing_is_the_meter_of_the_gateway() -> None:
    assert isinstance(current_meter(), BudgetMeter)


@pytest.mark.django_db
def test_a_call_is_held_at_its_worst_and_settled_at_what_it_cost(world: World) -> None:
    budget(world, 1_000)
    held = reserve(world, 800, step_key="k" * 200)
    assert books(world) == (800, 0)
    row = spend_of(world, held)
    assert (row.state, row.worst_case_micros, row.cost_micros) == ("reserved", 800, None)
    assert len(row.step_key) == 120
    settle(held, 250)
    assert books(world) == (0, 250)
    row = spend_of(world, held)
    assert (row.state, row.cost_micros, row.model) == ("settled", 250, "a-model")
    assert (row.input_tokens, row.output_tokens) == (120, 30)


@pytest.mark.django_db
def test_a_refused_call_costs_nothing(world: World) -> None:
    budget(world, 1_000)
    held = reserve(world, 800)
    METER.release(held)
    assert books(world) == (0, 0)
    assert spend_of(world, held).state == "released"


@pytest.mark.django_db
def test_a_reservation_ends_once(world: World) -> None:
    budget(world, 10_000)
    for first, second in ((settle_at(300), METER.release), (METER.release, settle_at(300))):
        held, before = reserve(world, 500), books(world)[1]
        first(held)
        ended = books(world)
        second(held)
        first(held)
        assert books(world) == ended
        assert ended in ((0, before + 300), (0, before))


def settle_at(micros: int) -> Callable[[Reservation], None]:
    return lambda held: settle(held, micros)


@pytest.mark.django_db
def test_a_reservation_that_was_never_made_changes_nothing(world: World) -> None:
    budget(world, 1_000)
    settle(Reservation(world.id, "generation", 400), 400)
    assert books(world) == (0, 0)


@pytest.mark.django_db
def test_beyond_the_budget_a_sentence_says_so_and_nothing_is_held(world: World) -> None:
    budget(world, 1_000, spent=300)
    reserve(world, 500)
    with pytest.raises(PaymentRequired) as refused:
        reserve(world, 201)
    assert refused.value.code == "model_budget"
    assert refused.value.message == (
        "The budget for language models is used up for this period. Nothing was sent. "
        "Raise the budget, or wait for the renewal."
    )
    assert books(world) == (500, 300)
    reserve(world, 200)
    assert books(world) == (700, 300)
    with org_atomic(world.id):
        assert ModelSpend.objects.count() == 2


@pytest.mark.django_db
def test_a_model_that_costs_nothing_is_not_stopped_by_a_budget_that_is_used_up(
    world: World,
) -> None:
    budget(world, 1_000, spent=1_500)
    settle(reserve(world, 0), 0)
    assert books(world) == (0, 1_500)
    with pytest.raises(PaymentRequired):
        reserve(world, 1)


@pytest.mark.django_db
def test_a_call_without_an_organization_is_metered_by_nobody(world: World) -> None:
    held = METER.reserve(None, "probe", 10**12)
    settle(held, 10**12)
    METER.release(held)
    assert books(world) == (0, 0)


@pytest.mark.django_db
def test_each_organization_has_a_budget_of_its_own(world: World) -> None:
    budget(world, 100)
    reserve(world, 100)
    METER.release(METER.reserve(world.foreign.id, "generation", 1_000))
    assert books(world) == (100, 0)


@pytest.mark.django_db
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    calls=st.lists(
        st.tuples(st.integers(0, 500), st.sampled_from(["settle", "release", "keep"])), max_size=8
    )
)
def test_what_is_held_and_spent_never_exceeds_the_budget(
    world: World, calls: list[tuple[int, str]]
) -> None:
    budget(world, 1_000)
    held = spent = 0
    for micros, end in calls:
        if held + spent + micros > 1_000:
            with pytest.raises(PaymentRequired):
                reserve(world, micros)
            continue
        reservation = reserve(world, micros)
        if end == "settle":
            settle(reservation, micros // 2)
            spent += micros // 2
        elif end == "release":
            METER.release(reservation)
        else:
            held += micros
        assert books(world) == (held, spent)


@pytest.mark.django_db(transaction=True)
def test_fifty_calls_at_once_do_not_overshoot_together(world: World) -> None:
    budget(world, 1_000)
    results = times(50, lambda: reserve(world, 100))
    held = [each for each in results if isinstance(each, Reservation)]
    assert len(held) == 10
    assert all(isinstance(each, Reservation | PaymentRequired) for each in results)
    assert books(world) == (1_000, 0)


@pytest.mark.django_db(transaction=True)
def test_a_reservation_that_two_end_at_once_ends_once(world: World) -> None:
    budget(world, 10_000)
    for _ in range(5):
        held, before = reserve(world, 500), books(world)[1]
        together([lambda held=held: settle(held, 300), lambda held=held: METER.release(held)])  # type: ignore[misc]
        assert books(world) in ((0, before + 300), (0, before))


# -- Warnings, plans that rest, workers that died --------------------------------------------------


def warnings(world: World) -> list[int]:
    with org_atomic(world.id):
        rows = AuditRecord.objects.filter(action="model_budget.warned").order_by("created_at", "pk")
        return [row.data["percent"] for row in rows]


@pytest.mark.django_db
def test_a_team_is_warned_once_at_75_and_once_at_90_percent(world: World) -> None:
    budget(world, 1_000)
    for micros, told in [
        (700, []),
        (49, []),
        (1, [75]),
        (100, [75]),
        (50, [75, 90]),
        (99, [75, 90]),
    ]:
        settle(reserve(world, micros), micros)
        assert warnings(world) == told
    with org_atomic(world.id):
        record = AuditRecord.objects.filter(action="model_budget.warned").earliest("created_at")
    assert record.category == "billing" and record.actor_kind == "system"
    assert record.data == {"percent": 75, "spent_micros": 750, "budget_micros": 1_000}


@pytest.mark.django_db
def test_one_call_that_passes_both_thresholds_warns_of_the_higher(world: World) -> None:
    budget(world, 1_000)
    settle(reserve(world, 950), 950)
    assert warnings(world) == [90]


@pytest.mark.django_db
def test_another_budget_and_another_period_are_warned_of_anew(world: World) -> None:
    budget(world, 1_000)
    settle(reserve(world, 800), 800)
    with org_atomic(world.id):
        set_model_budget(cents=1, by=world.owner)
        assert Subscription.objects.get().model_warned_percent == 0
    settle(reserve(world, 7_000), 7_000)
    assert warnings(world) == [75, 75]
    with org_atomic(world.id):
        Subscription.objects.update(model_spent_micros=0, model_warned_percent=0)
    settle(reserve(world, 9_500), 9_500)
    assert warnings(world) == [75, 75, 90]


@pytest.mark.django_db(transaction=True)
def test_of_many_calls_that_end_at_once_one_warns(world: World) -> None:
    budget(world, 1_000)
    held = [reserve(world, 80) for _ in range(10)]
    together([lambda each=each: settle(each, 80) for each in held])  # type: ignore[misc]
    told = warnings(world)
    assert len(told) == len(set(told)) <= 2 and books(world) == (0, 800)


@pytest.mark.django_db
@pytest.mark.parametrize("cents", [-1, 5_001])
def test_a_budget_stays_within_what_the_plan_allows(world: World, cents: int) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(plan=Plan.objects.get(slug="starter"))
        with pytest.raises(Invalid, match="Starter plan"):
            set_model_budget(cents=cents, by=world.owner)


@pytest.mark.django_db
def test_a_plan_that_rests_calls_no_model_that_costs(world: World) -> None:
    budget(world, 1_000)
    with org_atomic(world.id):
        Subscription.objects.update(status="paused")
    with pytest.raises(PaymentRequired, match="Your plan is paused"):
        reserve(world, 1)
    settle(reserve(world, 0), 0)


@pytest.mark.django_db
def test_what_a_dead_worker_held_is_free_after_fifteen_minutes(world: World) -> None:
    budget(world, 1_000)
    dead, ended = reserve(world, 600), reserve(world, 300)
    settle(ended, 100)
    later = now() + timedelta(minutes=14)
    assert release_stale_reservations(later) == 0
    later = now() + timedelta(minutes=16)
    assert release_stale_reservations(later) == 1
    assert release_stale_reservations(later) == 0
    assert books(world) == (0, 100)
    assert spend_of(world, dead).state == "released"
    settle(dead, 500)
    assert books(world) == (0, 100), "a worker that wakes late changes nothing"
