"""Two workers at one repeating post, on committed rows and real connections."""

from __future__ import annotations

from typing import Any

import pytest

from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic, scope
from publishing.models import PendingPost, PendingStatus
from publishing.services.recurrences import pause_recurrence, sweep_recurrences
from tests import make_compositions, make_repeating
from tests.kernel.crowd import together
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Any) -> list[Any]:
    results = together(acts)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, DomainError):
            raise result
    return results


def test_two_sweeps_at_once_make_each_occurrence_once(world: World) -> None:
    with org_atomic(world.id):
        composition = make_compositions.composition(world.brand, world.account)
        row = make_repeating.recurrence(composition)
    made = at_once(*[sweep_recurrences] * 4)
    with org_atomic(world.id):
        walls = list(PendingPost.objects.values_list("wall_time", flat=True))
        row.refresh_from_db()
    assert sum(made) == len(walls) == len(set(walls)) == row.made_count > 0


def test_a_pause_during_a_sweep_leaves_nothing_half_done(world: World) -> None:
    with org_atomic(world.id):
        composition = make_compositions.composition(world.brand, world.account)
        row = make_repeating.recurrence(composition)

    def pause() -> None:
        with scope(world.id):
            pause_recurrence(recurrence=row, by=None, takes_back=True)

    at_once(sweep_recurrences, pause)
    with org_atomic(world.id):
        posts = PendingPost.objects.exclude(status=PendingStatus.REJECTED)
        row.refresh_from_db()
        assert row.made_count == posts.values("wall_time").distinct().count()
        made = sweep_recurrences()
    assert made == 0
