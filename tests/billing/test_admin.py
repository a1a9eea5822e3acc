from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from billing.models import CreditTransaction, PaymentEvent, Plan, Subscription
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, User
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


def test_an_operator_grants_credits_through_the_ledger(world: World, client: Client) -> None:
    operator = User.objects.create_superuser("operator@example.com")
    client.force_login(operator)
    with org_atomic(world.id):
        before = Subscription.objects.get()
    client.post(
        "/admin/billing/subscription/",
        {"action": "grant", "_selected_action": [str(before.pk)]},
    )
    with org_atomic(world.id):
        after = Subscription.objects.get()
        assert after.credits_total == before.credits_total + 100
        assert CreditTransaction.objects.order_by("-created_at")[0].amount == 100
        assert AuditRecord.objects.filter(action="staff.granted_credits").exists()
    with org_atomic(world.foreign.id):
        assert not AuditRecord.objects.filter(action="staff.granted_credits").exists()


def act(client: Client, action: str, row: Subscription) -> str:
    answer = client.post(
        "/admin/billing/subscription/",
        {"action": action, "_selected_action": [str(row.pk)]},
        follow=True,
    )
    return answer.content.decode()


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("operator@example.com"))
    return client


def subscription(world: World) -> Subscription:
    with org_atomic(world.id):
        return Subscription.objects.select_related("plan").get()


def staff_acts(world: World) -> set[tuple[str, str]]:
    with org_atomic(world.id):
        return set(AuditRecord.objects.values_list("action", "actor_kind"))


def test_an_operator_assigns_a_plan_and_the_team_sees_who_did(world: World, desk: Client) -> None:
    body = act(desk, "assign_growth", subscription(world))
    assert "1 teams put on the plan Growth" in body
    row = subscription(world)
    assert (row.plan.slug, row.credits_total, row.status) == ("growth", 1_000, "active")
    assert ("staff.assigned_plan", "staff") in staff_acts(world)


def test_a_team_that_pays_is_left_alone(world: World, desk: Client) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(stripe_subscription_id="sub_1")
    assert "pays through the payment provider" in act(desk, "assign_growth", subscription(world))
    assert subscription(world).plan.slug == "enterprise"


def test_an_operator_extends_a_trial(world: World, desk: Client) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(status="trialing")
    before = subscription(world).period_ends_at
    assert "1 trials extended" in act(desk, "extend", subscription(world))
    assert subscription(world).period_ends_at - before == timedelta(days=14)
    assert ("staff.extended_trial", "staff") in staff_acts(world)


def test_money_is_not_typed_into_a_form(world: World, desk: Client) -> None:
    row = subscription(world)
    url = f"/admin/billing/subscription/{row.pk}/change/"
    body = desk.get(url).content.decode()
    for field in ("credits_total", "credits_used", "plan", "status", "stripe_subscription_id"):
        assert f'name="{field}"' not in body, field
    desk.post(url, {"credits_total": 1, "status": "paused", "model_budget_micros": 5_000_000})
    after = subscription(world)
    assert (after.credits_total, after.status) == (10_000, "active")
    assert after.model_budget_micros == 5_000_000


def test_limits_and_prices_are_edited_in_the_price_list(world: World, desk: Client) -> None:
    plan = Plan.objects.get(slug="growth")
    fields = {
        "slug": plan.slug,
        "name": "Growth plus",
        "credits_per_period": 1_200,
        "price_cents": 8_900,
        "currency": "USD",
        "is_public": "on",
        "members": 12,
        "brands": "",
        "stripe_price_id": "price_2",
    }
    answer = desk.post(f"/admin/billing/plan/{plan.pk}/change/", fields)
    assert answer.status_code == 302
    plan.refresh_from_db()
    assert (plan.name, plan.members, plan.brands) == ("Growth plus", 12, None)


def test_a_message_that_failed_is_handled_again(world: World, desk: Client) -> None:
    event = PaymentEvent.objects.create(
        event_id="evt_1", kind="invoice.paid", sent_at=now(), outcome="failed", attempts=8
    )
    url = "/admin/billing/paymentevent/"
    desk.post(url, {"action": "handle_again", "_selected_action": [str(event.pk)]})
    event.refresh_from_db()
    assert (event.outcome, event.attempts) == ("waiting", 0)
