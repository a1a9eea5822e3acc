from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Response

from config.kernel.clock import now
from config.kernel.embeddings import current_model
from config.kernel.errors import Unavailable
from config.kernel.scoping import org_atomic, scope
from config.kernel.states import IllegalMove, move
from content.models import ContentEmbedding, Material, MaterialStatus
from content.services import material_analysis, similarity
from content.services.material_analysis import due_materials
from content.services.materials import (
    add_file,
    add_text,
    add_url,
    analyse_material,
    archive_material,
    delete_material,
    edit_material,
    retry_material,
)
from content.tasks import analyse, sweep_materials
from organizations.models import AuditRecord
from organizations.services.files import delete_stored
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

PAGE = f"""<!doctype html><html lang="en"><head><title>Masts in twelve days</title></head><body>
<main><h1>Masts in twelve days</h1><p>{make.TEXT}</p>
<p>See <a href="https://harbour.example/prices">the prices</a>.</p></main></body></html>"""


@pytest.fixture(autouse=True)
def _quick_vectors(settings: Any) -> None:
    """Hashed n-grams find repetitions too, at a thousandth of the price of the offline model."""
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"


@pytest.fixture
def text(world: World) -> Material:
    with org_atomic(world.id):
        return add_text(text=make.TEXT, name="Masts", brand=world.brand, by=world.editor)


def analysed(world: World, material: Material, **more: Any) -> Material:
    with scope(world.id):
        analyse_material(material_id=material.pk, **more)
    with org_atomic(world.id):
        material.refresh_from_db()
    return material


# -- from uploaded to ready ----


def test_a_text_becomes_ready_to_write_from(world: World, text: Material) -> None:
    told: list[str] = []
    material = analysed(world, text, progress=lambda step, message: told.append(step))
    assert material.status == MaterialStatus.READY
    assert told == ["read", "understand", "place", "ready"]
    assert "masts" in material.summary.lower()
    assert 1 <= len(material.key_points) <= 7
    assert 3 <= len(material.suggested_angles) <= 5
    assert "varnish" in material.keywords
    assert (material.language, material.analyzed_by) == ("en", "offline")
    assert material.is_offline
    assert material.content_hash == similarity.content_hash(make.TEXT)
    assert (material.due_at, material.claimed_until, material.attempts) == (None, None, 0)


def test_a_ready_material_has_its_place_among_the_vectors(world: World, text: Material) -> None:
    analysed(world, text)
    with org_atomic(world.id):
        row = ContentEmbedding.objects.get(content_id=text.pk)
        assert (row.content_type, row.model) == ("material", current_model())
        assert row.brand_id == world.brand.pk
        actions = AuditRecord.objects.filter(target_id=text.pk).values_list("action", flat=True)
        assert set(actions) == {"material.added", "material.analysed"}


def test_a_page_is_fetched_and_called_by_its_title(world: World, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/masts").respond_with_data(PAGE, content_type="text/html")
    address = httpserver.url_for("/masts")
    with org_atomic(world.id):
        material = add_url(url=address, brand=world.brand, by=world.editor)
    material = analysed(world, material)
    assert material.status == MaterialStatus.READY, material.error
    assert material.name == "Masts in twelve days"
    assert "Douglas fir" in material.extracted_text
    assert material.links[0] == address
    assert "https://harbour.example/prices" in material.links


def test_a_file_and_a_picture_are_read_too(world: World) -> None:
    picture = SimpleUploadedFile("mast.gif", _picture())
    with org_atomic(world.id):
        file = add_file(
            upload=SimpleUploadedFile("masts.md", f"# Masts\n\n{make.TEXT}".encode()),
            brand=None,
            by=world.editor,
        )
        image = add_file(
            upload=picture,
            brand=world.brand,
            by=world.editor,
            alt_text="A wooden mast lies on two trestles in the sun, freshly varnished.",
        )
    assert analysed(world, file).status == MaterialStatus.READY
    assert analysed(world, image).status == MaterialStatus.READY
    assert image.extracted_text.startswith("A wooden mast")


def test_a_material_becomes_ready_without_the_embedder(
    world: World, text: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(texts: object) -> None:
        raise Unavailable("The embedding service is away.")

    monkeypatch.setattr(similarity, "embed", away)
    assert analysed(world, text).status == MaterialStatus.READY
    with org_atomic(world.id):
        assert not ContentEmbedding.objects.exists()


# -- what goes wrong ----


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(404, "no page at that address"), (403, "paste the text"), (451, "paste the text")],
)
def test_a_page_that_stays_away_fails_with_what_to_do(
    world: World, httpserver: HTTPServer, status: int, sentence: str
) -> None:
    httpserver.expect_request("/gone").respond_with_data("no", status=status)
    with org_atomic(world.id):
        material = add_url(url=httpserver.url_for("/gone"), brand=None, by=world.editor)
    material = analysed(world, material)
    assert material.status == MaterialStatus.FAILED
    assert sentence in material.error
    assert material.due_at is None


