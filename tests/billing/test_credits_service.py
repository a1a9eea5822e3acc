"""The credit ledger: never below zero, never twice, and the sum of its lines is what is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from billing.models import CreditAction, CreditPrice, CreditTransaction, Plan, Subscription
from billing.services.credits import (
    Charge,
    credits_left,
    grant_credits,
    locked_subscription,
    refund_credits,
    spend_credits,
    spend_credits_together,
)
from billing.services.subscriptions import plan_downgrade, renew_locally, upgrade
from config.kernel.errors import DomainError, Invalid, PaymentRequired
from config.kernel.models import uuid7
from config.kernel.scoping import MissingScope, org_atomic
from organizations.models import AuditRecord, Organization, User
from organizations.services.organizations import found_organization
from tests.kernel.crowd import times, together
from tests.world import World


def start_with(total: int, used: int = 0) -> None:
    Subscription.objects.update(credits_total=total, credits_used=used)


def balance() -> tuple[int, int]:
    """(total, used) as they stand in the database."""
    row = Subscription.objects.get()
    return row.credits_total, row.credits_used


def ledger() -> int:
    return CreditTransaction.objects.aggregate(sum=Sum("amount"))["sum"] or 0


def spend(key: str, action: str = "generate", **fields: Any) -> CreditTransaction:
    return spend_credits(action=action, key=key, description="A test", **fields)


# -- Every history ---------------------------------------------------------------------------------

KEYS = st.sampled_from(["a", "b", "c", "d", "e"])


def machine_for(world: World) -> type[RuleBasedStateMachine]:
    class Books(RuleBasedStateMachine):
        """Any order of acts, held against a dictionary that says what each key did."""

        lines: dict[str, int]

        @initialize(total=st.integers(0, 12))
        def open(self, total: int) -> None:
            # Keys of their own: the ledger is never emptied.
            self.run, self.lines = uuid4().hex, {}
            self.total, self.used = total, 0
            with org_atomic(world.id):
                start_with(total)
                Subscription.objects.update(
                    plan=Plan.objects.get(slug="free"), pending_plan=None, status="active"
                )
                self.before = ledger() - total

        def key(self, name: str) -> str:
            return f"{self.run}:{name}"

        @rule(name=KEYS, price=st.integers(0, 5))
        def spends(self, name: str, price: int) -> None:
            with org_atomic(world.id):
                if name in self.lines:
                    assert spend(self.key(name), credits=price).amount == self.lines[name]
                elif price > self.total - self.used:
                    with pytest.raises(PaymentRequired):
                        spend(self.key(name), credits=price)
                else:
                    assert spend(self.key(name), credits=price).amount == -price
                    self.lines[name] = -price
                    self.used += price

        @rule(names=st.lists(KEYS, min_size=1, max_size=4, unique=True))
        def spends_together(self, names: list[str]) -> None:
            charges = [Charge(self.key(name), "A test") for name in names]
            is_used = any(name in self.lines for name in names)
            is_enough = len(names) <= self.total - self.used
            with org_atomic(world.id):
                if is_used and is_enough:
                    with pytest.raises(IntegrityError), transaction.atomic():
                        spend_credits_together(action="publish", charges=charges)
                    return
                assert spend_credits_together(action="publish", charges=charges) is is_enough
            if is_enough:
                self.lines |= dict.fromkeys(names, -1)
                self.used += len(names)

        @rule(name=KEYS)
        def refunds(self, name: str) -> None:
            spent, back = self.lines.get(name, 0), f"refund:{name}"
            with org_atomic(world.id):
                row = refund_credits(key=self.key(name), reason="a test")
            if spent >= 0:
                assert row is None
                return
            assert row is not None and row.amount == -spent
            if back not in self.lines:
                self.lines[back] = -spent
                given = min(-spent, self.used)
                if given < -spent:
                    self.lines[f"expiry:{back}"] = given + spent
                self.used -= given

        @rule(name=KEYS, amount=st.integers(1, 4))
        def grants(self, name: str, amount: int) -> None:
            with org_atomic(world.id):
                row = grant_credits(amount=amount, key=self.key(name), description="A test")
            if name in self.lines:
                assert row.amount == self.lines[name]
            else:
                self.lines[name] = row.amount
                self.total += amount

        @rule(name=KEYS, packs=st.integers(1, 3))
        def tops_up(self, name: str, packs: int) -> None:
            key = f"topup:{name}"
            with org_atomic(world.id):
                grant_credits(amount=packs, key=self.key(key), description="A test", action="topup")
            if key not in self.lines:
                self.lines[key] = packs
                self.total += packs

        @rule()
        def a_period_ends(self) -> None:
            """The total is replaced, what is used is zeroed, and what is left goes."""
            with org_atomic(world.id):
                row = locked_subscription()
                assert row is not None
                wanted = row.pending_plan or row.plan
                renew_locally(row, row.period_ends_at)
                assert row.plan == wanted and row.pending_plan is None
            self.total, self.used = wanted.credits_per_period, 0

        @rule(slug=st.sampled_from(["free", "starter", "growth", "business"]))
        def the_plan_changes(self, slug: str) -> None:
            with org_atomic(world.id):
                row = locked_subscription()
                assert row is not None
                wanted = Plan.objects.get(slug=slug)
                if wanted.credits_per_period <= row.plan.credits_per_period:
                    plan_downgrade(row, plan=wanted, by=None)
                    return
                more = wanted.credits_per_period - row.plan.credits_per_period
                half = row.period_started_at + (row.period_ends_at - row.period_started_at) / 2
                added = upgrade(row, plan=wanted, by=None, moment=half)
                assert added in (0, (more + 1) // 2), "once a plan and period"
            self.total += added

        @invariant()
        def the_books_are_right(self) -> None:
            if not hasattr(self, "run"):
                return
            with org_atomic(world.id):
                assert balance() == (self.total, self.used)
                assert 0 <= self.used <= self.total
                assert credits_left() == self.total - self.used == ledger() - self.before
                mine = CreditTransaction.objects.filter(key__contains=self.run)
                assert mine.count() == len(self.lines)
                assert sum(mine.values_list("amount", flat=True)) == sum(self.lines.values())

        def teardown(self) -> None:
            if hasattr(self, "run"):
                self.the_books_are_right()

    return Books


@pytest.mark.django_db
def test_no_order_of_acts_unbalances_the_books(world: World) -> None:
    run_state_machine_as_test(
        machine_for(world),
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# -- Many at once ----------------------------------------------------------------------------------


def in_world(world: World, act: Callable[[], Any]) -> Callable[[], Any]:
    def acts() -> Any:
        with org_atomic(world.id):
            return act()

    return acts


def paid(results: list[Any]) -> int:
    assert all(isinstance(each, CreditTransaction | DomainError) for each in results), results
    return sum(isinstance(each, CreditTransaction) for each in results)


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_ten_credits_are_exactly_ten(world: World) -> None:
    with org_atomic(world.id):
        start_with(10)
        before = ledger()
    results = times(50, in_world(world, lambda: spend(str(uuid7()))))
    assert paid(results) == 10
    with org_atomic(world.id):
        assert balance() == (10, 10)
        assert ledger() - before == -10


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_gets_the_last_credit(world: World) -> None:
    for attempt in range(5):
        with org_atomic(world.id):
            start_with(7, used=6)
        asks = [in_world(world, lambda key=f"{attempt}:{n}": spend(key)) for n in (1, 2)]  # type: ignore[misc]
        assert paid(together(asks)) == 1
        with org_atomic(world.id):
            assert balance() == (7, 7)


@pytest.mark.django_db(transaction=True)
def test_one_key_is_paid_once_however_many_ask(world: World) -> None:
    for left in (100, 1):
        with org_atomic(world.id):
            start_with(left)
        key = f"same:{left}"
        results = times(8, in_world(world, lambda key=key: spend(key)))  # type: ignore[misc]
        assert paid(results) == 8
        assert len({row.pk for row in results}) == 1
        with org_atomic(world.id):
            assert balance() == (left, 1)


@pytest.mark.django_db(transaction=True)
def test_one_key_is_given_back_once_however_many_ask(world: World) -> None:
    with org_atomic(world.id):
        start_with(10)
        spend("back", credits=3)
        spend("other", credits=4)
    results = times(6, in_world(world, lambda: refund_credits(key="back", reason="a test")))
    assert paid(results) == 6 and len({row.pk for row in results}) == 1
    with org_atomic(world.id):
        assert balance() == (10, 4)


@pytest.mark.django_db(transaction=True)
def test_one_key_grants_once_however_many_ask(world: World) -> None:
    with org_atomic(world.id):
        start_with(10)
    give = in_world(world, lambda: grant_credits(amount=5, key="gift", description="A gift"))
    assert paid(times(6, give)) == 6
    with org_atomic(world.id):
        assert balance() == (15, 0)


@pytest.mark.django_db(transaction=True)
def test_batches_and_single_spends_at_once_stay_inside_the_balance(world: World) -> None:
    with org_atomic(world.id):
        start_with(17)

    def batch() -> bool:
        charges = [Charge(str(uuid7()), "A test") for _ in range(5)]
        return spend_credits_together(action="publish", charges=charges)

    def one() -> CreditTransaction:
        return spend(str(uuid7()))

    results = together([in_world(world, batch)] * 5 + [in_world(world, one)] * 10)
    taken = 5 * sum(result is True for result in results) + paid(results[5:])
    with org_atomic(world.id):
        assert balance() == (17, taken)
        assert CreditTransaction.objects.filter(amount=-1).count() == taken
    assert taken > 12, "who asks for five is refused only when fewer are left"


# -- Worked values ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_automatic_post_on_one_platform_costs_two(world: World) -> None:
    with org_atomic(world.id):
        start_with(30)
        spend("generate:1", CreditAction.GENERATE)
        spend("publish:1", CreditAction.PUBLISH)
        assert balance() == (30, 2)


@pytest.mark.django_db
def test_a_refund_is_a_positive_line_and_lowers_what_is_used_once(world: World) -> None:
    job = uuid7()
    with org_atomic(world.id):
        start_with(30)
        spend("publish:1", CreditAction.PUBLISH, related_type="delivery", related_id=job)
        row = refund_credits(key="publish:1", reason="the network was away")
        assert row is not None
        assert (row.amount, row.action, row.related_id) == (1, CreditAction.REFUND, job)
        assert row.description == "Refund: the network was away"
        assert refund_credits(key="publish:1", reason="again") == row
        assert balance() == (30, 0)


@pytest.mark.django_db
def test_nothing_is_given_back_that_was_not_taken(world: World) -> None:
    with org_atomic(world.id):
        start_with(30)
        assert refund_credits(key="never", reason="x") is None
        grant_credits(amount=2, key="gift", description="A gift")
        assert refund_credits(key="gift", reason="x") is None
        assert balance() == (32, 0)


@pytest.mark.django_db
def test_a_refund_after_a_renewal_takes_nothing_off_the_new_period_below_zero(
    world: World,
) -> None:
    with org_atomic(world.id):
        start_with(30)
        spend("publish:1", credits=3)
        start_with(30)
        assert refund_credits(key="publish:1", reason="late") is not None
        assert balance() == (30, 0)


@pytest.mark.django_db
def test_operators_set_the_price_of_an_act(world: World) -> None:
    with org_atomic(world.id):
        start_with(30)
        CreditPrice.objects.filter(action="publish").update(credits=4)
        assert spend("publish:1", CreditAction.PUBLISH).amount == -4
        CreditPrice.objects.filter(action="publish").delete()
        assert spend("publish:2", CreditAction.PUBLISH).amount == -1
        assert balance() == (30, 5)


@pytest.mark.django_db
def test_a_new_team_gets_thirty_credits_for_thirty_days_and_the_budget_that_is_set(
    settings: Any,
) -> None:
    settings.WARREN_LLM_BUDGET_CENTS = 350
    owner = User.objects.create_user(email="new@example.com")
    team = found_organization(name="New", owner=owner)
    with org_atomic(team.id):
        row = Subscription.objects.get()
        [line] = CreditTransaction.objects.all()
    assert (row.credits_total, row.credits_used, row.status) == (30, 0, "trialing")
    assert row.period_ends_at - row.period_started_at == timedelta(days=30)
    assert (line.amount, line.action) == (30, CreditAction.GRANT)
    assert row.model_budget_micros == 3_500_000


# -- Refusals --------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("left", "price", "sentence"),
    [
        (0, 1, "This needs 1 credit and 0 are left in this period."),
        (1, 3, "This needs 3 credits and 1 is left in this period."),
    ],
)
def test_the_refusal_says_what_was_needed_and_what_is_left(
    world: World, left: int, price: int, sentence: str
) -> None:
    with org_atomic(world.id):
        start_with(left)
        with pytest.raises(PaymentRequired) as refused:
            spend("x", credits=price)
        assert refused.value.message.startswith(sentence)
        assert "Nothing was done." in refused.value.message
        assert refused.value.code == "no_credits"
        assert not CreditTransaction.objects.filter(key="x").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["cancelled", "paused"])
def test_the_credits_of_a_plan_that_does_not_run_rest(world: World, status: str) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(status=status)
        with pytest.raises(PaymentRequired, match=f"Your plan is {status.replace('_', ' ')}"):
            spend("x")
        assert not spend_credits_together(action="publish", charges=[Charge("y", "A test")])
        assert balance()[1] == 0


@pytest.mark.django_db
def test_a_failure_of_the_caller_gives_everything_back(world: World) -> None:
    with org_atomic(world.id):
        start_with(5)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            spend("x")
            spend_credits_together(action="publish", charges=[Charge("y", "A test")])
            1 / 0  # noqa: B018
        assert balance() == (5, 0)
        assert not CreditTransaction.objects.filter(key__in="xy").exists()


@pytest.mark.django_db
def test_a_refusal_leaves_the_callers_transaction_usable(world: World) -> None:
    with org_atomic(world.id):
        start_with(0)
        with pytest.raises(PaymentRequired):
            spend("x")
        assert balance() == (0, 0)


@pytest.mark.django_db
def test_grants_and_prices_below_zero_are_refused(world: World) -> None:
    with org_atomic(world.id):
        for amount in (0, -5):
            with pytest.raises(Invalid, match="at least one credit"):
                grant_credits(amount=amount, key="x", description="A test")
        with pytest.raises(ValueError, match="gift"):
            spend("x", credits=-1)


@pytest.mark.django_db
def test_a_team_without_a_plan_can_neither_spend_nor_be_given_credits() -> None:
    bare = Organization(id=uuid7(), name="Bare", slug="bare")
    with org_atomic(bare.id):
        bare.save(force_insert=True)
        assert credits_left() == 0
        with pytest.raises(PaymentRequired, match="0 are left"):
            spend("x")
        with pytest.raises(Invalid, match="no plan"):
            grant_credits(amount=1, key="x", description="A test")
        assert not CreditTransaction.objects.exists()


@pytest.mark.django_db
def test_a_ledger_belongs_to_its_organization(world: World) -> None:
    def foreign() -> UUID:
        with org_atomic(world.foreign.id):
            return spend("same key").pk

    with org_atomic(world.id):
        mine = spend("same key").pk
    assert foreign() != mine
    with pytest.raises(MissingScope):
        spend("no scope")


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_line_that_was_written_is_never_changed(world: World, act: str) -> None:
    with org_atomic(world.id):
        spend("kept")
        rows = CreditTransaction.objects.filter(key="kept")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            rows.update(amount=0) if act == "update" else rows.delete()
        assert rows.get().amount == -1


# -- Told in time ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_tenth_and_nothing_left_are_written_down_by_the_spending_that_got_there(
    world: World,
) -> None:
    with org_atomic(world.id):
        start_with(100)

        def told() -> list[tuple[str, int]]:
            rows = AuditRecord.objects.filter(action__startswith="credits.").order_by("pk")
            return [(row.action, row.data["left"]) for row in rows]

        spend("a", credits=89)
        assert told() == []
        spend("b", credits=2)
        spend("c", credits=8)
        assert told() == [("credits.low", 9)]
        with pytest.raises(PaymentRequired):
            spend("d", credits=2)
        assert spend_credits_together(action="publish", charges=[Charge("e", "A test")])
        spend("f", credits=0)
        assert told() == [("credits.low", 9), ("credits.gone", 0)]
