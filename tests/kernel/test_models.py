"""What every table stands on: time-ordered keys, soft deletion, links that stay inside, leases."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import RFC_4122, UUID

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from brands.models import BrandProfile, KnowledgeBucket, KnowledgeSource, StrategyPaper
from config.kernel import models as kernel
from config.kernel.clock import now
from config.kernel.models import SoftDeletes, claim, uuid7
from config.kernel.scoping import MissingScope, org_atomic, scope
from content.models import Asset, Material, MaterialFeed, MaterialStatus
from organizations.models import Organization, User
from publishing.models import Composition, Post, SocialAccount
from tests import make
from tests.kernel.crowd import times
from tests.world import World

# -- Keys -----------------------------------------------------------------------------------------


def milliseconds(key: UUID) -> int:
    return key.int >> 80


def test_a_key_says_that_it_is_a_uuid_of_version_7() -> None:
    for key in (uuid7() for _ in range(100)):
        assert (key.version, key.variant) == (7, RFC_4122)


def test_a_key_carries_the_millisecond_in_which_it_was_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A test that travelled ahead in time left its last key behind.
    monkeypatch.setattr(kernel, "_uuid7_last", 0)
    before = time.time_ns() // 1_000_000
    key = uuid7()
    # Keys made faster than the clock ticks run a little ahead of it.
    assert before <= milliseconds(key) <= time.time_ns() // 1_000_000 + 10


def test_keys_made_in_a_hurry_are_all_different_and_sort_as_they_were_made() -> None:
    keys = [uuid7() for _ in range(20_000)]
    assert keys == sorted(keys)
    assert len({key.int >> 64 for key in keys}) == len(keys)


def test_each_thread_sees_its_own_keys_grow_and_no_two_share_one() -> None:
    made: list[list[UUID]] = [[] for _ in range(8)]

    def work(mine: list[UUID]) -> None:
        mine.extend(uuid7() for _ in range(2_000))

    threads = [threading.Thread(target=work, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in made)
    assert len({key for mine in made for key in mine}) == 16_000


def test_a_clock_that_is_set_back_does_not_bring_the_order_down() -> None:
    first = uuid7()
    with time_machine.travel(datetime(2020, 1, 1, tzinfo=UTC), tick=False):
        second, third = uuid7(), uuid7()
    assert first < second < third


@settings(max_examples=50)
@given(st.lists(st.integers(1, 2**44), min_size=2, max_size=6, unique=True))
def test_keys_of_different_milliseconds_sort_by_time(moments: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        keys = []
        for moment in moments:
            patch.setattr(kernel, "_uuid7_last", 0)
            patch.setattr(kernel, "time_ns", lambda: moment * 1_000_000)  # noqa: B023
            keys.append(uuid7())
    assert [milliseconds(key) for key in keys] == moments
    assert sorted(keys) == [key for _, key in sorted(zip(moments, keys, strict=True))]


# -- Soft deletion --------------------------------------------------------------------------------


def test_what_people_make_is_hidden_before_it_is_gone() -> None:
    hidden = {model for model in apps.get_models() if issubclass(model, SoftDeletes)}
    assert hidden == {
        *(User, Organization, SocialAccount, BrandProfile, Material, Post),
        *(KnowledgeBucket, KnowledgeSource, StrategyPaper, MaterialFeed, Asset, Composition),
    }


@pytest.mark.django_db
def test_a_deleted_row_is_hidden_and_comes_back(world: World) -> None:
    with org_atomic(world.id):
        for row in (world.brand, make.material(), make.post(world.brand, world.account)):
            model: Any = type(row)
            row.soft_delete()
            assert row.is_deleted
            assert not model.objects.filter(pk=row.pk).exists()
            assert model.with_deleted.filter(pk=row.pk).exists()
            model.with_deleted.get(pk=row.pk).restore()
            assert model.objects.filter(pk=row.pk).exists()
        world.brand.refresh_from_db()


@pytest.mark.django_db
def test_deleting_what_is_deleted_does_not_keep_it_longer(world: World) -> None:
    with org_atomic(world.id):
        row = make.material()
        with time_machine.travel("2026-03-01 10:00Z", tick=False):
            row.soft_delete()
        stale = Material.with_deleted.get(pk=row.pk)
        stale.deleted_at = None
        for copy in (row, stale):
            copy.soft_delete()
            assert copy.deleted_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
        row.restore()
        stale.soft_delete()
        assert Material.with_deleted.get(pk=row.pk).is_deleted


@pytest.mark.django_db
def test_a_hidden_row_writes_nothing_but_when_it_was_hidden(world: World) -> None:
    with org_atomic(world.id):
        row = make.material()
        Material.objects.filter(pk=row.pk).update(name="Renamed meanwhile")
        row.soft_delete()
        assert Material.with_deleted.get(pk=row.pk).name == "Renamed meanwhile"


# -- Links between tenant tables ------------------------------------------------------------------


def constraints_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_a_link_into_another_organization_is_refused_by_the_database(world: World) -> None:
    with pytest.raises(IntegrityError, match="brand_id_org"), transaction.atomic():
        with org_atomic(world.id):
            make.material(brand_id=world.foreign_brand.pk)
        constraints_now()


@pytest.mark.django_db
def test_a_row_cannot_be_taken_along_into_another_organization(world: World) -> None:
    with org_atomic(world.id):
        row = make.material(world.brand)
    with org_atomic(world.foreign.id), pytest.raises(MissingScope):
        row.save()


@pytest.mark.django_db
def test_an_empty_link_is_allowed_and_a_link_to_nothing_is_not(world: World) -> None:
    with org_atomic(world.id):
        make.material(None)
        constraints_now()
    with pytest.raises(IntegrityError, match="brand_id_org"), transaction.atomic():
        with org_atomic(world.id):
            make.material(brand_id=uuid7())
        constraints_now()


@pytest.mark.django_db
def test_a_parent_with_children_cannot_vanish_behind_the_orm(world: World) -> None:
    with org_atomic(world.id):
        make.material(world.brand)
        with pytest.raises(IntegrityError), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM brands_brandprofile WHERE id = %s", [world.brand.pk])
            constraints_now()


# -- Leases ---------------------------------------------------------------------------------------


def due_materials(world: World, count: int, **fields: Any) -> list[UUID]:
    with org_atomic(world.id):
        rows = [
            Material(kind="text", name=str(number), due_at=now() - timedelta(minutes=1), **fields)
            for number in range(count)
        ]
        return [row.pk for row in Material.objects.bulk_create(rows)]


def take(world: World, limit: int = 1, seconds: float = 60) -> Sequence[Material]:
    with scope(world.id):
        return claim(Material.objects.all(), lease_seconds=seconds, limit=limit)


@pytest.mark.django_db
def test_a_claim_leases_the_row_and_raises_its_fence(world: World) -> None:
    [pk] = due_materials(world, 1)
    with scope(world.id):
        [row] = claim(
            Material.objects.all(),
            lease_seconds=60,
            changes={"status": MaterialStatus.PROCESSING},
        )
    assert (row.pk, row.fence, row.attempts, row.status) == (pk, 1, 1, "processing")
    with org_atomic(world.id):
        stored = Material.objects.get()
    assert (stored.fence, stored.attempts, stored.status) == (1, 1, "processing")
    assert stored.claimed_until == row.claimed_until
    assert row.claimed_until is not None
    assert timedelta(seconds=59) < row.claimed_until - now() <= timedelta(seconds=60)


@pytest.mark.django_db
def test_a_second_claim_gets_nothing_until_the_lease_is_over(world: World) -> None:
    due_materials(world, 1)
    with time_machine.travel(now(), tick=False) as clock:
        assert [row.fence for row in take(world)] == [1]
        assert not take(world)
        clock.shift(60)
        assert not take(world), "a lease holds to its last moment"
        clock.shift(0.001)
        [again] = take(world)
    assert (again.fence, again.attempts) == (2, 2)


@pytest.mark.django_db
def test_what_is_not_due_is_left_alone_and_the_oldest_goes_first(world: World) -> None:
    [late, early, future, never] = due_materials(world, 4)
    with org_atomic(world.id):
        for pk, due_at in (
            (early, now() - timedelta(hours=2)),
            (future, now() + timedelta(seconds=5)),
            (never, None),
        ):
            Material.objects.filter(pk=pk).update(due_at=due_at)
    assert [row.pk for row in take(world, 10)] == [early, late]


@pytest.mark.django_db
def test_a_claim_touches_no_other_organization_and_needs_one(world: World) -> None:
    due_materials(world, 2)
    with scope(world.foreign.id):
        assert not claim(Material.objects.all(), lease_seconds=60, limit=10)
    with pytest.raises(MissingScope):
        claim(Material.objects.all(), lease_seconds=60)


@pytest.mark.django_db(transaction=True)
def test_many_workers_take_each_row_once(world: World) -> None:
    pks = due_materials(world, 60)

    def work() -> list[Material]:
        mine: list[Material] = []
        while taken := take(world, 5):
            mine += taken
        return mine

    hands = times(6, work)
    taken = [row.pk for mine in hands for row in mine]
    assert sorted(taken) == sorted(pks)
    with org_atomic(world.id):
        assert set(Material.objects.values_list("fence", "attempts")) == {(1, 1)}


@pytest.mark.django_db(transaction=True)
def test_the_last_row_goes_to_one_of_two_workers_and_nobody_waits(world: World) -> None:
    for _ in range(5):
        due_materials(world, 1)
        assert sorted(len(taken) for taken in times(2, lambda: take(world))) == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_open_is_skipped(world: World) -> None:
    held, free = due_materials(world, 2)

    def other() -> list[UUID]:
        return [row.pk for row in take(world, 5)]

    with org_atomic(world.id):
        Material.objects.select_for_update().get(pk=held)
        [seen] = times(1, other)
    assert seen == [free]


@pytest.mark.django_db(transaction=True)
def test_an_expired_lease_is_taken_over_by_one_and_the_late_worker_is_refused(
    world: World,
) -> None:
    due_materials(world, 1)
    [late] = take(world, seconds=-1)
    assert sorted(len(taken) for taken in times(4, lambda: take(world))) == [0, 0, 0, 1]
    with org_atomic(world.id):
        ours = Material.objects.filter(pk=late.pk, fence=late.fence)
        assert not ours.update(summary="from the dead")
        assert Material.objects.get().fence == 2
