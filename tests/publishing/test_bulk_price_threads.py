"""The bulk rule among workers that send posts of one run at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from billing.models import CreditTransaction, Subscription
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, scope
from publishing.delivery import ledger
from publishing.models import AutopilotRun, Delivery, PendingPost
from tests.kernel.crowd import together
from tests.world import World

from .deliveries import due_delivery

pytestmark = pytest.mark.django_db(transaction=True)


def test_siblings_that_leave_by_five_workers_at_once_are_two_paid_ones(
    world: World, settings: Any
) -> None:
    settings.WARREN_DELIVERY_THREADS = 0
    with org_atomic(world.id):
        run = AutopilotRun.objects.create(
            brand=world.brand,
            schedule=world.schedule,
            occurrence="2026-06-01 10:00",
            platforms=["a", "b", "c", "d", "e"],
            scheduled_for=now(),
        )
        deliveries = [due_delivery(world.brand, world.account, f"Text {n}.") for n in range(5)]
        PendingPost.objects.update(run=run)

    def send(delivery: Delivery) -> int:
        with scope(world.id):
            return ledger.deliver(delivery_ids=[delivery.pk])

    sent = together([lambda each=each: send(each) for each in deliveries])  # type: ignore[misc]
    assert sent == [1] * 5
    with org_atomic(world.id):
        assert Subscription.objects.get().credits_used == 2
        lines = CreditTransaction.objects.filter(action="publish")
        assert sorted(lines.values_list("amount", flat=True)) == [-1, -1, 0, 0, 0]
