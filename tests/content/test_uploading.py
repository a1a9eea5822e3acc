"""Resumable uploads, spoken as tus clients speak, against the real views and real files."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.scoping import org_atomic, scope
from content.models import Asset, Upload
from content.services import uploading
from organizations.services.incoming_files import append, incoming_path, new_incoming
from tests import make_library as make
from tests.organizations.confirming import sign_in_confirmed
from tests.world import World

pytestmark = pytest.mark.django_db


class Tus:
    """One person's client."""

    def __init__(self, world: World, user: Any) -> None:
        self.client = sign_in_confirmed(Client(), user)
        self.base = f"{world.path}/library/uploads/"

    def create(self, length: int, **metadata: str) -> Any:
        said = ",".join(
            f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items()
        )
        return self.send(
            "POST", self.base, **{"Upload-Length": str(length), "Upload-Metadata": said}
        )

    def patch(self, url: str, data: bytes, at: int, **headers: str) -> Any:
        kind = headers.pop("kind", "application/offset+octet-stream")
        told = {"Upload-Offset": str(at), **headers}
        return self.send("PATCH", url, data=data, content_type=kind, **told)

    def head(self, url: str) -> Any:
        return self.send("HEAD", url)

    def send(self, method: str, url: str, **said: Any) -> Any:
        kind = said.pop("content_type", "application/octet-stream")
        data = said.pop("data", b"")
        told = {"Tus-Resumable": "1.0.0", **said}
        return self.client.generic(method, url, data, content_type=kind, headers=told)


@pytest.fixture
def tus(world: World) -> Tus:
    return Tus(world, world.editor)


def begun(world: World, length: int, name: str = "harbour.jpg") -> Upload:
    with org_atomic(world.id):
        return uploading.begin_upload(
            length=length, name=name, brand=world.brand, folder=None, by=world.editor
        )


def put(world: World, upload: Upload, data: bytes, at: int) -> uploading.Step:
    with scope(world.id):
        return uploading.take_piece(upload=upload, at=at, piece=io.BytesIO(data), size=len(data))


def test_a_file_sent_in_pieces_becomes_an_asset(world: World, tus: Tus) -> None:
    data = make.photo()
    made = tus.create(len(data), filename="quay.jpg", brand=str(world.brand.pk))
    assert made.status_code == 201 and made["Tus-Resumable"] == "1.0.0" and made["Upload-Expires"]
    url = made["Location"]
    first = tus.patch(url, data[:100], 0)
    assert (first.status_code, first["Upload-Offset"]) == (204, "100")
    asked = tus.head(url)
    assert (asked["Upload-Offset"], asked["Upload-Length"]) == ("100", str(len(data)))
    assert asked["Cache-Control"] == "no-store"
    last = tus.patch(url, data[100:], 100)
    assert last.status_code == 204 and last["Upload-Offset"] == str(len(data))
    with org_atomic(world.id):
        asset = Asset.objects.get()
        assert (asset.name, asset.brand_id, asset.width) == ("quay", world.brand.pk, 64)
        assert last["Warren-Asset"] == str(asset.pk)
        with pytest.raises(NotFound):
            incoming_path(Upload.objects.get().key)


def test_what_the_server_can_do_is_told(tus: Tus) -> None:
    told = tus.client.options(tus.base)
    assert told.status_code == 204 and told["Tus-Version"] == "1.0.0"
    assert {"creation", "expiration", "termination"} <= set(told["Tus-Extension"].split(","))
    assert int(told["Tus-Max-Size"]) == uploading.most_bytes()


def test_a_client_of_another_version_is_told_ours(tus: Tus) -> None:
    answer = tus.send("POST", tus.base, **{"Tus-Resumable": "0.2.2", "Upload-Length": "5"})
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize("length", ["", "-1", "x", "1e3", "9" * 20])
def test_a_length_that_is_none_is_refused(tus: Tus, length: str) -> None:
    assert tus.send("POST", tus.base, **{"Upload-Length": length}).status_code == 422


