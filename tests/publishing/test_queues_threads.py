"""People who add to a queue at the same moment."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from config.kernel.scoping import org_atomic
from publishing.models import PendingPost
from publishing.services.queues import default_queue, next_free_slot
from tests import make_planning as planning
from tests.kernel.crowd import together
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_five_who_add_at_once_get_five_times(world: World) -> None:
    with org_atomic(world.id):
        queues = [
            planning.queue(world.brand, times=[time(9), time(17)], name=name)
            for name in ("Mornings", "Offers")
        ]

    def add(number: int) -> Any:
        with org_atomic(world.id):
            slot = next_free_slot(queue=queues[number % 2], account=world.account)
            planning.planned_post(world.brand, world.account, slot.moment)
            return slot.moment

    moments = together([lambda each=each: add(each) for each in range(5)])  # type: ignore[misc]
    assert len(set(moments)) == 5
    with org_atomic(world.id):
        assert PendingPost.objects.count() == 5


def test_a_default_queue_that_two_ask_for_at_once_is_one(world: World) -> None:
    def ask() -> Any:
        with org_atomic(world.id):
            return default_queue(brand=world.brand).pk

    assert len(set(together([ask, ask, ask]))) == 1
