"""The owner's page of money: what the plan includes, what can be bought, and what stays shut."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from billing.models import Invoice, Plan, Subscription
from billing.services.payment_events import sweep_messages
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord
from tests.world import PASSWORD, World

from .fake_stripe import FakeStripe

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    """The owner, who has just given the password."""
    client.post("/accounts/login/", {"login": world.owner.email, "password": PASSWORD})
    return client


def on_plan(world: World, slug: str, **fields: Any) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(plan=Plan.objects.get(slug=slug), **fields)


def subscription(world: World) -> Subscription:
    with org_atomic(world.id):
        return Subscription.objects.select_related("plan", "pending_plan").get()


def body_of(page: Client, world: World) -> str:
    answer = page.get(f"{world.path}/billing/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_key_the_page_says_that_payments_are_off(
    stripe_away: None, world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    on_plan(world, "growth")
    with django_assert_max_num_queries(20):
        body = body_of(page, world)
    assert "Payments are off" in body and "assign one to you" in body
    assert "4 of 10" in body and "1 of 5" in body, "members and brands against the limits"
    assert "Buy credits" not in body and "Open Stripe" not in body and "Choose Business" not in body
    answer = page.post(f"{world.path}/billing/topups/", {"packs": 1})
    assert answer.status_code == 409 and "Payments are off" in answer.content.decode()


def test_an_admin_does_not_see_billing(world: World, client: Client) -> None:
    client.force_login(world.admin)
    assert client.get(f"{world.path}/billing/").status_code == 403


def test_who_signed_in_long_ago_confirms_before_money_moves(
    provider: FakeStripe, world: World, client: Client
) -> None:
    client.force_login(world.owner)
    assert client.get(f"{world.path}/billing/").status_code == 200
    for name in ("plan", "topups", "portal", "cancellation", "cancellation/removal", "budget"):
        answer = client.post(f"{world.path}/billing/{name}/", {"packs": 1, "plan": "growth"})
        assert answer.status_code == 302 and "/accounts/" in answer["Location"], name
    assert provider.requests == []


def test_a_plan_is_bought_and_is_there_on_the_way_back(
    provider: FakeStripe, world: World, page: Client
) -> None:
    on_plan(world, "free")
    assert "Choose Growth" in body_of(page, world)
    answer = page.post(
        f"{world.path}/billing/plan/", {"plan": "growth"}, headers={"HX-Request": "true"}
    )
    address = answer["HX-Redirect"]
    assert address.startswith(provider.base)
    session = address.rpartition("/")[2]
    assert provider.objects[session]["success_url"].endswith(
        f"{world.path}/billing/paid/?session={{CHECKOUT_SESSION_ID}}"
    )
    provider.pay(session)
    back = page.get(f"{world.path}/billing/paid/?session={session}", follow=True)
    assert "What you paid for is there" in back.content.decode()
    row = subscription(world)
    assert (row.plan.slug, row.credits_total, row.is_paid) == ("growth", 1_000, True)
    for event in provider.events:
        provider.deliver(Client(), event)
    sweep_messages()
    assert subscription(world).credits_total == 1_000
    body = body_of(page, world)
    assert "WAR-0001" in body and "$79" in body


def test_without_a_script_a_link_leads_to_the_payment(
    provider: FakeStripe, world: World, page: Client
) -> None:
    answer = page.post(f"{world.path}/billing/topups/", {"packs": 2})
    assert answer.status_code == 200
    assert f'href="{provider.base}/pay/' in answer.content.decode()
    assert page.post(f"{world.path}/billing/topups/", {"packs": 0}).status_code == 422


def test_another_teams_payment_is_not_ours(
    provider: FakeStripe, world: World, page: Client
) -> None:
    page.post(f"{world.path}/billing/topups/", {"packs": 2})
    [session] = provider.of_kind("cs_test_")
    provider.pay(session["id"])
    stranger = Client()
    stranger.force_login(world.stranger)
    path = f"/o/{world.foreign.slug}/billing/paid/?session={session['id']}"
    assert stranger.get(path).status_code == 404
    with org_atomic(world.foreign.id):
        assert Subscription.objects.get().credits_total == 10_000


def test_a_change_says_what_it_means_and_a_cancellation_can_be_taken_back(
    provider: FakeStripe, world: World, page: Client
) -> None:
    on_plan(world, "free")
    page.post(f"{world.path}/billing/plan/", {"plan": "growth"})
    [session] = provider.of_kind("cs_test_")
    provider.pay(session["id"])
    page.get(f"{world.path}/billing/paid/?session={session['id']}")
    body = body_of(page, world)
    assert "adds 2,000 credits" in body and "It begins with the next period" in body
    shrunk = page.post(f"{world.path}/billing/plan/", {"plan": "starter"}, follow=True)
    assert "The Starter plan begins with the next period" in shrunk.content.decode()
    assert "Stay on Growth" in shrunk.content.decode()
    ended = page.post(f"{world.path}/billing/cancellation/", follow=True).content.decode()
    assert "The plan is cancelled and ends" in ended
    kept = page.post(f"{world.path}/billing/cancellation/removal/", follow=True).content.decode()
    assert "The plan goes on" in kept and "is cancelled and ends" not in kept


def test_a_refused_card_is_told_and_nothing_changes(
    provider: FakeStripe, world: World, page: Client
) -> None:
    on_plan(world, "free")
    page.post(f"{world.path}/billing/plan/", {"plan": "starter"})
    [session] = provider.of_kind("cs_test_")
    provider.pay(session["id"])
    page.get(f"{world.path}/billing/paid/?session={session['id']}")
    provider.card_is_good = False
    answer = page.post(f"{world.path}/billing/plan/", {"plan": "business"})
    assert answer.status_code == 402 and "Your card was declined" in answer.content.decode()
    assert subscription(world).plan.slug == "starter"


def test_the_owner_sets_the_budget_within_the_plan_and_it_is_written_down(
    world: World, page: Client
) -> None:
    on_plan(world, "starter")
    url = f"{world.path}/billing/budget/"
    assert page.post(url, {"dollars": "12.50"}).status_code == 302
    assert subscription(world).model_budget_micros == 12_500_000
    refused = page.post(url, {"dollars": "51"})
    assert refused.status_code == 422
    assert "Choose $0 to $50.00 a month" in refused.content.decode()
    assert 'value="51"' in refused.content.decode(), "what was typed stays"
    for wrong in ("-1", "", "x", "1.234"):
        assert page.post(url, {"dollars": wrong}).status_code == 422
    with org_atomic(world.id):
        [record] = AuditRecord.objects.filter(action="model_budget.changed")
    assert (record.before, record.after) == ({"micros": 20_000_000}, {"micros": 12_500_000})
    assert record.category == "billing" and record.actor_id == world.owner.pk


@pytest.mark.parametrize(
    ("status", "sentence"),
    [("past_due", "The last payment did not go through"), ("paused", "The plan is paused")],
)
def test_an_open_payment_is_told(world: World, page: Client, status: str, sentence: str) -> None:
    on_plan(world, "growth", status=status, grace_ends_at=now() + timedelta(days=5))
    assert sentence in body_of(page, world)
    assert sentence in page.get(f"{world.path}/").content.decode()


def test_an_open_payment_is_mended_before_the_plan_is_changed(
    provider: FakeStripe, world: World, page: Client
) -> None:
    on_plan(
        world,
        "growth",
        status="paused",
        stripe_customer_id="cus_1",
        stripe_subscription_id="sub_1",
    )
    body = body_of(page, world)
    assert "Pay the open invoice" in body and "Choose Business" not in body
    assert "when the open payment is made" in body


def test_invoices_come_in_pages_and_without_drafts(world: World, page: Client) -> None:
    with org_atomic(world.id):
        for number in range(15):
            Invoice.objects.create(
                stripe_invoice_id=f"in_{number}",
                number=f"WAR-{number:04}",
                status="draft" if number == 14 else "paid",
                total_cents=2_900,
                currency="USD",
                issued_at=now() + timedelta(minutes=number),
            )
    body = body_of(page, world)
    assert "WAR-0013" in body and "WAR-0014" not in body and "WAR-0001" not in body
    assert "Older" in body


def test_a_team_without_a_plan_is_told_who_can_help(world: World, page: Client) -> None:
    with org_atomic(world.id):
        Subscription.objects.all().delete()
    assert "No plan yet" in body_of(page, world)