def test_a_piece_at_the_wrong_place_is_refused_and_told_where_to_go_on(tus: Tus) -> None:
    url = tus.create(1_000)["Location"]
    tus.patch(url, b"x" * 300, 0)
    for at in (0, 200, 400):
        answer = tus.patch(url, b"y" * 100, at)
        assert (answer.status_code, answer["Upload-Offset"]) == (409, "300")


def test_a_piece_of_another_kind_is_refused(tus: Tus) -> None:
    url = tus.create(10)["Location"]
    assert tus.patch(url, b"12345", 0, kind="text/plain").status_code == 415


def test_more_than_was_announced_is_refused_and_not_kept(world: World, tus: Tus) -> None:
    url = tus.create(10)["Location"]
    assert tus.patch(url, b"x" * 11, 0).status_code == 422
    assert tus.head(url)["Upload-Offset"] == "0"


def test_a_piece_that_arrived_broken_is_not_kept(tus: Tus) -> None:
    url = tus.create(10)["Location"]
    right = base64.b64encode(hashlib.sha256(b"12345").digest()).decode()
    wrong = {"Upload-Checksum": f"sha256 {right}"}
    assert tus.patch(url, b"1234X", 0, **wrong).status_code == 460
    assert tus.head(url)["Upload-Offset"] == "0"
    assert tus.patch(url, b"12345", 0, **wrong).status_code == 204


def test_an_upload_can_be_called_off(world: World, tus: Tus) -> None:
    url = tus.create(10)["Location"]
    tus.patch(url, b"12345", 0)
    with org_atomic(world.id):
        path = incoming_path(Upload.objects.get().key)
    assert tus.send("DELETE", url).status_code == 204
    assert tus.head(url).status_code == 404 and not path.exists()


def test_nobody_else_goes_on_with_an_upload(world: World, tus: Tus) -> None:
    url = tus.create(10)["Location"]
    assert Tus(world, world.owner).head(url).status_code == 404
    assert Tus(world, world.viewer).patch(url, b"1", 0).status_code == 403
    assert Tus(world, world.stranger).head(url).status_code == 404


def test_a_proxy_that_knows_no_patch_lets_pieces_through(tus: Tus) -> None:
    url = tus.create(10)["Location"]
    headers = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    kind = "application/offset+octet-stream"
    answer = tus.send("POST", url, data=b"12345", content_type=kind, **headers)
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "5")


def test_pieces_need_the_token_of_the_form(world: World) -> None:
    tus = Tus(world, world.editor)
    tus.client.handler.enforce_csrf_checks = True
    assert tus.create(10).status_code == 403


def test_a_file_that_is_refused_says_why_and_leaves_nothing(world: World, tus: Tus) -> None:
    url = tus.create(20, filename="quay.jpg")["Location"]
    answer = tus.patch(url, b"no picture in here..", 0)
    assert answer.status_code == 422 and "neither a picture nor" in answer.json()["detail"]
    with org_atomic(world.id):
        row = Upload.objects.get()
        assert row.problem and not Asset.objects.exists()
    again = tus.patch(url, b"", 20)
    assert again.status_code == 422 and again.json()["detail"] == row.problem


def test_what_is_in_the_library_is_told_by_its_name(world: World, tus: Tus) -> None:
    with org_atomic(world.id):
        make.asset(None, name="Café", checksum=hashlib.sha256(make.photo()).hexdigest())
    data = make.photo()
    answer = tus.patch(tus.create(len(data))["Location"], data, 0)
    assert answer["Warren-Known"] == "Caf%C3%A9"


def test_bytes_that_a_dead_process_left_are_cut_off_before_going_on(world: World) -> None:
    data = make.photo()
    upload = begun(world, len(data))
    put(world, upload, data[:100], 0)
    with scope(world.id):
        # On the disk, but the row never said so: the process ended between the two.
        append(upload.key, io.BytesIO(b"half a piece"), at=100)
        assert incoming_path(upload.key).stat().st_size == 112
    step = put(world, upload, data[100:], 100)
    assert step.asset is not None and step.asset.checksum == hashlib.sha256(data).hexdigest()


