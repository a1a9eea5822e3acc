"""Files that no row names go after their time; every other file stays."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from content.models import Asset, LinkPreview, Material
from organizations.services.files import store_file, stored_path
from publishing.models import Composition, MediaRendition, Variant
from publishing.services.loose_files import remove_loose_files
from tests import make, make_library
from tests.peers.sessions import picture
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    """What other tests left in the common folder is as old as they said."""
    settings.WARREN_MEDIA_ROOT = tmp_path


def kept(*, days: int = 40) -> str:
    key = store_file(picture(), ending="jpg")
    then = (now() - timedelta(days=days)).timestamp()
    os.utime(stored_path(key), (then, then))
    return key


def test_only_files_that_nothing_names_are_removed(world: World) -> None:
    with org_atomic(world.id):
        material, deleted, shown, fitted, loose, refit, young = (kept() for _ in range(7))
        os.utime(stored_path(young))
        make.material(world.brand, kind=Material.Kind.IMAGE, file_key=material)
        make.material(world.brand, kind=Material.Kind.IMAGE, file_key=deleted).soft_delete()
        media = [{"reference": shown, "content_type": "image/jpeg", "alt": ""}]
        make.pending_post(world.brand, world.account, media=media)
        MediaRendition.objects.create(reference=shown, rules="r", fitted=fitted)
        MediaRendition.objects.create(reference=loose, rules="r", fitted=refit)
    with unscoped("a test"):
        assert remove_loose_files(now() - MONTH) == 2
        assert remove_loose_files(now() - MONTH) == 0
    with org_atomic(world.id):
        for key in (material, deleted, shown, fitted, young):
            assert stored_path(key).exists()
        for key in (loose, refit):
            assert not stored_path(key).exists()
        assert [row.reference for row in MediaRendition.objects.all()] == [shown]


def test_files_of_the_library_and_of_drafts_are_needed(world: World) -> None:
    with org_atomic(world.id):
        asset, small, hidden, draft, override, card = (kept() for _ in range(6))
        make_library.asset(world.brand, reference=asset, thumbnail=small)
        make_library.asset(world.brand, reference=hidden).soft_delete()
        row = Composition.objects.create(brand=world.brand, media=[{"reference": draft}])
        overrides = {"media": [{"reference": override}]}
        Variant.objects.create(composition=row, account=world.account, overrides=overrides)
        LinkPreview.objects.create(url="x", url_hash="x", picture=card, read_at=now())
    with unscoped("a test"):
        assert remove_loose_files(now() - MONTH) == 0
        Asset._base_manager.using("operator").filter(reference=hidden).delete()
        assert remove_loose_files(now() - MONTH) == 1
    with org_atomic(world.id):
        assert not stored_path(hidden).exists() and stored_path(asset).exists()
