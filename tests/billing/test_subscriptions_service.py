"""Trials, renewals, changes of plan and their ends; the ledger's sum is what is left, always."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Sum
from time_machine import travel

from billing.models import CreditAction, CreditTransaction, Plan, Subscription
from billing.services.credits import (
    grant_credits,
    locked_subscription,
    refund_credits,
    spend_credits,
)
from billing.services.renewals import sweep_subscriptions
from billing.services.subscriptions import (
    assign_plan,
    extend_trial,
    mark_past_due,
    plan_downgrade,
    upgrade,
)
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, PaymentRequired
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditCategory, AuditRecord, Organization, User
from organizations.services.organizations import found_organization
from tests.kernel.crowd import times, together

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.fixture
def team() -> Any:
    with travel(START, tick=False):
        owner = User.objects.create_user(email="founder@example.com")
        yield found_organization(name="New", owner=owner)


def row(team: Organization) -> Subscription:
    with org_atomic(team.id):
        return Subscription.objects.select_related("plan", "pending_plan").get()


def ledger(team: Organization) -> int:
    with org_atomic(team.id):
        return CreditTransaction.objects.aggregate(sum=Sum("amount"))["sum"] or 0


def balanced(team: Organization) -> Subscription:
    found = row(team)
    assert ledger(team) == found.credits_left
    return found


def spend(team: Organization, credits: int) -> None:
    with org_atomic(team.id):
        spend_credits(action="generate", key=f"g:{uuid4()}", description="x", credits=credits)


def plan(slug: str) -> Plan:
    return Plan.objects.get(slug=slug)


def operator() -> User:
    return User.objects.get(email="founder@example.com")


def assigned(team: Organization, slug: str) -> Subscription:
    with org_atomic(team.id):
        assign_plan(plan=plan(slug), by=operator(), reason="By agreement")
    return balanced(team)


def acts(team: Organization) -> list[str]:
    with org_atomic(team.id):
        rows = AuditRecord.objects.filter(category=AuditCategory.BILLING).order_by("created_at")
        return list(rows.values_list("action", flat=True))


def test_the_price_list_is_the_one_of_the_specification() -> None:
    listed = Plan.objects.values_list("slug", "credits_per_period", "price_cents", "accounts")
    assert set(listed) == {
        ("free", 10, 0, 1),
        ("starter", 300, 2_900, 1),
        ("growth", 1_000, 7_900, 3),
        ("business", 3_000, 19_900, None),
        ("enterprise", 10_000, 0, None),
    }


def test_unused_trial_credits_go_after_thirty_days_and_the_free_plan_begins(
    team: Organization,
) -> None:
    spend(team, 12)
    with travel(START + timedelta(days=27, seconds=-1), tick=False):
        assert sweep_subscriptions() == 0
    with travel(START + timedelta(days=27), tick=False):
        assert sweep_subscriptions() == 1
        assert sweep_subscriptions() == 0
        assert balanced(team).credits_left == 18
    assert acts(team) == ["billing.trial_ending"], "told three days before"
    with travel(START + timedelta(days=30, seconds=-1), tick=False):
        assert sweep_subscriptions() == 0
    with travel(START + timedelta(days=30), tick=False):
        assert sweep_subscriptions() == 1
        assert sweep_subscriptions() == 0
        found = balanced(team)
    assert (found.plan.slug, found.status) == ("free", "active")
    assert (found.credits_total, found.credits_used) == (10, 0)
    with org_atomic(team.id):
        lines = list(
            CreditTransaction.objects.order_by("created_at", "pk").values_list("action", "amount")
        )
    assert lines == [
        (CreditAction.GRANT, 30),
        (CreditAction.GENERATE, -12),
        (CreditAction.EXPIRY, -18),
        (CreditAction.RENEWAL, 10),
    ]
    assert set(acts(team)[1:]) == {"billing.trial_ended", "billing.renewed"}


def test_a_renewal_replaces_the_total_and_zeroes_what_is_used_and_the_model_budget(
    team: Organization,
) -> None:
    found = assigned(team, "growth")
    assert found.credits_left == 1_000 + 30, "a trial's credits go along into the first period"
    assert found.period_ends_at == datetime(2026, 2, 28, 9, 30, tzinfo=UTC)
    spend(team, 500)
    with org_atomic(team.id):
        Subscription.objects.update(model_spent_micros=7_000_000, model_warned_percent=75)
    with travel(found.period_ends_at, tick=False):
        assert sweep_subscriptions() == 1
        renewed = balanced(team)
    assert (renewed.credits_total, renewed.credits_used) == (1_000, 0)
    assert (renewed.model_spent_micros, renewed.model_warned_percent) == (0, 0)
    assert renewed.period_started_at == found.period_ends_at
    assert renewed.period_ends_at == datetime(2026, 3, 31, 9, 30, tzinfo=UTC)


def test_what_was_bought_beside_the_plan_ends_with_the_period_too(team: Organization) -> None:
    found = assigned(team, "starter")
    with org_atomic(team.id):
        grant_credits(amount=100, key="topup:1", description="100", action=CreditAction.TOPUP)
    assert balanced(team).credits_left == 430
    with travel(found.period_ends_at, tick=False):
        sweep_subscriptions()
        assert balanced(team).credits_left == 300


def test_a_sweeper_that_was_away_for_months_renews_once_to_the_present(
    team: Organization,
) -> None:
    assigned(team, "starter")
    with travel(datetime(2026, 6, 10, tzinfo=UTC), tick=False):
        assert sweep_subscriptions() == 1
        assert sweep_subscriptions() == 0
        found = balanced(team)
    assert found.period_started_at == datetime(2026, 5, 31, 9, 30, tzinfo=UTC)
    assert found.period_ends_at == datetime(2026, 6, 30, 9, 30, tzinfo=UTC)
    with org_atomic(team.id):
        assert CreditTransaction.objects.filter(action=CreditAction.RENEWAL).count() == 2


def test_an_upgrade_adds_the_difference_in_proportion_to_the_rest(team: Organization) -> None:
    found = assigned(team, "starter")
    half = found.period_started_at + (found.period_ends_at - found.period_started_at) / 2
    spend(team, 40)
    with travel(half, tick=False), org_atomic(team.id):
        locked = locked_subscription()
        assert locked is not None
        assert upgrade(locked, plan=plan("growth"), by=None, moment=half) == 350
        assert upgrade(locked, plan=plan("growth"), by=None, moment=half) == 0
    after = balanced(team)
    assert (after.plan.slug, after.credits_total, after.credits_used) == ("growth", 680, 40)
    assert after.period_ends_at == found.period_ends_at


def test_a_smaller_plan_begins_with_the_next_period(team: Organization) -> None:
    found = assigned(team, "business")
    with org_atomic(team.id):
        locked = locked_subscription()
        assert locked is not None
        plan_downgrade(locked, plan=plan("starter"), by=None)
        plan_downgrade(locked, plan=plan("starter"), by=None)
    before = balanced(team)
    assert (before.plan.slug, before.pending_plan) == ("business", plan("starter"))
    assert before.credits_left == 3_030
    with travel(found.period_ends_at, tick=False):
        sweep_subscriptions()
        after = balanced(team)
    assert (after.plan.slug, after.pending_plan, after.credits_total) == ("starter", None, 300)
    assert acts(team).count("billing.plan_change_planned") == 1


def test_a_plan_that_is_cancelled_at_the_end_of_its_period_falls_to_free(
    team: Organization,
) -> None:
    found = assigned(team, "growth")
    with org_atomic(team.id):
        Subscription.objects.update(cancel_at_period_end=True)
    with travel(found.period_ends_at, tick=False):
        sweep_subscriptions()
        after = balanced(team)
    assert (after.plan.slug, after.status, after.credits_total) == ("free", "active", 10)
    assert not after.cancel_at_period_end
    assert acts(team)[-1] == "billing.cancelled"


def test_a_failed_payment_leaves_seven_days_and_then_everything_rests(team: Organization) -> None:
    found = assigned(team, "growth")
    failed = found.period_ends_at - timedelta(days=3)
    with travel(failed, tick=False), org_atomic(team.id):
        locked = locked_subscription()
        assert locked is not None
        assert mark_past_due(locked, failed)
        assert not mark_past_due(locked, failed), "the grace does not begin anew"
    spend(team, 1)
    with travel(failed + timedelta(days=7, seconds=-1), tick=False):
        assert sweep_subscriptions() == 0
    with travel(failed + timedelta(days=7), tick=False):
        assert sweep_subscriptions() == 1
        assert sweep_subscriptions() == 0
    after = balanced(team)
    assert (after.status, after.credits_total) == ("paused", 1_030), "nothing renewed meanwhile"
    with pytest.raises(PaymentRequired, match="Your plan is paused, so nothing is written or sent"):
        spend(team, 1)
    assert acts(team)[-2:] == ["billing.payment_failed", "billing.paused"]


def test_an_operator_takes_a_paused_team_up_again(team: Organization) -> None:
    assigned(team, "growth")
    with org_atomic(team.id):
        Subscription.objects.update(status="paused")
    assert assigned(team, "starter").status == "active"


def test_a_team_that_pays_is_not_given_a_second_plan(team: Organization) -> None:
    with org_atomic(team.id):
        Subscription.objects.update(stripe_subscription_id="sub_1")
        with pytest.raises(Conflict, match="pays through the payment provider"):
            assign_plan(plan=plan("growth"), by=operator())


def test_a_trial_is_extended_by_an_operator_and_only_a_trial(team: Organization) -> None:
    with org_atomic(team.id):
        extend_trial(days=14, by=operator())
        with pytest.raises(Invalid, match="at least one day"):
            extend_trial(days=0, by=operator())
    with travel(START + timedelta(days=30), tick=False):
        assert sweep_subscriptions() == 0
    with travel(START + timedelta(days=44), tick=False):
        assert sweep_subscriptions() == 1
    with org_atomic(team.id):
        with pytest.raises(Invalid, match="not on trial"):
            extend_trial(days=14, by=operator())
        record = AuditRecord.objects.get(action="billing.trial_extended")
    assert record.before != record.after


def test_what_nobody_did_is_the_systems_act(team: Organization) -> None:
    with travel(START + timedelta(days=30), tick=False):
        sweep_subscriptions()
    with org_atomic(team.id):
        rows = AuditRecord.objects.filter(category="billing")
        kinds = set(rows.values_list("actor_kind", flat=True))
    assert kinds == {ActorKind.SYSTEM}


@pytest.mark.django_db(transaction=True)
def test_eight_sweepers_at_once_renew_once() -> None:
    owner = User.objects.create_user(email="founder@example.com")
    team = found_organization(name="New", owner=owner)
    later = now() + timedelta(days=31)
    times(8, lambda: sweep_subscriptions(later))
    found = balanced(team)
    assert (found.credits_total, found.credits_used) == (10, 0)
    with org_atomic(team.id):
        assert CreditTransaction.objects.filter(action=CreditAction.RENEWAL).count() == 1


@pytest.mark.django_db(transaction=True)
def test_spending_giving_back_and_buying_while_a_period_ends_keep_the_books() -> None:
    owner = User.objects.create_user(email="founder@example.com")
    team = found_organization(name="New", owner=owner)
    later = now() + timedelta(days=31)
    with org_atomic(team.id):
        for number in range(6):
            spend_credits(action="generate", key=f"old:{number}", description="x")

    def inside(act: Any) -> Any:
        def acts() -> Any:
            with org_atomic(team.id):
                return act()

        return acts

    def spends(key: str) -> Any:
        return inside(lambda: spend_credits(action="generate", key=key, description="x"))

    hands: list[Any] = [lambda: sweep_subscriptions(later)] * 2
    hands += [spends(f"new:{number}") for number in range(12)]
    hands += [
        inside(lambda number=number: refund_credits(key=f"old:{number}", reason="x"))
        for number in range(6)
    ]
    hands += [
        inside(
            lambda number=number: grant_credits(
                amount=5, key=f"topup:{number}", description="x", action=CreditAction.TOPUP
            )
        )
        for number in range(4)
    ]
    errors = [each for each in together(hands) if isinstance(each, Exception)]
    assert all(isinstance(each, PaymentRequired) for each in errors), errors
    found = balanced(team)
    assert (found.plan.slug, found.status) == ("free", "active")
    assert 0 <= found.credits_used <= found.credits_total <= 30


@pytest.mark.django_db(transaction=True)
def test_a_subscription_is_found_also_while_its_plan_changes() -> None:
    owner = User.objects.create_user(email="founder@example.com")
    team = found_organization(name="New", owner=owner)

    def look() -> bool:
        with org_atomic(team.id):
            row = locked_subscription()
            return row is not None and row.plan.pk == row.plan_id

    def change(slug: str) -> bool:
        with org_atomic(team.id):
            assign_plan(plan=plan(slug), by=operator())
        return True

    hands: list[Any] = [look] * 12
    hands += [lambda slug=slug: change(slug) for slug in ("starter", "growth", "business", "free")]
    for _ in range(3):
        assert together(hands) == [True] * len(hands)
