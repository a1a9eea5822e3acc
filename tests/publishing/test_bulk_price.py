"""The bulk rule of 6.9: of a run to three or more networks two publications are paid."""

from __future__ import annotations

from typing import Any

import pytest

from billing.models import CreditTransaction, Subscription
from billing.services.credits import Charge, spend_credits, spend_credits_together
from config.kernel.clock import now
from publishing.delivery import charges
from publishing.models import AutopilotRun, Delivery, DeliveryState, PendingPost
from tests.world import World

from .deliveries import again, deliver, due_delivery

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]


def of_one_run(world: World, count: int, networks: int | None = None) -> list[Delivery]:
    """Deliveries of one run; the networks are only names, the posts all go to the hosted page."""
    run = AutopilotRun.objects.create(
        brand=world.brand,
        schedule=world.schedule,
        occurrence=f"2026-06-01 10:{count:02}",
        platforms=[f"network-{number}" for number in range(networks or count)],
        scheduled_for=now(),
    )
    deliveries = [
        due_delivery(world.brand, world.account, f"Text {number}.") for number in range(count)
    ]
    PendingPost.objects.filter(pk__in=[each.pending_post_id for each in deliveries]).update(run=run)
    return [Delivery.objects.get(pk=each.pk) for each in deliveries]


def used() -> int:
    return Subscription.objects.get().credits_used


@pytest.mark.parametrize(
    ("networks", "published", "with_generation"),
    [(1, 1, 2), (2, 2, 3), (3, 2, 3), (4, 2, 3), (9, 2, 3)],
)
def test_one_is_one_two_are_two_and_three_or_more_are_two(
    world: World, networks: int, published: int, with_generation: int
) -> None:
    deliveries = of_one_run(world, networks)
    assert deliver(*deliveries) == networks
    assert used() == published
    spend_credits(action="generate", key="g:1", description="Written once")
    assert used() == with_generation


def test_a_trending_post_on_one_network_is_three(world: World) -> None:
    spend_credits(action="generate_trending", key="g:1", description="Written with a trend")
    deliver(*of_one_run(world, 1))
    assert used() == 3


def test_one_after_another_costs_what_they_cost_together(world: World) -> None:
    for each in of_one_run(world, 4):
        deliver(each)
    assert used() == 2


def test_posts_of_different_runs_do_not_pay_for_each_other(world: World) -> None:
    deliver(*of_one_run(world, 3), *of_one_run(world, 4), *of_one_run(world, 1))
    assert used() == 2 + 2 + 1


def test_every_publication_has_its_own_line_also_the_free_one(world: World) -> None:
    deliveries = of_one_run(world, 3)
    deliver(*deliveries)
    lines = CreditTransaction.objects.filter(related_id__in=[each.pk for each in deliveries])
    assert sorted(lines.values_list("amount", flat=True)) == [-1, -1, 0]
    assert lines.get(amount=0).description.endswith("along with others of its run")


def paid_and_free(deliveries: list[Delivery]) -> tuple[list[Delivery], Delivery]:
    rows = [Delivery.objects.get(pk=each.pk) for each in deliveries]
    lines = dict(CreditTransaction.objects.values_list("key", "amount"))
    [free] = [row for row in rows if lines[row.charge_key] == 0]
    return [row for row in rows if row != free], free


def fails(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.FAILED)
    charges.give_back(delivery, "a test")


def test_when_a_paid_one_fails_the_free_one_takes_its_place_and_nothing_comes_back(
    world: World,
) -> None:
    deliveries = of_one_run(world, 3)
    deliver(*deliveries)
    paid, free = paid_and_free(deliveries)
    stale = Delivery.objects.get(pk=free.pk)
    fails(paid[0])
    assert used() == 2, "two are out, and two are paid"
    assert again(free).charge_key == f"publish:{paid[0].pk}"
    fails(stale)
    assert used() == 1, "also by a copy that was read before"
    fails(paid[1])
    assert used() == 0
    assert all(again(each).charge_key == "" for each in deliveries)


def test_when_the_free_one_fails_nothing_comes_back(world: World) -> None:
    deliveries = of_one_run(world, 3)
    deliver(*deliveries)
    paid, free = paid_and_free(deliveries)
    fails(free)
    assert used() == 2
    fails(paid[0])
    assert used() == 1


def test_two_networks_never_go_along(world: World) -> None:
    deliveries = of_one_run(world, 2)
    deliver(*deliveries)
    fails(again(deliveries[0]))
    assert used() == 1


def test_a_free_charge_takes_nothing_even_when_nothing_is_left(world: World) -> None:
    Subscription.objects.update(credits_total=2)
    together = [Charge(f"p:{n}", "x", is_free=n > 1) for n in range(5)]
    assert spend_credits_together(action="publish", charges=together)
    assert used() == 2
    assert not spend_credits_together(action="publish", charges=[Charge("p:9", "x")])


@pytest.mark.parametrize("status", ["paused", "cancelled"])
def test_a_plan_that_rests_holds_posts_up_and_says_why(world: World, status: str) -> None:
    Subscription.objects.update(status=status)
    [delivery] = of_one_run(world, 1)
    deliver(delivery)
    row: Any = again(delivery)
    assert (row.state, row.error_code) == (DeliveryState.SCHEDULED, "plan_rests")
    assert "nothing is sent" in row.error_message