def test_a_page_in_trouble_is_tried_three_times_with_growing_waits(
    world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/busy").respond_with_data("no", status=503)
    with org_atomic(world.id):
        material = add_url(url=httpserver.url_for("/busy"), brand=None, by=world.editor)
    waits = []
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(2):
            material = analysed(world, material)
            assert material.status == MaterialStatus.UPLOADED
            assert "tries again by itself" in material.error
            assert material.due_at is not None
            waits.append((material.due_at - now()).total_seconds())
            with scope(world.id):
                assert analyse_material(material_id=material.pk) is None  # not due yet
            clock.shift(waits[-1])
        material = analysed(world, material)
    assert waits == [5, 20]
    assert material.status == MaterialStatus.FAILED
    assert material.error.startswith("Tried three times. The site has a fault")


def test_the_site_says_how_long_to_wait(world: World, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/busy").respond_with_response(
        Response("no", status=429, headers={"Retry-After": "90"})
    )
    with org_atomic(world.id):
        material = add_url(url=httpserver.url_for("/busy"), brand=None, by=world.editor)
    with time_machine.travel(now(), tick=False):
        material = analysed(world, material)
        assert material.due_at == now() + timedelta(seconds=90)


def test_an_address_inside_the_network_is_never_opened(world: World) -> None:
    with org_atomic(world.id):
        material = add_url(url="http://169.254.169.254/latest", brand=None, by=world.editor)
    material = analysed(world, material)
    assert material.status == MaterialStatus.FAILED
    assert "not on the public internet" in material.error


def test_a_file_that_is_gone_from_the_disk_is_a_sentence(world: World) -> None:
    with org_atomic(world.id):
        material = add_file(
            upload=SimpleUploadedFile("a.txt", make.TEXT.encode()), brand=None, by=world.editor
        )
        delete_stored(material.file_key)
    material = analysed(world, material)
    assert material.status == MaterialStatus.FAILED
    assert "Upload it again" in material.error


def test_a_failed_material_can_be_mended_and_tried_again(
    world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request("/masts").respond_with_data("no", status=404)
    httpserver.expect_ordered_request("/masts").respond_with_data(PAGE, content_type="text/html")
    with org_atomic(world.id):
        material = add_url(url=httpserver.url_for("/masts"), brand=None, by=world.editor)
    material = analysed(world, material)
    with org_atomic(world.id):
        retry_material(material=material, by=world.editor)
    assert analysed(world, material).status == MaterialStatus.READY
    assert material.error == ""


# -- one worker at a time ----


def test_a_second_worker_gets_nothing(world: World, text: Material) -> None:
    with scope(world.id):
        assert material_analysis._claimed(text.pk)
        assert analyse_material(material_id=text.pk) is None


def test_a_dead_workers_material_is_taken_up_after_its_lease(world: World, text: Material) -> None:
    with scope(world.id):
        material_analysis._claimed(text.pk)
    with time_machine.travel(now() + timedelta(seconds=301)):
        assert analysed(world, text).status == MaterialStatus.READY


def test_a_late_worker_changes_nothing(world: World, text: Material) -> None:
    with scope(world.id):
        late = material_analysis._claimed(text.pk)
        assert late
        with time_machine.travel(now() + timedelta(seconds=301)):
            analyse_material(material_id=text.pk)
        assert not material_analysis._settle(late, {"summary": "Late."}, None)
        material_analysis._fail(late, "Late.")
    with org_atomic(world.id):
        text.refresh_from_db()
    assert text.status == MaterialStatus.READY
    assert text.summary != "Late."


def test_a_material_that_kills_its_workers_fails_after_three(world: World, text: Material) -> None:
    with scope(world.id):
        for turn in range(3):
            with time_machine.travel(now() + timedelta(seconds=301 * turn)):
                assert material_analysis._claimed(text.pk)
    with time_machine.travel(now() + timedelta(seconds=301 * 3)):
        material = analysed(world, text)
    assert material.status == MaterialStatus.FAILED
    assert "broke off three times" in material.error


def test_a_deleted_material_is_not_read(world: World, text: Material) -> None:
    with org_atomic(world.id):
        delete_material(material=text, by=world.editor)
    with scope(world.id):
        assert analyse_material(material_id=text.pk) is None


def test_materials_of_another_organization_cannot_be_reached(world: World, text: Material) -> None:
    with scope(world.foreign.id):
        assert analyse_material(material_id=text.pk) is None


# -- the sweep ----


def test_the_sweep_finds_due_materials_of_every_organization(world: World, text: Material) -> None:
    with org_atomic(world.foreign.id):
        theirs = add_text(text=make.TEXT, brand=None, by=world.stranger)
    found = {(row.organization_id, row.id) for row in due_materials()}
    assert found == {(world.id, text.pk), (world.foreign.id, theirs.pk)}


def test_the_sweep_leaves_what_is_claimed_ready_or_not_due(world: World, text: Material) -> None:
    with scope(world.id):
        material_analysis._claimed(text.pk)
    with org_atomic(world.id):
        make.material(world.brand, due_at=now())
        make.material(
            world.brand, status=MaterialStatus.UPLOADED, due_at=now() + timedelta(minutes=1)
        )
    assert due_materials() == []
    with time_machine.travel(now() + timedelta(seconds=301)):
        assert len(due_materials()) == 2


def test_a_swept_material_is_sent_to_the_worker_under_its_organization(
    world: World, text: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, ...]] = []
    monkeypatch.setattr("content.tasks.hint", lambda task, *ids: sent.append(ids))
    assert sweep_materials() == 1
    assert sent == [(str(world.id), str(text.pk))]
    analyse(*sent[0])
    with org_atomic(world.id):
        text.refresh_from_db()
    assert text.status == MaterialStatus.READY


def test_a_new_material_sends_its_hint_only_when_it_is_committed(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[tuple[str, ...]] = []
    monkeypatch.setattr("content.services.materials.hint", lambda task, *ids: sent.append(ids))
    with django_capture_on_commit_callbacks(execute=True):
        with org_atomic(world.id):
            material = add_text(text=make.TEXT, brand=None, by=world.editor)
        assert sent == []
    assert sent == [(str(world.id), str(material.pk))]


# -- the state graph ----

MOVES = st.lists(st.sampled_from(list(MaterialStatus)), max_size=12)


@given(path=MOVES)
@checked(max_examples=200, deadline=None)
def test_every_material_can_always_be_left_and_used_again(path: list[MaterialStatus]) -> None:
    graph = Material.graph
    state = graph.start
    for wanted in path:
        if graph.allows(state, wanted):
            state = wanted
    reached, edge = {state}, {state}
    while edge:
        edge = {after for before in edge for after in graph.moves[before]} - reached
        reached |= edge
    assert {MaterialStatus.READY, MaterialStatus.ARCHIVED} <= reached


@pytest.mark.parametrize("before", list(MaterialStatus))
@pytest.mark.parametrize("after", list(MaterialStatus))
def test_a_row_moves_only_along_its_graph(
    world: World, before: MaterialStatus, after: MaterialStatus
) -> None:
    with org_atomic(world.id):
        material = make.material(world.brand, status=before)
        if Material.graph.allows(before, after):
            assert move(material, after)
            material.refresh_from_db()
            assert material.status == after
        else:
            with pytest.raises(IllegalMove):
                move(material, after)


def test_people_cannot_touch_a_material_of_another_organization(
    world: World, text: Material
) -> None:
    with org_atomic(world.foreign.id):
        assert not Material.with_deleted.filter(pk=text.pk).exists()
        assert not move(text, MaterialStatus.ARCHIVED)


def test_what_is_said_of_a_picture_later_is_read_on_the_next_try(world: World) -> None:
    with org_atomic(world.id):
        image = add_file(
            upload=SimpleUploadedFile("mast.gif", _picture()),
            brand=world.brand,
            by=world.editor,
            alt_text="A mast.",
        )
    analysed(world, image)
    with org_atomic(world.id):
        edit_material(material=image, by=world.editor, alt_text="A varnished mast in the sun.")
        retry_material(material=image, by=world.editor)
    assert analysed(world, image).extracted_text == "A varnished mast in the sun."


def test_an_archived_material_is_not_read(world: World, text: Material) -> None:
    with org_atomic(world.id):
        archive_material(material=text, by=world.editor)
    with scope(world.id):
        assert analyse_material(material_id=text.pk) is None


def _picture() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("P", (20, 10)).save(out, "GIF")
    return out.getvalue()
