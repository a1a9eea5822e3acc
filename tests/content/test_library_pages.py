"""The library's pages: what is found, chosen, changed at once, and brought back."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from brands.models import BrandProfile
from config.kernel.scoping import org_atomic
from content.models import Asset, AssetFolder
from content.selectors.library import size_words
from organizations.services.files import store_file
from publishing.channels.shapes import Limits
from publishing.models import Composition
from publishing.services.asset_renditions import better_shape
from tests import make
from tests import make_library as make_library
from tests.brands.two_clients import restrict
from tests.organizations.confirming import sign_in_confirmed
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(world: World) -> Client:
    return sign_in_confirmed(Client(), world.editor)


@pytest.fixture
def base(world: World) -> str:
    return f"{world.path}/library/"


def many(world: World, count: int, **fields: Any) -> list[Asset]:
    with org_atomic(world.id):
        key = store_file(make_library.photo(), ending="jpg")
        return [
            make_library.asset(world.brand, reference=key, name=f"File {number}", **fields)
            for number in range(count)
        ]


def test_an_empty_library_says_what_will_be_here(client: Client, base: str) -> None:
    page = client.get(base).content.decode()
    assert "No files yet" in page and "of 2.0 GB used" in page and 'data-behavior="upload"' in page


def test_the_grid_costs_as_many_queries_for_one_file_as_for_many(
    world: World, client: Client, base: str
) -> None:
    with org_atomic(world.id):
        for number in range(6):
            make_library.asset_folder(world.brand, name=f"Folder {number}")
    many(world, 1, tags=["quay"])
    client.get(base)
    with CaptureQueriesContext(connection) as few:
        client.get(base)
    many(world, 30, tags=["sea"])
    with CaptureQueriesContext(connection) as much:
        page = client.get(base)
    assert len(much) == len(few) <= 12, [each["sql"][:90] for each in much]
    assert len(page.content) <= 100_000


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=quay", {"Quay"}),
        ("q=BOATS", {"Quay", "Film"}),
        ("q=summ", {"Film"}),
        ("kind=video", {"Film"}),
        ("kind=picture", {"Quay", "Loose"}),
        ("tag=summer", {"Film"}),
        ("folder=top", {"Film", "Loose"}),
        ("folder=nonsense&kind=nonsense&brand=nonsense", {"Quay", "Film", "Loose"}),
        ("q=%00quay", {"Quay"}),
    ],
)
def test_files_are_found_by_word_kind_tag_and_folder(
    world: World, client: Client, base: str, query: str, names: set[str]
) -> None:
    with org_atomic(world.id):
        folder = make_library.asset_folder(world.brand)
        make_library.asset(world.brand, name="Quay", folder=folder)
        make_library.asset(world.brand, name="Film", content_type="video/mp4", tags=["summer"])
        make_library.asset(world.brand, name="Loose", alt="Nets.")
    page = client.get(f"{base}?{query}").content.decode()
    assert {name for name in ("Quay", "Film", "Loose") if f">{name}</a>" in page} == names


def test_the_list_goes_on_page_by_page(world: World, client: Client, base: str) -> None:
    many(world, 30)
    page = client.get(base).content.decode()
    assert ">File 29</a>" in page and ">File 2</a>" not in page
    cursor = page.split("cursor=")[1].split('"')[0]
    assert ">File 2</a>" in client.get(f"{base}?cursor={unquote(cursor)}").content.decode()


def test_several_files_are_tagged_moved_deleted_and_brought_back(
    world: World, client: Client, base: str
) -> None:
    ids = [str(each.pk) for each in many(world, 3)]
    with org_atomic(world.id):
        folder = make_library.asset_folder(world.brand)
    chosen = {"asset": ids[:2]}
    assert client.post(f"{base}tags/", {**chosen, "tags": "quay, sea"}).status_code == 302
    assert client.post(f"{base}moves/", {**chosen, "folder": str(folder.pk)}).status_code == 302
    with org_atomic(world.id):
        assert Asset.objects.filter(folder=folder, tags=["quay", "sea"]).count() == 2
    answer = client.post(f"{base}deletion/", chosen, headers={"HX-Request": "true"})
    assert "undo_url" in answer["HX-Trigger"] and ">File 2</a>" in answer.content.decode()
    assert ">File 1</a>" not in answer.content.decode()
    assert ">File 1<" in client.get(f"{base}?deleted=yes").content.decode()
    undo = "&".join(f"asset={each}" for each in ids[:2])
    assert client.post(f"{base}restoration/?{undo}").status_code == 302
    with org_atomic(world.id):
        assert Asset.objects.count() == 3


@pytest.mark.parametrize("verb", ["tags", "moves", "deletion"])
def test_nothing_ticked_is_said_and_nothing_happens(client: Client, base: str, verb: str) -> None:
    page = client.post(f"{base}{verb}/", {"tags": "x"}, follow=True).content.decode()
    assert "Choose the files first" in page
    assert client.post(f"{base}{verb}/", headers={"HX-Request": "true"}).status_code == 422


def test_files_are_uploaded_by_a_plain_form(world: World, client: Client, base: str) -> None:
    files = [make_library.upload(), make_library.upload(b"nothing", "notes.txt")]
    said = {"upload": files, "brand": str(world.brand.pk)}
    page = client.post(f"{base}new/", said, follow=True).content.decode()
    assert "“harbour” is in the library" in page and "notes.txt: That is neither" in page
    again = {"upload": make_library.upload(), "brand": str(world.brand.pk)}
    assert (
        "in the library already" in client.post(f"{base}new/", again, follow=True).content.decode()
    )
    with org_atomic(world.id):
        assert Asset.objects.get().brand_id == world.brand.pk


def test_a_file_is_named_described_and_given_its_point(
    world: World, client: Client, base: str
) -> None:
    with org_atomic(world.id):
        asset = make_library.asset(world.brand)
    said = {"name": "Quay", "alt": "Boats", "tags": "a, b", "focal_x": "25", "focal_y": "80"}
    assert client.post(f"{base}{asset.pk}/edit/", said).status_code == 302
    with org_atomic(world.id):
        asset.refresh_from_db()
    assert (asset.name, asset.tags, asset.focal_x, asset.focal_y) == ("Quay", ["a", "b"], 0.25, 0.8)
    wrong = client.post(f"{base}{asset.pk}/edit/", {**said, "focal_x": "101"})
    assert wrong.status_code == 422 and "Quay" in wrong.content.decode()


def test_a_picture_is_cut_by_shape_and_by_numbers(world: World, client: Client, base: str) -> None:
    with org_atomic(world.id):
        asset = make_library.asset(world.brand)
    cut = client.post(f"{base}{asset.pk}/cut/", {"ratio": "1:1"})
    assert cut.status_code == 302 and str(asset.pk) not in cut["Location"]
    numbers = {"ratio": "1:1", "x": "0", "y": "0", "width": "50", "height": "50"}
    client.post(f"{base}{asset.pk}/cut/", numbers)
    with org_atomic(world.id):
        sides = set(asset.cuts.values_list("width", "height"))
    assert sides == {(48, 48), (32, 24)}
    page = client.post(f"{base}{asset.pk}/cut/", {**numbers, "width": "0.5"}, follow=True)
    assert "at least 16 pixels" in page.content.decode()


def test_a_page_says_where_a_file_is_used(world: World, client: Client, base: str) -> None:
    with org_atomic(world.id):
        asset = make_library.asset(world.brand)
        media = [{"reference": asset.reference, "content_type": "image/jpeg", "alt": ""}]
        make.pending_post(world.brand, world.account, media=media, content="Bread at dawn")
        Composition.objects.create(brand=world.brand, text="A draft of it", media=media)
    page = client.get(f"{base}{asset.pk}/").content.decode()
    assert "Bread at dawn" in page and "A draft of it" in page


def test_a_page_shows_what_each_network_gets(world: World, client: Client, base: str) -> None:
    with org_atomic(world.id):
        asset = make_library.asset(world.brand)
    page = client.get(f"{base}{asset.pk}/networks/").content.decode()
    assert "Fits as it is" in page or "Made to fit" in page


@pytest.mark.parametrize(
    ("width", "height", "shape"), [(1000, 1000, ""), (1000, 3000, "4:5"), (3000, 1000, "1.91:1")]
)
def test_the_shape_that_avoids_edges_is_named(width: int, height: int, shape: str) -> None:
    limits = Limits(max_characters=100, image_ratio_min=0.8, image_ratio_max=1.91)
    medium = {"content_type": "image/jpeg", "width": width, "height": height}
    assert better_shape(medium, limits) == shape


def test_the_picker_keeps_what_is_ticked(world: World, client: Client, base: str) -> None:
    ids = [str(each.pk) for each in many(world, 3)]
    page = client.get(f"{base}choice/", {"q": "nothing like it", "asset": ids[0]}).content.decode()
    assert page.count('name="asset"') == 1 and "checked" in page and ids[0] in page
    page = client.get(f"{base}choice/", {"asset": ids[0]}).content.decode()
    assert page.count('name="asset"') == 3 and page.count("checked") == 1


def test_folders_are_made_and_changed_on_their_pages(
    world: World, client: Client, base: str
) -> None:
    assert client.post(f"{base}folders/new/", {"name": "Summer"}).status_code == 302
    with org_atomic(world.id):
        folder = AssetFolder.objects.get()
    wrong = client.post(f"{base}folders/new/", {"name": "summer"})
    assert wrong.status_code == 422 and "here already" in wrong.content.decode()
    client.post(f"{base}folders/{folder.pk}/", {"name": "Autumn"})
    assert "Autumn" in client.get(base).content.decode()
    assert client.post(f"{base}folders/{folder.pk}/deletion/").status_code == 302


def test_a_viewer_looks_and_changes_nothing(world: World, base: str) -> None:
    with org_atomic(world.id):
        asset = make_library.asset(world.brand)
    client = sign_in_confirmed(Client(), world.viewer)
    for url in (base, f"{base}{asset.pk}/", f"{base}choice/", f"{base}{asset.pk}/networks/"):
        assert client.get(url).status_code == 200
    page = client.get(base).content.decode() + client.get(f"{base}{asset.pk}/").content.decode()
    assert 'data-behavior="upload"' not in page and "Cut it out" not in page
    for url in ("new/", "deletion/", f"{asset.pk}/edit/", f"{asset.pk}/cut/", "folders/new/"):
        assert client.post(f"{base}{url}").status_code == 403


def test_a_restricted_member_gets_no_file_of_another_brand(world: World, base: str) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Other"))
        theirs = make_library.asset(other, name="Secret")
        shared = make_library.asset(None, name="Shared")
    restrict(world, world.editor)
    client = sign_in_confirmed(Client(), world.editor)
    page = client.get(base).content.decode()
    assert "Shared" in page and "Secret" not in page
    assert client.get(f"{base}{theirs.pk}/").status_code == 404
    pictures = f"{world.path}/pictures/"
    assert client.get(f"{pictures}{shared.file_name}").status_code == 200
    assert client.get(f"{pictures}{theirs.file_name}").status_code == 404


def test_a_stranger_finds_nothing(world: World, base: str) -> None:
    with org_atomic(world.id):
        asset = make_library.asset(world.brand)
    client = sign_in_confirmed(Client(), world.stranger)
    for url in (base, f"{base}{asset.pk}/"):
        assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1_536, "1.5 kB"), (250 * 1024**2, "250 MB"), (int(1.2 * 1024**3), "1.2 GB")],
)
def test_sizes_are_said_as_people_say_them(size: int, words: str) -> None:
    assert size_words(size) == words


def test_a_library_that_fills_up_shows_it(
    world: World, client: Client, base: str, settings: Settings
) -> None:
    settings.WARREN_UPLOAD_QUOTA_MB = 0
    assert "Space" in client.get(base).content.decode()
