"""Folders of the library, and cuts of its pictures."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from brands.models import BrandProfile
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import Asset, AssetFolder
from content.services import library_folders as folders
from content.services.library_cuts import RATIOS, Box, box_for, cut_asset
from organizations.services.files import read_stored, store_file
from tests import make_library as make
from tests.world import World, brand_fields

in_database = pytest.mark.django_db


@in_database
def test_folders_lie_in_folders_and_keep_their_names_apart(world: World) -> None:
    with org_atomic(world.id):
        top = folders.create_folder(name=" Summer ", brand=None, parent=None, by=world.editor)
        inner = folders.create_folder(name="Quay", brand=world.brand, parent=top, by=world.editor)
        assert (top.name, inner.parent_id) == ("Summer", top.pk)
        with pytest.raises(Invalid) as caught:
            folders.create_folder(name="summer", brand=None, parent=None, by=world.editor)
        assert caught.value.field == "name"


@in_database
def test_a_folder_of_a_brand_takes_none_of_another(world: World) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Other"))
        theirs = make.asset_folder(other)
        with pytest.raises(Invalid) as caught:
            folders.create_folder(name="A", brand=world.brand, parent=theirs, by=world.editor)
        assert caught.value.field == "parent"


@in_database
def test_a_folder_never_lies_in_itself(world: World) -> None:
    with org_atomic(world.id):
        top = make.asset_folder(name="Top")
        inner = make.asset_folder(name="Inner", parent=top)
        for parent in (top, inner):
            with pytest.raises(Invalid):
                folders.move_folder(folder=top, parent=parent, by=world.editor)
        assert folders.move_folder(folder=inner, parent=None, by=world.editor).parent_id is None


@in_database
def test_folders_are_not_endlessly_deep(world: World) -> None:
    with org_atomic(world.id):
        parent = None
        for number in range(folders.MOST_DEEP):
            parent = folders.create_folder(
                name=f"F{number}", brand=None, parent=parent, by=world.editor
            )
        with pytest.raises(Invalid):
            folders.create_folder(name="F", brand=None, parent=parent, by=world.editor)


@in_database
def test_deleting_a_folder_deletes_no_file(world: World) -> None:
    with org_atomic(world.id):
        top = make.asset_folder(name="Top")
        inner = make.asset_folder(name="Inner", parent=top)
        below = make.asset_folder(name="Below", parent=inner)
        asset = make.asset(world.brand, folder=inner)
        assert folders.delete_folder(folder=inner, by=world.editor) == 1
        asset.refresh_from_db()
        below.refresh_from_db()
        assert asset.folder_id == top.pk and below.parent_id == top.pk
        assert AssetFolder.objects.count() == 2


@in_database
def test_several_files_are_moved_together_or_not_at_all(world: World) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Other"))
        ours, theirs = make.asset(world.brand), make.asset(other)
        folder = make.asset_folder(world.brand)
        both = [ours.pk, theirs.pk]
        with pytest.raises(Invalid):
            folders.move_assets(asset_ids=both, folder=folder, by=world.editor)
        assert not Asset.objects.filter(folder=folder).exists()
        common = make.asset_folder(name="All")
        assert folders.move_assets(asset_ids=both, folder=common, by=world.editor) == 2
        assert folders.move_assets(asset_ids=both, folder=common, by=world.editor) == 0


@given(
    width=st.integers(20, 5_000),
    height=st.integers(20, 5_000),
    ratio=st.sampled_from(sorted(RATIOS.values())),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
)
def test_a_shape_lies_within_the_picture_and_holds_what_must_stay_in_sight(
    width: int, height: int, ratio: float, x: float, y: float
) -> None:
    box = box_for(Asset(width=width, height=height, focal_x=x, focal_y=y), ratio)
    slack = 0.001
    assert -slack <= box.x and box.x + box.width <= 1 + slack
    assert -slack <= box.y and box.y + box.height <= 1 + slack
    assert box.x - slack <= x <= box.x + box.width + slack
    assert box.y - slack <= y <= box.y + box.height + slack
    assert max(box.width, box.height) == pytest.approx(1.0)
    found = box.width * width / (box.height * height)
    assert found == pytest.approx(ratio, rel=0.02, abs=0.01)


@in_database
def test_a_cut_is_a_picture_of_its_own_around_the_focal_point(world: World) -> None:
    whole = Image.new("RGB", (200, 100), "navy")
    whole.paste("red", (150, 0, 200, 100))
    out = io.BytesIO()
    whole.save(out, "PNG")
    with org_atomic(world.id):
        asset = make.asset(
            world.brand,
            reference=store_file(out.getvalue(), ending="png"),
            content_type="image/png",
            width=200,
            height=100,
            focal_x=1.0,
            tags=["quay"],
        )
        cut = cut_asset(asset=asset, box=box_for(asset, 1.0), by=world.editor)
        data = Image.open(io.BytesIO(read_stored(cut.reference)))
        assert data.size == (100, 100) == (cut.width, cut.height)
        assert data.getpixel((75, 50)) == (255, 0, 0) and data.getpixel((20, 50)) == (0, 0, 128)
        assert cut.made_from_id == asset.pk and cut.tags == ["quay"] and cut.alt == asset.alt
        assert cut.crop == {"x": 0.5, "y": 0.0, "width": 0.5, "height": 1.0}
        again = cut_asset(asset=asset, box=box_for(asset, 1.0), by=world.editor)
        assert again.pk == cut.pk and again.was_there


@in_database
@pytest.mark.parametrize(
    "box",
    [Box(-0.1, 0, 0.5, 0.5), Box(0.6, 0, 0.5, 0.5), Box(0, 0.6, 0.5, 0.5), Box(0, 0, 0.05, 0.05)],
)
def test_a_part_outside_or_too_small_is_refused(world: World, box: Box) -> None:
    with org_atomic(world.id), pytest.raises(Invalid):
        cut_asset(asset=make.asset(world.brand), box=box, by=world.editor)


@in_database
def test_a_video_is_not_cut(world: World) -> None:
    with org_atomic(world.id), pytest.raises(Invalid):
        asset = make.asset(world.brand, content_type="video/mp4")
        cut_asset(asset=asset, box=Box(0, 0, 1, 1), by=world.editor)
