from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import Material, MaterialStatus
from content.services.facts import facts_of
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def test_a_pasted_text_becomes_a_material_that_is_being_read(world: World, page: Client) -> None:
    answer = page.post(
        f"{world.path}/materials/new/?kind=text",
        {"text": make.TEXT, "name": "Masts", "brand": str(world.brand.pk)},
        follow=True,
    )
    assert "Masts" in answer.content.decode()
    with org_atomic(world.id):
        assert Material.objects.get().brand == world.brand


def test_a_text_that_is_too_long_is_refused_at_its_field_and_kept(
    world: World, page: Client
) -> None:
    text = "Long. " * 20_000
    answer = page.post(f"{world.path}/materials/new/?kind=text", {"text": text})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "at most 100 KB" in body
    assert body.count("Long.") > 19_000
    with org_atomic(world.id):
        assert not Material.objects.exists()


def test_a_damaged_video_is_refused_with_what_to_do_instead(world: World, page: Client) -> None:
    film = SimpleUploadedFile("film.mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64)
    answer = page.post(
        f"{world.path}/materials/new/?kind=file", {"upload": film, "alt_text": "A boat"}
    )
    assert answer.status_code == 422
    assert "Save it again as MP4" in answer.content.decode()
    assert "A boat" in answer.content.decode()


def test_the_list_filters_by_state_and_name_and_asks_few_queries(
    world: World, page: Client, django_assert_max_num_queries: object
) -> None:
    with org_atomic(world.id):
        for number in range(40):
            make.material(world.brand, name=f"Mast {number}")
        make.material(None, name="Broken", status=MaterialStatus.FAILED, error="It was empty.")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        body = page.get(f"{world.path}/materials/").content.decode()
    assert "Mast 39" in body and "Older" in body
    failed = page.get(f"{world.path}/materials/?status=failed").content.decode()
    assert "Broken" in failed and "Mast 39" not in failed
    assert "Nothing matches" in page.get(f"{world.path}/materials/?q=zebra").content.decode()


def test_a_failed_material_says_why_and_can_be_read_again(world: World, page: Client) -> None:
    with org_atomic(world.id):
        row = make.material(status=MaterialStatus.FAILED, error="The page asked for a login.")
    url = f"{world.path}/materials/{row.pk}/"
    assert "asked for a login" in page.get(url).content.decode()
    assert "being read again" in page.post(f"{url}reading/", follow=True).content.decode()


def test_a_material_is_archived_used_again_and_deleted(world: World, page: Client) -> None:
    with org_atomic(world.id):
        row = make.material(world.brand)
    url = f"{world.path}/materials/{row.pk}/"
    page.post(f"{url}archive/")
    assert "Use again" in page.get(url).content.decode()
    page.post(f"{url}archive/")
    page.post(f"{url}deletion/")
    assert page.get(url).status_code == 404
    with org_atomic(world.id):
        assert Material.with_deleted.get(pk=row.pk).is_deleted


def test_a_deleted_material_is_listed_and_brought_back(world: World, page: Client) -> None:
    with org_atomic(world.id):
        row = make.material(world.brand, name="Lost mast")
    page.post(f"{world.path}/materials/{row.pk}/deletion/", follow=True)
    assert "Lost mast" not in page.get(f"{world.path}/materials/").content.decode()
    assert "Lost mast" in page.get(f"{world.path}/materials/?status=deleted").content.decode()
    page.post(f"{world.path}/materials/{row.pk}/restoration/")
    assert page.get(f"{world.path}/materials/{row.pk}/").status_code == 200


def test_what_people_say_of_a_material_can_be_changed(world: World, page: Client) -> None:
    with org_atomic(world.id):
        row = make.material(world.brand)
    url = f"{world.path}/materials/{row.pk}/edit/"
    assert row.name in page.get(url).content.decode()
    assert page.post(url, {"name": "", "priority": "5"}).status_code == 422
    page.post(url, {"name": "New name", "priority": "5", "brand": ""})
    with org_atomic(world.id):
        row.refresh_from_db()
    assert (row.name, row.priority, row.brand_id) == ("New name", 5, None)


def test_a_picture_is_shown_to_members_and_to_nobody_else(
    world: World, page: Client, settings: object, tmp_path: object
) -> None:
    settings.WARREN_MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    image = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(image, "PNG")
    upload = SimpleUploadedFile("mast.png", image.getvalue())
    page.post(
        f"{world.path}/materials/new/?kind=file", {"upload": upload, "alt_text": "A red mast"}
    )
    with org_atomic(world.id):
        name = Material.objects.get().file_key.rpartition("/")[2]
    shown = page.get(f"{world.path}/pictures/{name}")
    assert shown.headers["Content-Type"] == "image/png"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    client = Client()
    client.force_login(world.stranger)
    assert client.get(f"{world.path}/pictures/{name}").status_code == 404
    assert client.get(f"/o/{world.foreign.slug}/pictures/{name}").status_code == 404


def test_a_material_shows_its_facts_which_posts_say_them_and_how_those_did(
    world: World, page: Client
) -> None:
    with org_atomic(world.id):
        facts = [fact.as_json() for fact in facts_of(make.TEXT)]
        row = make.material(world.brand, facts=facts)
        coats = next(fact for fact in facts if fact["text"].startswith("34"))
        cited = {
            "span": [0, 4],
            "source_kind": "material",
            "source_id": str(row.pk),
            "source_span": [coats["start"], coats["end"]],
        }
        chosen = make.candidate(make.generation(world.brand, row), citations=[cited])
        pending = make.pending_post(world.brand, world.account, source=row, candidate=chosen)
        make.post(
            world.brand,
            world.account,
            pending_post=pending,
            material=row,
            clicks=41,
            impressions=1_200,
            metrics_updated_at=now(),
        )
    body = page.get(f"{world.path}/materials/{row.pk}/").content.decode()
    assert "34 boats<span" in body and "(figure)" in body
    assert f"{len(facts)} facts, 1 used in posts" in body
    assert "Not in a post yet" in body and "1,200 views, 41 clicks" in body


def test_a_fact_out_of_its_text_is_not_shown(world: World, page: Client) -> None:
    with org_atomic(world.id):
        far = {"text": "x", "start": 5_000, "end": 5_001, "kind": "number"}
        row = make.material(world.brand, facts=[far])
    assert "Facts in it" not in page.get(f"{world.path}/materials/{row.pk}/").content.decode()