def test_two_who_write_at_one_place_do_not_mix(world: World) -> None:
    upload = begun(world, 100)
    put(world, upload, b"a" * 10, 0)
    with pytest.raises(Conflict) as caught:
        put(world, upload, b"b" * 10, 0)
    assert caught.value.extra["offset"] == 10
    with scope(world.id):
        assert incoming_path(upload.key).read_bytes() == b"a" * 10


def test_an_answer_that_got_lost_is_asked_for_again(world: World) -> None:
    data = make.photo()
    upload = begun(world, len(data))
    first = put(world, upload, data, 0)
    again = put(world, upload, b"", len(data))
    assert first.asset is not None and again.asset is not None
    assert again.asset.pk == first.asset.pk
    with org_atomic(world.id):
        assert Asset.objects.count() == 1


def test_a_crash_before_the_file_was_looked_at_costs_one_empty_piece(world: World) -> None:
    data = make.photo()
    upload = begun(world, len(data))
    with org_atomic(world.id):
        append(upload.key, io.BytesIO(data), at=0)
        Upload.objects.filter(pk=upload.pk).update(offset=len(data))
    assert put(world, upload, b"", len(data)).asset is not None


def test_a_file_that_lost_bytes_has_to_come_again(world: World) -> None:
    upload = begun(world, 100)
    put(world, upload, b"a" * 50, 0)
    with scope(world.id):
        incoming_path(upload.key).write_bytes(b"a" * 20)
    with pytest.raises(NotFound) as caught:
        put(world, upload, b"a", 50)
    assert caught.value.code == "upload_gone"


def test_too_large_and_empty_files_are_refused_before_they_are_sent(
    world: World, settings: Settings
) -> None:
    settings.WARREN_VIDEO_MB = 30
    for length in (0, 31 * 1_048_576):
        with pytest.raises(Invalid):
            begun(world, length)


def test_room_is_held_for_what_is_on_its_way(world: World, settings: Settings) -> None:
    settings.WARREN_UPLOAD_QUOTA_MB = 1
    begun(world, 700_000)
    with pytest.raises(Invalid) as caught:
        begun(world, 700_000)
    assert caught.value.code == "upload_quota"


def test_what_nobody_goes_on_with_is_given_up_after_a_day(world: World) -> None:
    upload = begun(world, 100)
    put(world, upload, b"a" * 50, 0)
    with scope(world.id):
        path = incoming_path(upload.key)
    with time_machine.travel(now() + timedelta(hours=23), tick=False):
        assert uploading.expire_uploads() == 0
    with time_machine.travel(now() + timedelta(hours=25), tick=False):
        with org_atomic(world.id), pytest.raises(NotFound):
            uploading.upload_of(upload.pk, world.editor)
        assert uploading.expire_uploads() == 1
    assert not path.exists()
    with org_atomic(world.id):
        assert not Upload.objects.exists()


def test_a_file_whose_row_never_came_goes_after_two_days(world: World) -> None:
    with scope(world.id):
        path = incoming_path(new_incoming())
    with time_machine.travel(now() + timedelta(hours=49), tick=False):
        uploading.expire_uploads()
    assert not path.exists()


@pytest.mark.parametrize("header", ["filename not-base64!", "filename /w=="])
def test_metadata_that_cannot_be_read_is_refused(header: str) -> None:
    with pytest.raises(Invalid):
        uploading.metadata_of(header)


def test_metadata_may_be_empty_and_have_words_without_values() -> None:
    assert uploading.metadata_of("") == {}
    assert uploading.metadata_of("is_confidential,filename cXVheQ==") == {
        "is_confidential": "",
        "filename": "quay",
    }


def test_a_name_never_leads_out_of_its_folder(world: World) -> None:
    assert begun(world, 10, "../../etc/passwd").name == "passwd"
    with scope(world.id), pytest.raises(NotFound):
        incoming_path("../../../etc/passwd")
