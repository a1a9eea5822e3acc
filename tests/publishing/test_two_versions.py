"""K15, a rollout: workers of the version before and of this one take turns on the same rows.

What a worker of version 0.1 does to claim stands here word for word, as PostgreSQL got it. Whoever
changes how rows are claimed must keep the two from claiming one row, or release in two steps.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.delivery.claim import claim
from publishing.models import Delivery
from tests.kernel.crowd import together
from tests.world import World

from .deliveries import account_on, due_deliveries, test_channels

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_time]

POSTS = 60
WORKERS = 6
AT_ONCE = 5

TAKE = """
SELECT id, state, fence FROM publishing_delivery
WHERE (claimed_until IS NULL OR claimed_until < %(moment)s) AND due_at <= %(moment)s
  AND id = ANY(%(ids)s) AND state IN ('scheduled', 'claimed', 'sending', 'accepted')
ORDER BY due_at, id FOR UPDATE SKIP LOCKED
"""
HOLD = """
UPDATE publishing_delivery
SET fence = fence + 1, claimed_until = %(until)s, lease_owner = %(owner)s, state = 'claimed',
    updated_at = %(moment)s
WHERE id = ANY(%(ids)s)
"""


def claim_of_before(organization: UUID, ids: list[UUID], owner: str) -> list[UUID]:
    moment = now()
    known: dict[str, Any] = {"moment": moment, "owner": owner, "ids": ids}
    with org_atomic(organization), connection.cursor() as cursor:
        cursor.execute(TAKE, known)
        taken = [row[0] for row in cursor.fetchall()]
        if taken:
            cursor.execute(HOLD, {**known, "ids": taken, "until": moment + timedelta(minutes=1)})
    return taken


def test_two_versions_never_hold_the_same_row(world: World) -> None:
    with test_channels():
        with org_atomic(world.id):
            account = account_on(world.brand, "test_a", "http://127.0.0.1:9")
            texts = [f"Post {number}." for number in range(POSTS)]
            ids = [each.pk for each in due_deliveries(world.brand, [account], texts)]
        batches = [ids[start : start + AT_ONCE] for start in range(0, POSTS, AT_ONCE)]

        def old(number: int) -> list[UUID]:
            return [
                pk for each in batches for pk in claim_of_before(world.id, each, f"old {number}")
            ]

        def new(number: int) -> list[UUID]:
            parcels = [claim(world.id, each, owner=f"new {number}") for each in batches]
            return [parcel.id for taken in parcels for parcel in taken]

        held = together(
            [partial(act, number) for number in range(WORKERS // 2) for act in (old, new)]
        )
    times = Counter(pk for taken in held for pk in taken)
    assert set(times) == set(ids)
    assert set(times.values()) == {1}
    with org_atomic(world.id):
        assert set(Delivery.objects.values_list("fence", flat=True)) == {1}
