"""Files made to harm: bombs, polyglots, drawings that are programs, and names that lie."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from config.kernel import picture_worker, uploads
from config.kernel.errors import Invalid, NotFound, Unavailable
from config.kernel.scoping import org_atomic, scope
from config.kernel.uploads import hand_out, rewrite_picture
from content.models import Material
from content.services.materials import add_file
from organizations.services.files import store_file, stored_bytes
from tests.house.test_urls import sign_in
from tests.world import World

SCRIPT = b"<script>alert(document.domain)</script>"
PHP = b"<?php system($_GET['c']); ?>"


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, form, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, *, mode: int = 2, depth: int = 8) -> bytes:
    """A real PNG of one colour: millions of pixels in a few kilobytes."""
    row_bytes = 1 + (width * {0: 1, 2: 3, 6: 4}[mode] * depth + 7) // 8
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(row_bytes)) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, mode, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


# -- Polyglots -----------------------------------------------------------------------------------


def polyglots() -> dict[str, bytes]:
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("index.html", SCRIPT)
    png = picture("PNG")
    return {
        "script behind a PNG": png + SCRIPT,
        "script in a PNG's text": png[:33] + chunk(b"tEXt", b"Comment\0" + SCRIPT) + png[33:],
        "script behind a JPEG": picture("JPEG") + PHP + SCRIPT,
        "script in a JPEG's comment": picture("JPEG", comment=SCRIPT + PHP),
        "script in EXIF, with a place": picture("JPEG", exif=exif.tobytes()),
        "script in an ICC profile": picture("JPEG", icc_profile=SCRIPT * 20),
        "script in a GIF's comment": picture("GIF", comment=SCRIPT),
        "GIF that is a script": picture("GIF").replace(b"GIF89a", b"GIF89a", 1) + b"/*" + SCRIPT,
        "archive behind a WebP": picture("WEBP") + archive.getvalue(),
        "XMP in a WebP": picture("WEBP", xmp=SCRIPT, exif=exif.tobytes()),
    }


@pytest.mark.parametrize("name", polyglots())
def test_only_a_picture_is_left_of_a_picture(name: str) -> None:
    clean = rewrite_picture(polyglots()[name])
    for hidden in (b"script", b"php", b"PK\x03\x04", b"Exif", b"GPS", b"XMP"):
        assert hidden not in clean.data
    with Image.open(io.BytesIO(clean.data)) as image:
        assert not image.getexif()
        assert image.size == (40, 30)
        assert not {"comment", "exif", "xmp", "icc_profile", "Comment"} & set(image.info)


def test_an_animation_is_refused_instead_of_stilled() -> None:
    frames = [Image.new("RGB", (10, 10), color) for color in ("red", "blue", "green")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(Invalid, match="moves") as refused:
        rewrite_picture(out.getvalue())
    assert refused.value.code == "picture_moves"


DRAWINGS = [
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<?xml version='1.0'?><svg><script>alert(1)</script></svg>",
    b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><!DOCTYPE svg><svg/>",
    b"  \n<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>",
    b"<SVG/onload=alert(1)>",
]


@pytest.mark.django_db
@pytest.mark.parametrize("data", DRAWINGS)
@pytest.mark.parametrize("name", ["logo.svg", "logo.png", "logo.txt", "logo"])
def test_a_drawing_that_is_a_program_is_refused(world: World, data: bytes, name: str) -> None:
    with org_atomic(world.id), pytest.raises(Invalid, match="SVG|ending"):
        add(world, data, name)


# -- Bombs ---------------------------------------------------------------------------------------


def test_many_pixels_are_refused_before_they_are_unpacked() -> None:
    bomb = png_of(14_000, 14_000)
    assert len(bomb) < 700_000
    with pytest.raises(Invalid, match="50 megapixels"):
        rewrite_picture(bomb)


def test_a_picture_just_within_the_limit_is_taken() -> None:
    clean = rewrite_picture(png_of(7_000, 7_000))
    assert (clean.width, clean.height) == (7_000, 7_000)


def test_a_head_that_lies_about_its_size_is_refused() -> None:
    good = picture("PNG")
    head = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)
    with pytest.raises(Invalid):
        rewrite_picture(good[:8] + chunk(b"IHDR", head) + good[33:])


@pytest.mark.parametrize(
    "data",
    [
        b"SIMPLE  =                    T / FITS bomb" + b" " * 3000,
        b"8BPS\0\x01" + bytes(200),
        b"II*\0" + bytes(200),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run",
        b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100),
        b"BM" + bytes(60),
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + os.urandom(5000),
        b"\xff\xd8\xff\xe0" + os.urandom(5000),
        b"GIF89a" + os.urandom(5000),
        b"RIFF\xff\xff\xff\xffWEBP" + os.urandom(5000),
        b"",
    ],
)
def test_other_kinds_and_rubbish_are_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid, match="upload that") as caught:
        rewrite_picture(data)
    assert caught.value.field == "upload"


def test_the_process_that_decodes_is_limited(tmp_path: Path) -> None:
    """It runs the same limits, and then tries what a decoder that was taken over would."""
    attempts = {
        "memory": "bytearray(600 * 1024 * 1024)",
        "a file": f"open({str(tmp_path / 'x')!r}, 'w').write('x' * 10_000)",
        "a process": "__import__('os').fork()",
        "secrets": "print(__import__('os').environ['WARREN_SECRET_KEY'])",
        "Warren": "__import__('config.env')",
    }
    worker = (
        Path(picture_worker.__file__)
        .read_text()
        .replace('if __name__ == "__main__":\n    main()\n', "")
    )
    results = {}
    for name, attempt in attempts.items():
        code = f"{worker}\n_limit()\ntry:\n    {attempt}\n    print('done')\n"
        code += "except BaseException as error:\n    print(type(error).__name__)\n"
        (tmp_path / "attempt.py").write_text(code)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(uploads, "_WORKER", tmp_path / "attempt.py")
            results[name] = uploads._in_another_process(b"").decode().strip()
    root = os.geteuid() == 0
    assert results["memory"] == "MemoryError"
    assert "done" not in {results["a file"], results["secrets"], results["Warren"]}
    # The kernel does not count root's processes.
    assert root or results["a process"] == "BlockingIOError"


def test_a_decoder_that_never_ends_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spin.py").write_text("while True: pass")
    monkeypatch.setattr(uploads, "_WORKER", tmp_path / "spin.py")
    monkeypatch.setattr(uploads, "WALL_SECONDS", 0.3)
    with pytest.raises(Invalid, match="memory or time"):
        rewrite_picture(picture())


def test_pictures_wait_for_a_seat_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "WALL_SECONDS", 0.01)
    with uploads._SEATS, uploads._SEATS, pytest.raises(Unavailable, match="in a minute"):
        rewrite_picture(picture())


def docx_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("word/document.xml", b" " * 310_000_000)
    return out.getvalue()


def many_parts() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
        for number in range(5_100):
            archive.writestr(f"word/{number}", "")
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("make", [docx_bomb, many_parts])
def test_a_document_that_unpacks_to_too_much_is_refused_at_the_door(
    world: World, make: Any
) -> None:
    with org_atomic(world.id), pytest.raises(Invalid, match="unpacks to far more") as caught:
        add(world, make(), "report.docx")
    assert caught.value.field == "upload"
    with org_atomic(world.id):
        assert not Material.objects.filter(name="report.docx").exists()


# -- Room ----------------------------------------------------------------------------------------


def test_a_team_has_so_much_room_and_no_more(world: World, settings: Settings) -> None:
    with scope(world.foreign.id):
        theirs = stored_bytes()
    settings.WARREN_UPLOAD_QUOTA_MB = 1
    with scope(world.id):
        free = 1024 * 1024 - stored_bytes()
        store_file(bytes(free - 10), ending="txt")
        with pytest.raises(Invalid, match="of 1 MB") as caught:
            store_file(bytes(11), ending="txt")
        assert "Delete materials" in caught.value.message
        store_file(bytes(10), ending="txt")
    with scope(world.foreign.id):
        assert stored_bytes() == theirs


def test_twenty_uploads_at_once_do_not_take_more_than_there_is(
    world: World, settings: Settings
) -> None:
    settings.WARREN_UPLOAD_QUOTA_MB = 1

    def upload(_: int) -> bool:
        with scope(world.id):
            try:
                store_file(bytes(200_000), ending="txt")
            except Invalid:
                return False
            return True

    with scope(world.id):
        room = (1024 * 1024 - stored_bytes()) // 200_000
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(upload, range(20))) == room


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.WARREN_MEDIA_ROOT = tmp_path / "media"


# -- Handing out ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["html", "svg", "xml", "pdf", "docx", "txt", "md", "js", "gif"])
def test_what_we_did_not_write_is_a_download(ending: str) -> None:
    response = hand_out(SCRIPT, ending=ending, name='a"b\r\nSet-Cookie: x=1; ../../../é')
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in response.headers["Content-Disposition"]
    assert "/" not in response.headers["Content-Disposition"].replace("utf-8''", "")
    locked(response)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_our_own_pictures_are_shown_and_nothing_in_them_runs(ending: str) -> None:
    response = hand_out(b"x", ending=ending)
    assert response.headers["Content-Type"].startswith("image/")
    locked(response)


@pytest.mark.parametrize("ending", ["", "../x", "a b", "x" * 9, "JPG", "jpg\r\n"])
def test_an_ending_that_we_never_write_is_not_found(ending: str) -> None:
    with pytest.raises(NotFound):
        hand_out(b"x", ending=ending)


@pytest.mark.django_db
def test_an_uploaded_page_is_never_a_page_of_ours(world: World) -> None:
    with org_atomic(world.id):
        page = add(world, b"<!doctype html>" + SCRIPT, "evil.html")
        name = page.file_key.rpartition("/")[2]
    member, slug = sign_in(world.viewer), world.organization.slug
    answer = member.get(reverse("content:material-file", args=[slug, page.pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="evil.html"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    locked(answer)
    assert member.get(reverse("content:picture", args=[slug, name])).status_code == 404
    assert (
        sign_in(world.stranger)
        .get(reverse("content:material-file", args=[slug, page.pk]))
        .status_code
        == 404
    )


@pytest.mark.django_db
def test_a_picture_is_shown_in_place_and_downloaded_by_its_name(world: World) -> None:
    with org_atomic(world.id):
        row = add(world, picture("PNG"), "mast.png", alt_text="A mast.")
        name = row.file_key.rpartition("/")[2]
    member, slug = sign_in(world.viewer), world.organization.slug
    shown = member.get(reverse("content:picture", args=[slug, name]))
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["Content-Disposition"].startswith("inline")
    locked(shown)
    given = member.get(reverse("content:material-file", args=[slug, row.pk]))
    assert given.headers["Content-Disposition"].startswith("attachment")


def locked(response: Any) -> None:
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "private" in response.headers["Cache-Control"]


def add(world: World, data: bytes, name: str, alt_text: str = "") -> Material:
    upload = SimpleUploadedFile(name, data)
    return add_file(upload=upload, brand=None, by=world.editor, alt_text=alt_text)
