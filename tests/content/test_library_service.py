"""The media library's rows and files."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pytest_django import Settings

from brands.models import BrandProfile
from config.kernel.brands import brand_limit
from config.kernel.errors import Invalid, NotFound
from config.kernel.scoping import org_atomic
from content.models import Asset
from content.services import library
from organizations.models import AuditRecord
from organizations.services.files import read_stored, store_file, stored_bytes
from tests import make_library as make
from tests.videos import video
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db


def kept(world: World, **words: object) -> Asset:
    given = {"upload": make.upload(), "brand": world.brand, "folder": None, "by": world.editor}
    return library.keep_file(**{**given, **words})  # type: ignore[arg-type]


def test_a_picture_is_kept_under_its_name_with_its_sides(world: World) -> None:
    with org_atomic(world.id):
        asset = kept(world, alt=" Boats \n in the harbour ")
        assert (asset.name, asset.alt) == ("harbour", "Boats in the harbour")
        assert (asset.width, asset.height, asset.content_type) == (64, 48, "image/jpeg")
        assert asset.size_bytes == len(read_stored(asset.reference))
        assert AuditRecord.objects.filter(action="asset.added", target_id=asset.pk).count() == 1


def test_a_large_picture_gets_a_small_one_for_lists(world: World) -> None:
    with org_atomic(world.id):
        asset = kept(world, upload=make.upload(make.photo(1200, 600)))
        small = Image.open(io.BytesIO(read_stored(asset.thumbnail)))
    assert small.size == (480, 240)


def test_a_video_says_how_long_it_is(world: World) -> None:
    with org_atomic(world.id):
        asset = kept(world, upload=make.upload(video(), "film.mp4"))
    assert asset.is_video and asset.name == "film"
    assert asset.duration_seconds == pytest.approx(1.0, abs=0.1)


def test_the_same_file_is_told_and_not_kept_twice(world: World) -> None:
    with org_atomic(world.id):
        first = kept(world)
        taken = stored_bytes()
        again = kept(world, upload=make.upload(name="copy.jpg"))
        assert again.pk == first.pk and again.was_there and not first.was_there
        assert stored_bytes() == taken


def test_what_the_team_has_is_there_for_each_brand_but_not_the_other_way_round(
    world: World,
) -> None:
    with org_atomic(world.id):
        brands_own = kept(world)
        teams = kept(world, brand=None)
        assert teams.pk != brands_own.pk
        other = BrandProfile.objects.create(**brand_fields("Other"))
        assert kept(world, brand=other).pk == teams.pk


def test_a_deleted_file_may_be_added_again(world: World) -> None:
    with org_atomic(world.id):
        first = kept(world)
        library.delete_assets(asset_ids=[first.pk], by=world.editor)
        assert kept(world).pk != first.pk


def test_what_is_no_picture_is_refused_and_nothing_stays(world: World) -> None:
    with org_atomic(world.id):
        before = stored_bytes()
        with pytest.raises(Invalid) as caught:
            kept(world, upload=make.upload(b"MZ not a picture", "harbour.jpg"))
        assert caught.value.code == "upload_no_medium"
        assert stored_bytes() == before and not Asset.objects.exists()


def test_a_full_library_says_so(world: World, settings: Settings) -> None:
    with org_atomic(world.id):
        settings.WARREN_UPLOAD_QUOTA_MB = 0
        with pytest.raises(Invalid) as caught:
            kept(world)
    assert caught.value.code == "upload_quota"


def test_assets_become_media_of_a_post_in_the_order_that_was_chosen(world: World) -> None:
    with org_atomic(world.id):
        one, two = make.asset(world.brand), make.asset(world.brand, alt="")
        gone = make.asset(world.brand)
        gone.soft_delete()
        media = library.media_of([two.pk, gone.pk, one.pk, two.pk])
    assert [each["reference"] for each in media] == [two.reference, one.reference]
    assert media[1] == {
        "reference": one.reference,
        "content_type": "image/jpeg",
        "size_bytes": one.size_bytes,
        "width": 64,
        "height": 48,
        "alt": "Boats in the harbour.",
    }


def test_uses_are_counted_also_of_the_teams_files_by_restricted_members(world: World) -> None:
    with org_atomic(world.id):
        asset = make.asset()
        with brand_limit(frozenset({world.brand.pk})):
            library.note_use([asset.pk])
        asset.refresh_from_db()
        assert asset.use_count == 1 and asset.last_used_at is not None


def test_a_restricted_member_neither_sees_nor_fills_another_brand(world: World) -> None:
    with org_atomic(world.id):
        foreign = BrandProfile.objects.create(**brand_fields("Other"))
        theirs = make.asset(foreign)
        with brand_limit(frozenset({world.brand.pk})):
            assert library.media_of([theirs.pk]) == []
            with pytest.raises(NotFound):
                kept(world, brand=foreign)
            with pytest.raises(Invalid):
                kept(world, brand=None)


def test_names_tags_and_focal_point_are_changed_in_one_record(world: World) -> None:
    with org_atomic(world.id):
        asset = library.change_asset(
            asset=make.asset(world.brand),
            by=world.editor,
            name=" Quay  at dawn ",
            tags=["#Summer", "summer", "quay"],
            focal_x=1.7,
            focal_y=0.25,
        )
        assert (asset.name, asset.tags) == ("Quay at dawn", ["Summer", "quay"])
        assert (asset.focal_x, asset.focal_y) == (1.0, 0.25)
        (told,) = AuditRecord.objects.filter(action="asset.changed", target_id=asset.pk)
        assert told.before["name"] == "Harbour" and told.after["name"] == "Quay at dawn"
        library.change_asset(asset=asset, by=world.editor, name="Quay at dawn")
        assert AuditRecord.objects.filter(action="asset.changed").count() == 1


@pytest.mark.parametrize(
    "words", [{"name": "  "}, {"tags": ["x" * 41]}, {"tags": list("abcdefghijklmnopqrstu")}]
)
def test_what_cannot_be_kept_names_its_field(world: World, words: dict[str, object]) -> None:
    with org_atomic(world.id), pytest.raises(Invalid) as caught:
        library.change_asset(asset=make.asset(world.brand), by=world.editor, **words)
    assert caught.value.field in words


def test_a_folder_of_another_brand_takes_nothing(world: World) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Other"))
        folder = make.asset_folder(other)
        with pytest.raises(Invalid) as caught:
            library.change_asset(asset=make.asset(world.brand), by=world.editor, folder=folder)
        assert caught.value.field == "folder"


def test_deleting_can_be_undone(world: World) -> None:
    with org_atomic(world.id):
        asset = make.asset(world.brand)
        assert library.delete_assets(asset_ids=[asset.pk], by=world.editor) == 1
        assert not Asset.objects.exists()
        assert library.restore_assets(asset_ids=[asset.pk], by=world.editor) == 1
        assert Asset.objects.get().pk == asset.pk


def test_tags_are_added_to_several_at_once_and_each_once(world: World) -> None:
    with org_atomic(world.id):
        one, two = make.asset(world.brand, tags=["quay"]), make.asset(world.brand, tags=["sea"])
        changed = library.tag_assets(asset_ids=[one.pk, two.pk], tags=["Quay"], by=world.editor)
        one.refresh_from_db()
        two.refresh_from_db()
    assert changed == 1
    assert (one.tags, two.tags) == (["quay"], ["sea", "Quay"])


def test_a_stored_file_of_an_asset_is_named(world: World) -> None:
    with org_atomic(world.id):
        key = store_file(make.photo(), ending="jpg")
        assert make.asset(world.brand, reference=key).reference == key
