"""Videos that people give: taken by content, cleaned, kept, and handed back in pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import TimestampSigner
from django.test import Client

from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import Material
from content.services.generation import _media
from content.services.materials import add_file
from content.services.media import keep_medium
from organizations.services.files import read_stored, store_file, stored_bytes
from publishing.services.networks import public_address
from tests.peers.sessions import picture
from tests.videos import video
from tests.world import World

pytestmark = pytest.mark.django_db


def given(data: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("mp4", "video/mp4"), ("mov", "video/quicktime"), ("webm", "video/webm")],
)
def test_a_video_becomes_a_material_that_posts_are_made_of(
    world: World, kind: str, content_type: str
) -> None:
    data = video(kind=kind)
    with org_atomic(world.id):
        kept = add_file(
            upload=given(data, f"film.{kind}"),
            brand=world.brand,
            by=world.editor,
            alt_text="A mast is raised.",
        )
        assert (kept.kind, kept.mime_type) == (Material.Kind.VIDEO, content_type)
        assert kept.file_size_bytes == len(read_stored(kept.file_key))
        (medium,) = _media(kept)
    assert medium["content_type"] == content_type and medium["alt"] == "A mast is raised."


def test_what_the_camera_wrote_is_gone_before_the_file_has_a_name(world: World) -> None:
    data = video(kind="mov", more=("-metadata", "location=+48.1374+011.5755/"))
    assert b"+48.13" in data
    with org_atomic(world.id):
        kept = keep_medium(upload=given(data, "film.mov"))
        assert b"+48.13" not in read_stored(kept.reference)
    assert (kept.width, kept.height) == (128, 96)
    assert kept.as_json("x")["duration_seconds"] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (lambda: video(), "film.pdf", "upload_ending_wrong"),
        (lambda: video()[:500], "film.mp4", "video_damaged"),
        (lambda: b"RIFF....AVI " + b"x" * 80, "film.avi", "video_kind_unknown"),
        (lambda: b"plain words", "film.mp4", "upload_no_medium"),
        (lambda: picture(), "photo.mp4", "upload_ending_wrong"),
    ],
)
def test_what_is_refused_is_not_kept(
    world: World, data: Callable[[], bytes], name: str, code: str
) -> None:
    with org_atomic(world.id):
        before = stored_bytes()
        with pytest.raises(Invalid) as refused:
            keep_medium(upload=given(data(), name))
        assert stored_bytes() == before
    assert (refused.value.code, refused.value.field) == (code, "upload")


def test_a_video_may_be_so_large(world: World, settings: Any) -> None:
    settings.WARREN_VIDEO_MB = 0
    with org_atomic(world.id), pytest.raises(Invalid, match="at most 0 MB"):
        keep_medium(upload=given(video(), "film.mp4"))


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize(
    ("wanted", "status", "piece"),
    [
        ("", 200, slice(None)),
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-50", 206, slice(-50, None)),
        ("bytes=10-99999999", 206, slice(10, None)),
        ("bytes=0-1,5-6", 200, slice(None)),
        ("bytes=9-3", 416, slice(0, 0)),
        ("bytes=99999999-", 416, slice(0, 0)),
        ("items=0-9", 200, slice(None)),
    ],
)
def test_a_network_gets_the_piece_that_it_asks_for(
    world: World, client: Client, wanted: str, status: int, piece: slice
) -> None:
    data = video()
    with org_atomic(world.id):
        address = public_address(store_file(data, ending="mp4"))
    path = address.partition("//")[2].partition("/")[2]
    response = client.get(f"/{path}", headers={"Range": wanted} if wanted else {})
    assert response.status_code == status
    assert body(response) == data[piece]
    if status == 416:
        assert response.headers["Content-Range"] == f"bytes */{len(data)}"
        return
    assert response.headers["Content-Type"] == "video/mp4"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert int(response.headers["Content-Length"]) == len(data[piece])
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_a_network_may_ask_first_how_long_it_is(world: World, client: Client) -> None:
    data = picture()
    with org_atomic(world.id):
        address = public_address(store_file(data, ending="jpg"))
    path = address.partition("//")[2].partition("/")[2]
    response = client.head(f"/{path}")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert response.headers["Content-Length"] == str(len(data))
    assert client.post(f"/{path}").status_code == 405


def test_only_an_address_of_ours_opens_a_file(world: World, client: Client) -> None:
    with org_atomic(world.id):
        reference = store_file(picture(), ending="jpg")
        other = store_file(picture(), ending="jpg")
        mark = public_address(reference).partition("/shared/")[2].partition("/")[0]
    forged = TimestampSigner(salt="another").sign(reference).removeprefix(f"{reference}:")
    for signed in (reference, f"{forged}/{reference}", f"{mark}/{other}", f"{mark}/", "x"):
        assert client.get(f"/shared/{signed}").status_code == 404
