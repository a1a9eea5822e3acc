"""Who is told of money, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from billing.models import Subscription
from billing.services.credits import spend_credits
from billing.services.model_budget import warn_of_budget
from billing.services.renewals import sweep_subscriptions
from billing.services.subscriptions import mark_past_due
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Notification
from organizations.services.organizations import found_organization
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


def titles(world: World) -> list[str]:
    rows = Notification.objects.filter(user=world.owner).order_by("created_at", "pk")
    return list(rows.values_list("title", flat=True))


def spend(number: int) -> None:
    spend_credits(action="generate", key=f"generate:{number}", description="A post")


def test_low_and_used_up_credits_are_each_told_once(inside: World) -> None:
    Subscription.objects.update(credits_total=50, credits_used=43)
    for number in range(7):
        spend(number)
    assert titles(inside) == [
        "5 of 50 credits are left in this period",
        "All credits of this period are used",
    ]
    assert not Notification.objects.filter(user=inside.editor).exists()


def test_the_models_budget_is_told_at_three_marks(inside: World) -> None:
    Subscription.objects.update(model_budget_micros=10_000_000, model_warned_percent=0)
    for spent in (7_400_000, 7_500_000, 8_000_000, 9_100_000, 10_000_000, 10_000_000):
        Subscription.objects.update(model_spent_micros=spent)
        warn_of_budget()
    assert titles(inside) == [
        "75 % of the monthly budget for language models is spent",
        "90 % of the monthly budget for language models is spent",
        "The monthly budget for language models is used up",
    ]
    body = Notification.objects.filter(user=inside.owner).order_by("created_at")[0].body
    assert body.startswith("$7.50 of $10.00.")


def test_a_failed_payment_is_told_to_the_owner_alone(inside: World) -> None:
    row = Subscription.objects.get()
    assert mark_past_due(row, now())
    notice = Notification.objects.get()
    assert notice.user_id == inside.owner.pk and notice.due_at
    assert f"until {now() + timedelta(days=7):%Y-%m-%d}" in notice.body


def test_the_end_of_a_trial_is_told_three_days_before_and_once(world: World) -> None:
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        team = found_organization(name="On trial", owner=world.stranger, timezone="UTC")
        clock.move_to(start + timedelta(days=26))
        sweep_subscriptions()
        with org_atomic(team.pk):
            assert not Notification.objects.exists()
        for hours in (1, 25):
            clock.move_to(start + timedelta(days=27, hours=hours))
            sweep_subscriptions()
            with org_atomic(team.pk):
                assert Notification.objects.get().title == "Your trial ends in three days"
        clock.move_to(start + timedelta(days=30, hours=1))
        sweep_subscriptions()
    with org_atomic(team.pk):
        last = Notification.objects.order_by("-created_at").first()
        assert last is not None and last.title == "Your trial has ended"
