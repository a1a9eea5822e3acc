"""Money over HTTP: our calls to the provider's fake, and its messages to our door."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db.models import Sum
from django.test import Client
from time_machine import travel

from billing.models import (
    CreditAction,
    CreditTransaction,
    Invoice,
    PaymentEvent,
    Plan,
    Subscription,
)
from billing.services import payment_events
from billing.services.credits import spend_credits
from billing.services.payment_events import handle_message, sweep_messages
from billing.services.payments import (
    buy_credits,
    buy_plan,
    cancel_plan,
    change_plan,
    keep_plan,
    open_portal,
)
from billing.services.renewals import sweep_subscriptions
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, PaymentRequired, Unavailable
from config.kernel.scoping import org_atomic, scope
from organizations.models import AuditCategory, AuditRecord, Organization, User
from organizations.services.organizations import found_organization
from tests.kernel.crowd import together

from .fake_stripe import FakeStripe, Object

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.fixture
def team(provider: FakeStripe) -> Any:
    with travel(START, tick=False):
        owner = User.objects.create_user(email="founder@example.com")
        yield found_organization(name="Harbour", owner=owner)


def owner() -> User:
    return User.objects.get(email="founder@example.com")


def row(team: Organization) -> Subscription:
    with org_atomic(team.id):
        found = Subscription.objects.select_related("plan", "pending_plan").get()
        total = CreditTransaction.objects.aggregate(sum=Sum("amount"))["sum"] or 0
    assert total == found.credits_left, "the ledger adds up to what is left"
    return found


def state(team: Organization) -> tuple[str, str, int]:
    found = row(team)
    return found.plan.slug, found.status, found.credits_left


def plan(slug: str) -> Plan:
    return Plan.objects.get(slug=slug)


def visit(**fields: Any) -> dict[str, Any]:
    return {
        "by": owner(),
        "name": "Harbour",
        "back": "http://testserver/back",
        "done": "http://testserver/done",
        "nonce": uuid4(),
        **fields,
    }


def session_of(address: str) -> str:
    return urlsplit(address).path.rpartition("/")[2]


def send_all(provider: FakeStripe, events: list[Object] | None = None) -> None:
    """Deliver everything that happened and was not delivered, and handle it."""
    for event in provider.events if events is None else events:
        assert provider.deliver(Client(), event) == 200
    if events is None:
        provider.events.clear()
    sweep_messages()


def subscribe(provider: FakeStripe, team: Organization, slug: str = "starter") -> str:
    with scope(team.id):
        provider.pay(session_of(buy_plan(plan=plan(slug), **visit())))
    send_all(provider)
    return row(team).stripe_subscription_id


def acts(team: Organization) -> list[str]:
    with org_atomic(team.id):
        rows = AuditRecord.objects.filter(category=AuditCategory.BILLING)
        return list(rows.order_by("created_at", "pk").values_list("action", flat=True))


# -- Buying ----------------------------------------------------------------------------------------


def test_a_plan_is_paid_on_the_providers_page_and_begins_with_its_message(
    provider: FakeStripe, team: Organization
) -> None:
    with scope(team.id):
        address = buy_plan(plan=plan("starter"), **visit())
    assert address.startswith(provider.base)
    assert state(team) == ("free", "trialing", 30), "nothing is given before it is paid"
    provider.pay(session_of(address))
    send_all(provider)
    assert state(team) == ("starter", "active", 330), "the trial's credits go along"
    found = row(team)
    assert found.period_ends_at == datetime(2026, 2, 28, 9, 30, tzinfo=UTC)
    with org_atomic(team.id):
        [invoice] = Invoice.objects.all()
    assert (invoice.status, invoice.total_cents, invoice.currency) == ("paid", 2_900, "USD")
    assert invoice.pdf_url.endswith("/pdf")
    assert {"billing.plan_changed", "billing.invoice_paid"} <= set(acts(team))


def test_a_double_click_opens_one_payment_page(provider: FakeStripe, team: Organization) -> None:
    once = visit(plan=plan("starter"))
    with scope(team.id):
        assert buy_plan(**once) == buy_plan(**once)
        assert buy_plan(**once) != buy_plan(**{**once, "nonce": uuid4()})
    assert len(provider.of_kind("cus_")) == 1


def test_a_team_that_pays_cannot_buy_a_second_plan(
    provider: FakeStripe, team: Organization
) -> None:
    subscribe(provider, team)
    with scope(team.id), pytest.raises(Conflict, match="pays for a plan already"):
        buy_plan(plan=plan("growth"), **visit())


def test_ten_dollars_are_a_hundred_credits_once(provider: FakeStripe, team: Organization) -> None:
    with scope(team.id):
        address = buy_credits(packs=3, **visit())
    [session] = provider.of_kind("cs_test_")
    item = session["line_items"]["0"]
    assert (item["price_data"]["unit_amount"], item["quantity"]) == ("1000", "3")
    provider.pay(session_of(address))
    events = list(provider.events)
    send_all(provider)
    send_all(provider, events)
    send_all(provider, [{**each, "id": f"{each['id']}again"} for each in events])
    assert state(team) == ("free", "trialing", 330)
    with org_atomic(team.id):
        [line] = CreditTransaction.objects.filter(action=CreditAction.TOPUP)
    assert line.amount == 300
    assert acts(team).count("billing.topped_up") == 1


def test_an_unpaid_page_gives_nothing(provider: FakeStripe, team: Organization) -> None:
    with scope(team.id):
        session = provider.objects[session_of(buy_credits(packs=1, **visit()))]
    provider._happened("checkout.session.completed", session)
    send_all(provider)
    assert state(team) == ("free", "trialing", 30)


@pytest.mark.parametrize("packs", [0, -1, 51])
def test_packs_are_one_to_fifty(provider: FakeStripe, team: Organization, packs: int) -> None:
    with scope(team.id), pytest.raises(Invalid, match="1 to 50"):
        buy_credits(packs=packs, **visit())


def test_a_plan_without_a_price_is_not_sold(provider: FakeStripe, team: Organization) -> None:
    with scope(team.id), pytest.raises(Invalid, match="Enterprise plan is not sold"):
        buy_plan(plan=plan("enterprise"), **visit())


def test_nothing_is_sold_to_a_team_that_is_being_closed(
    provider: FakeStripe, team: Organization
) -> None:
    with scope(team.id):
        with org_atomic():
            Organization.objects.update(status=Organization.Status.CLOSING)
        with pytest.raises(Conflict, match="being closed"):
            buy_plan(plan=plan("starter"), **visit())
        with pytest.raises(Conflict, match="being closed"):
            buy_credits(packs=1, **visit())
    assert provider.requests == []


def test_the_portal_opens_for_the_teams_own_customer(
    provider: FakeStripe, team: Organization
) -> None:
    with scope(team.id):
        assert (
            open_portal(by=owner(), name="Harbour", back="http://x/") == f"{provider.base}/portal"
        )
    [customer] = provider.of_kind("cus_")
    assert row(team).stripe_customer_id == customer["id"]
    assert customer["metadata"]["organization"] == str(team.id)


# -- Changing --------------------------------------------------------------------------------------


def test_an_upgrade_is_billed_at_once_and_adds_credits_in_proportion(
    provider: FakeStripe, team: Organization
) -> None:
    subscribe(provider, team)
    found = row(team)
    half = found.period_started_at + (found.period_ends_at - found.period_started_at) / 2
    with travel(half, tick=False), scope(team.id):
        nonce = uuid4()
        change_plan(plan=plan("growth"), by=owner(), nonce=nonce)
        change_plan(plan=plan("growth"), by=owner(), nonce=nonce)
        send_all(provider)
    assert state(team) == ("growth", "active", 330 + 350)
    assert row(team).period_ends_at == found.period_ends_at


def test_an_upgrade_whose_card_is_refused_changes_nothing(
    provider: FakeStripe, team: Organization
) -> None:
    subscribe(provider, team)
    provider.card_is_good = False
    with scope(team.id), pytest.raises(PaymentRequired, match="Your card was declined"):
        change_plan(plan=plan("growth"), by=owner(), nonce=uuid4())
    send_all(provider)
    assert state(team) == ("starter", "active", 330)


def test_a_downgrade_begins_with_the_next_period(provider: FakeStripe, team: Organization) -> None:
    subscription = subscribe(provider, team, "business")
    with scope(team.id):
        change_plan(plan=plan("starter"), by=owner(), nonce=uuid4())
    send_all(provider)
    assert state(team) == ("business", "active", 3_030)
    assert row(team).pending_plan == plan("starter")
    with travel(row(team).period_ends_at, tick=False):
        provider.next_period(subscription)
        send_all(provider)
    assert state(team) == ("starter", "active", 300)


def test_a_downgrade_is_taken_back_by_choosing_the_plan_again(
    provider: FakeStripe, team: Organization
) -> None:
    subscribe(provider, team, "business")
    with scope(team.id):
        change_plan(plan=plan("starter"), by=owner(), nonce=uuid4())
        assert row(team).pending_plan is not None
        change_plan(plan=plan("business"), by=owner(), nonce=uuid4())
    assert row(team).pending_plan is None
    assert state(team) == ("business", "active", 3_030)


def test_a_cancelled_plan_runs_to_its_end_and_falls_to_free(
    provider: FakeStripe, team: Organization
) -> None:
    subscription = subscribe(provider, team)
    with scope(team.id):
        cancel_plan(by=owner(), nonce=uuid4())
    assert row(team).cancel_at_period_end
    assert state(team) == ("starter", "active", 330)
    with travel(row(team).period_ends_at, tick=False):
        provider.next_period(subscription)
        send_all(provider)
    assert state(team) == ("free", "active", 10)
    assert row(team).stripe_subscription_id == ""
    assert "billing.cancelled" in acts(team)


def test_a_cancellation_can_be_taken_back(provider: FakeStripe, team: Organization) -> None:
    subscribe(provider, team)
    with scope(team.id):
        cancel_plan(by=owner(), nonce=uuid4())
        keep_plan(by=owner(), nonce=uuid4())
        assert not row(team).cancel_at_period_end
        with pytest.raises(Conflict, match="nothing to take back"):
            keep_plan(by=owner(), nonce=uuid4())


# -- Renewal and dunning ---------------------------------------------------------------------------


def test_a_period_renews_when_it_is_paid_and_not_when_its_bill_is_a_draft(
    provider: FakeStripe, team: Organization
) -> None:
    subscription = subscribe(provider, team)
    with org_atomic(team.id):
        spend_credits(action="generate", key="g:1", description="x", credits=200)
    with travel(row(team).period_ends_at, tick=False):
        provider.open_period(subscription)
        send_all(provider)
        assert state(team) == ("starter", "active", 130)
        provider.collect(subscription, pays=True)
        send_all(provider)
    assert state(team) == ("starter", "active", 300)
    assert row(team).credits_used == 0


def test_a_lost_message_of_a_renewal_is_asked_for_an_hour_later(
    provider: FakeStripe, team: Organization
) -> None:
    subscription = subscribe(provider, team)
    ends = row(team).period_ends_at
    with travel(ends, tick=False):
        provider.next_period(subscription)
        provider.events.clear()
        assert sweep_subscriptions() == 0
    with travel(ends + timedelta(hours=1), tick=False):
        assert sweep_subscriptions() == 1
    assert state(team) == ("starter", "active", 300)
    with travel(ends + timedelta(hours=2), tick=False):
        assert sweep_subscriptions() == 0


def test_a_provider_that_is_away_is_asked_again_and_nothing_is_given(
    provider: FakeStripe, team: Organization
) -> None:
    subscribe(provider, team)
    with travel(row(team).period_ends_at + timedelta(hours=1), tick=False):
        provider.broken = 99
        assert sweep_subscriptions() == 1
        assert sweep_subscriptions() == 0
    assert state(team) == ("starter", "active", 330)


def test_dunning_is_seven_days_of_grace_then_a_pause_then_paid_and_active(
    provider: FakeStripe, team: Organization
) -> None:
    subscription = subscribe(provider, team)
    failed = row(team).period_ends_at
    with travel(failed, tick=False):
        provider.next_period(subscription, pays=False)
        send_all(provider)
        assert state(team) == ("starter", "past_due", 330)
        assert row(team).grace_ends_at == failed + timedelta(days=7)
        with org_atomic(team.id):
            spend_credits(action="generate", key="g:1", description="x")
    with travel(failed + timedelta(days=3), tick=False):
        provider.collect(subscription, pays=False)
        send_all(provider)
        assert row(team).grace_ends_at == failed + timedelta(days=7), "a second failure adds none"
    with travel(failed + timedelta(days=7), tick=False):
        assert sweep_subscriptions() == 1
        assert state(team) == ("starter", "paused", 329)
        with org_atomic(team.id), pytest.raises(PaymentRequired, match="Your plan is paused"):
            spend_credits(action="publish", key="p:1", description="x")
        provider.collect(subscription, pays=False)
        send_all(provider)
        assert row(team).status == "paused", "another failure does not begin a new grace"
    with travel(failed + timedelta(days=9), tick=False):
        provider.collect(subscription, pays=True)
        send_all(provider)
    assert state(team) == ("starter", "active", 300)
    assert row(team).grace_ends_at is None
    told = [act for act in acts(team) if act in {"billing.payment_failed", "billing.paused"}]
    assert told == ["billing.payment_failed", "billing.paused"]


def test_paying_within_the_grace_makes_it_active_again(
    provider: FakeStripe, team: Organization
) -> None:
    subscription = subscribe(provider, team)
    with travel(row(team).period_ends_at, tick=False):
        provider.next_period(subscription, pays=False)
        send_all(provider)
        provider.collect(subscription, pays=True)
        send_all(provider)
    assert state(team) == ("starter", "active", 300)
    assert acts(team).count("billing.resumed") == 1


def test_a_subscription_that_the_provider_gives_up_ends_here_too(
    provider: FakeStripe, team: Organization
) -> None:
    subscription = subscribe(provider, team)
    provider.end(subscription, "unpaid")
    send_all(provider)
    assert row(team).status == "paused"
    provider.end(subscription)
    send_all(provider)
    assert state(team) == ("free", "active", 10)


# -- Messages --------------------------------------------------------------------------------------


def test_messages_in_any_order_end_in_the_same_state(
    provider: FakeStripe, team: Organization
) -> None:
    subscription = subscribe(provider, team)
    with travel(row(team).period_ends_at, tick=False):
        provider.next_period(subscription, pays=False)
        provider.collect(subscription, pays=True)
        send_all(provider, list(reversed(provider.events)))
        assert state(team) == ("starter", "active", 300)
        send_all(provider)
    assert state(team) == ("starter", "active", 300)
    assert "billing.payment_failed" not in acts(team), "what is over is not told any more"


def test_a_replay_is_kept_and_handled_once(provider: FakeStripe, team: Organization) -> None:
    with scope(team.id):
        provider.pay(session_of(buy_plan(plan=plan("starter"), **visit())))
    for _ in range(3):
        for event in provider.events:
            assert provider.deliver(Client(), event) == 200
    count = len(provider.events)
    assert PaymentEvent.objects.count() == count
    assert sweep_messages() == count
    asked = len(provider.requests)
    for event in provider.events:
        assert provider.deliver(Client(), event) == 200
    assert sweep_messages() == 0
    assert len(provider.requests) == asked
    assert set(PaymentEvent.objects.values_list("outcome", "organization_id")) == {
        ("handled", team.id)
    }


def test_messages_that_nobody_asked_for_are_taken_and_ignored(
    provider: FakeStripe, team: Organization
) -> None:
    provider._happened("product.created", {"id": "prod_1", "object": "product"})
    provider._happened("invoice.paid", {"id": "in_x", "object": "invoice", "customer": "cus_other"})
    send_all(provider)
    assert set(PaymentEvent.objects.values_list("outcome", flat=True)) == {"ignored"}


def forged(provider: FakeStripe) -> Object:
    provider._happened("invoice.paid", {"id": "in_1", "object": "invoice", "customer": "cus_1"})
    return provider.events[-1]


def test_a_wrong_signature_is_refused_and_nothing_is_kept(provider: FakeStripe) -> None:
    event, client = forged(provider), Client()
    assert provider.deliver(client, event, secret="whsec_wrong") == 400
    assert client.post("/hooks/stripe/", "{}", content_type="application/json").status_code == 400
    changed = json.dumps(event).replace("in_1", "in_2")
    headers = {"Stripe-Signature": "t=1,v1=00,v1=ff"}
    for body in (changed, "\xff", "[]", "null", ""):
        answer = client.post(
            "/hooks/stripe/", body, content_type="application/json", headers=headers
        )
        assert answer.status_code == 400
    assert client.get("/hooks/stripe/").status_code == 405
    assert not PaymentEvent.objects.exists()


def test_a_signed_body_that_is_no_message_is_refused(provider: FakeStripe) -> None:
    for body in ("[]", "null", "{}", '{"id": 5}', '{"id": "x", "type": "y", "data": 1}', "nope"):
        assert provider.deliver(Client(), {}, body=body) == 400
    assert not PaymentEvent.objects.exists()


@pytest.mark.parametrize(
    ("minutes", "status"), [(-6, 400), (-4, 200), (0, 200), (4, 200), (6, 400), (60 * 24, 400)]
)
def test_a_clock_may_be_five_minutes_off_and_no_more(
    provider: FakeStripe, minutes: int, status: int
) -> None:
    event = forged(provider)
    assert provider.deliver(Client(), event, skew=timedelta(minutes=minutes)) == status


def test_while_a_secret_is_replaced_both_count(provider: FakeStripe, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRET = f"whsec_new, {settings.STRIPE_WEBHOOK_SECRET}"
    event = forged(provider)
    assert provider.deliver(Client(), event, secret="whsec_new") == 200
    assert provider.deliver(Client(), event) == 200
    assert provider.deliver(Client(), event, secret="whsec_older") == 400


def test_without_a_key_the_door_is_not_there(stripe_away: None, client: Client) -> None:
    assert client.post("/hooks/stripe/", "{}", content_type="application/json").status_code == 404


def test_a_message_that_cannot_be_handled_waits_longer_each_time_and_fails_in_the_end(
    provider: FakeStripe, team: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.gateways.payments.RETRIES", 0)
    with scope(team.id):
        provider.pay(session_of(buy_credits(packs=1, **visit())))
    provider.broken = 10_000
    [event] = [each for each in provider.events if each["type"].startswith("checkout")]
    send_all(provider, [event])
    moment = now()
    for attempt in range(1, payment_events.MOST_ATTEMPTS):
        kept = PaymentEvent.objects.get()
        assert kept.outcome == "waiting" and kept.attempts == attempt
        assert sweep_messages() == 0, "it is not due yet"
        moment += timedelta(seconds=30 * 2 ** (attempt - 1))
        with travel(moment, tick=False):
            assert sweep_messages() == 1
    kept = PaymentEvent.objects.get()
    assert kept.outcome == "failed" and "cannot be reached" in kept.error_message
    provider.broken = 0
    payment_events.retry_message(event=kept)
    with travel(moment + timedelta(seconds=1), tick=False):
        assert sweep_messages() == 1
    assert state(team)[2] == 130


def test_a_wrong_key_says_who_must_mend_it(
    provider: FakeStripe, team: Organization, settings: Any
) -> None:
    settings.STRIPE_API_KEY = "sk_test_wrong"
    with (
        scope(team.id),
        pytest.raises(Unavailable, match="does not accept this"),
    ):
        buy_plan(plan=plan("starter"), **visit())


def test_the_key_is_in_no_error_and_no_log(
    provider: FakeStripe, team: Organization, settings: Any, caplog: Any
) -> None:
    settings.STRIPE_API_KEY = "sk_test_canary_of_a_key"
    with scope(team.id), pytest.raises(Unavailable) as error:
        buy_plan(plan=plan("starter"), **visit())
    cause = error.value.__cause__
    assert "canary" not in f"{error.value!r}{cause!r}{cause}{caplog.text}"


def test_only_the_providers_address_is_asked(provider: FakeStripe) -> None:
    import stripe

    from billing.gateways.transport import OneDoor

    door = OneDoor(provider.base)
    for url in ("https://example.com/v1/x", f"{provider.base}.evil.example/v1/x"):
        with pytest.raises(stripe.APIConnectionError, match="Only"):
            door.request("get", url, {})


def test_another_teams_session_gives_us_nothing(provider: FakeStripe, team: Organization) -> None:
    from billing.services.payment_sync import follow_session, follow_subscription

    stranger = User.objects.create_user(email="stranger@example.net")
    theirs = found_organization(name="Theirs", owner=stranger)
    with scope(theirs.id):
        open_portal(by=stranger, name="Theirs", back="http://x/")
    with scope(team.id):
        session = session_of(buy_credits(packs=1, **visit()))
    provider.pay(session)
    with scope(theirs.id):
        assert follow_session(session) is None
    assert state(theirs)[2] == 30
    subscription = subscribe(provider, team)
    with scope(theirs.id):
        follow_subscription(subscription)
    assert state(theirs) == ("free", "trialing", 30)


@pytest.mark.django_db(transaction=True)
def test_the_same_message_by_two_hands_at_once_gives_once(provider: FakeStripe) -> None:
    User.objects.create_user(email="founder@example.com")
    team = found_organization(name="Harbour", owner=owner())
    with scope(team.id):
        provider.pay(session_of(buy_credits(packs=1, **visit())))
        provider.pay(session_of(buy_plan(plan=plan("starter"), **visit())))
    events = list(provider.events)

    def bring() -> list[int]:
        client = Client()
        return [provider.deliver(client, event) for event in events]

    assert together([bring] * 4) == [[200] * len(events)] * 4
    assert PaymentEvent.objects.count() == len(events)
    ids = list(PaymentEvent.objects.values_list("pk", flat=True))
    handled = together([lambda: [handle_message(pk) for pk in ids]] * 4)
    assert sum(sum(each) for each in handled) == len(events)
    assert state(team) == ("starter", "active", 430)
    with org_atomic(team.id):
        assert CreditTransaction.objects.filter(action=CreditAction.TOPUP).count() == 1
        assert CreditTransaction.objects.filter(action=CreditAction.RENEWAL).count() == 1


@pytest.mark.django_db(transaction=True)
def test_different_messages_about_one_thing_at_once_give_once(provider: FakeStripe) -> None:
    User.objects.create_user(email="founder@example.com")
    team = found_organization(name="Harbour", owner=owner())
    with scope(team.id):
        session = session_of(buy_credits(packs=1, **visit()))
    provider.pay(session)
    [event] = [each for each in provider.events if each["type"].startswith("checkout")]
    twins = [{**event, "id": f"evt_{number}"} for number in range(6)]
    for twin in twins:
        assert provider.deliver(Client(), twin) == 200
    ids = list(PaymentEvent.objects.values_list("pk", flat=True))
    together([lambda pk=pk: handle_message(pk) for pk in ids])  # type: ignore[misc]
    assert state(team)[2] == 130
    assert not PaymentEvent.objects.exclude(outcome="handled").exists()
