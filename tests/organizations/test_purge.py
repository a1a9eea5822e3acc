from __future__ import annotations

from datetime import timedelta

import pytest

from brands.models import BrandProfile
from brands.services.brands import delete_brand, restore_brand
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from content.models import Material
from organizations.models import Organization
from organizations.privacy import purge
from organizations.privacy.purge import purge_deleted
from organizations.services.files import store_file, stored_path
from publishing.models import PendingPost
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


def test_a_deleted_brand_hides_its_materials_and_brings_them_back(world: World) -> None:
    with org_atomic(world.id):
        kept = make.material(world.brand)
        delete_brand(brand=world.brand, by=world.owner)
        assert not BrandProfile.objects.exists()
        assert not Material.objects.exists()
        restore_brand(brand=BrandProfile.with_deleted.get(), by=world.owner)
        assert Material.objects.get() == kept


def test_what_was_deleted_thirty_days_ago_goes_with_everything_under_it(world: World) -> None:
    with org_atomic(world.id):
        make.pending_post(world.brand, world.account)
        delete_brand(brand=world.brand, by=world.owner)
    purge_deleted(now() + timedelta(days=29))
    with org_atomic(world.id):
        assert BrandProfile.with_deleted.exists()
    counts = purge_deleted(now() + timedelta(days=30, minutes=1))
    assert counts["brands.brandprofile"] == 1
    with org_atomic(world.id):
        assert not BrandProfile.with_deleted.exists()
        assert not PendingPost.objects.exists()
    with org_atomic(world.foreign.id):
        assert BrandProfile.objects.get() == world.foreign_brand


def test_a_deleted_material_stays_while_a_post_of_it_is_out(world: World) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)
        assert pending.material is not None
        pending.material.soft_delete()
    purge_deleted(now() + timedelta(days=31))
    with org_atomic(world.id):
        assert Material.with_deleted.filter(pk=pending.material.pk).exists()


def test_the_file_of_a_purged_material_goes_with_it(world: World) -> None:
    with org_atomic(world.id):
        keys = [store_file(b"text", ending="txt") for _ in range(2)]
        gone, kept = (make.material(file_key=key) for key in keys)
        gone.soft_delete()
        paths = [stored_path(key) for key in keys]
    purge_deleted(now() + timedelta(days=31))
    assert [path.exists() for path in paths] == [False, True]
    with org_atomic(world.id):
        assert Material.with_deleted.get() == kept


def test_a_purged_organization_leaves_no_file_behind(world: World) -> None:
    with org_atomic(world.id):
        path = stored_path(store_file(b"text", ending="txt"))
    with unscoped("test"):
        Organization.objects.filter(pk=world.id).update(deleted_at=now())
    purge_deleted(now() + timedelta(days=31))
    assert not path.parent.exists()
    with unscoped("test"):
        assert list(Organization.with_deleted.all()) == [world.foreign]


def test_what_must_stay_does_not_stand_in_the_way_of_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "MOST_A_TABLE", 1)
    with org_atomic(world.id):
        needed = make.pending_post(world.brand, world.account).material
        free = make.material()
        needed.soft_delete()
        free.soft_delete()
    assert purge_deleted(now() + timedelta(days=31))["content.material"] == 1
    with org_atomic(world.id):
        assert list(Material.with_deleted.all()) == [needed]
