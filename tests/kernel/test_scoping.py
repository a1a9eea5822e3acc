from __future__ import annotations

import pytest
from django.db import connection, transaction

from brands.models import BrandProfile
from config.kernel.scoping import (
    MissingScope,
    current_organization_id,
    org_atomic,
    scope,
    unscoped,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def entered() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.org', true), '')")
        return str(cursor.fetchone()[0])


def test_a_tenant_table_raises_when_no_organization_is_in_scope(world: World) -> None:
    with pytest.raises(MissingScope):
        BrandProfile.objects.all()
    with pytest.raises(MissingScope):
        current_organization_id()


def test_scope_alone_sees_nothing_because_the_transaction_has_not_entered(world: World) -> None:
    with scope(world.id):
        assert BrandProfile.objects.count() == 0


def test_org_atomic_sees_its_own_rows_and_only_those(world: World) -> None:
    with org_atomic(world.id):
        assert list(BrandProfile.objects.all()) == [world.brand]
    with org_atomic(world.foreign.id):
        assert list(BrandProfile.objects.all()) == [world.foreign_brand]


def test_a_nested_organization_gives_the_outer_one_back(world: World) -> None:
    with org_atomic(world.id):
        with org_atomic(world.foreign.id):
            assert entered() == str(world.foreign.id)
        assert entered() == str(world.id)
        assert BrandProfile.objects.get() == world.brand


def test_a_failed_nested_organization_gives_the_outer_one_back(world: World) -> None:
    with org_atomic(world.id):
        with pytest.raises(ZeroDivisionError), org_atomic(world.foreign.id):
            1 / 0  # noqa: B018
        assert entered() == str(world.id)
        assert BrandProfile.objects.get() == world.brand


def test_after_the_transaction_nobody_is_entered(world: World) -> None:
    with transaction.atomic():
        with org_atomic(world.id):
            assert entered() == str(world.id)
        assert entered() == ""


def test_a_new_row_gets_the_organization_in_scope_and_no_other(world: World) -> None:
    with org_atomic(world.id):
        brand = BrandProfile.objects.create(name="Second")
        assert brand.organization_id == world.id
        with pytest.raises(MissingScope):
            BrandProfile.objects.create(name="Third", organization_id=world.foreign.id)
        [made] = BrandProfile.objects.bulk_create([BrandProfile(name="Fourth")])
        assert made.organization_id == world.id


@pytest.mark.django_db(databases=["default", "operator"])
def test_unscoped_is_the_operator_and_sees_every_organization(world: World) -> None:
    with unscoped("test"):
        assert {world.brand, world.foreign_brand} <= set(BrandProfile.objects.all())


@pytest.mark.django_db(transaction=True)
def test_alternating_transactions_over_one_connection_never_mix(world: World) -> None:
    for turn in range(500):
        mine = world.id if turn % 2 else world.foreign.id
        with org_atomic(mine):
            assert (
                BrandProfile._base_manager.values_list("organization_id", flat=True).get() == mine
            )
        assert entered() == ""
