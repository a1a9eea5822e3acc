from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.scoping import org_atomic
from content.models import Material, MaterialStatus
from content.services import materials
from content.services.materials import (
    add_file,
    add_text,
    add_url,
    archive_material,
    delete_material,
    edit_material,
    restore_material,
    retry_material,
)
from organizations.models import AuditRecord
from organizations.services.files import read_stored, store_file, stored_path
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

TEXT = "Our workshop rebuilds wooden masts in twelve days."


def upload(data: bytes, name: str = "notes") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    out = io.BytesIO()
    mode = "RGB" if form == "JPEG" else "RGBA"
    Image.new(mode, size, "navy").save(out, form, **options)
    return out.getvalue()


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif[0x0112] = 6  # lying on its side
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    return picture(exif=exif.tobytes(), comment=b"secret")


def document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return out.getvalue()


# -- texts and addresses ----


def test_a_pasted_text_is_a_row_that_waits_for_its_analysis(world: World) -> None:
    with org_atomic(world.id):
        material = add_text(name=" Masts\n", text=TEXT, brand=world.brand, by=world.editor)
        material.refresh_from_db()
        assert material.status == MaterialStatus.UPLOADED
        assert material.due_at is not None
        assert (material.name, material.original_content) == ("Masts", TEXT)
        assert material.brand == world.brand
        audit = AuditRecord.objects.get(target_id=material.pk)
        assert (audit.action, audit.actor) == ("material.added", world.editor)


def test_a_text_without_a_name_is_called_by_its_first_line(world: World) -> None:
    with org_atomic(world.id):
        assert add_text(text=f"Masts\n\n{TEXT}", brand=None, by=world.editor).name == "Masts"


def test_100_kilobytes_are_the_most_that_is_taken(world: World) -> None:
    with org_atomic(world.id):
        add_text(text="ü" * 51_200, brand=None, by=world.editor)
        with pytest.raises(Invalid, match="at most 100 KB") as refused:
            add_text(text="ü" * 51_201, brand=None, by=world.editor)
        assert refused.value.field == "text"
        assert Material.objects.count() == 1


@pytest.mark.parametrize("text", ["", "  \n ", "…!?", "\x00"])
def test_a_text_without_words_is_refused(world: World, text: str) -> None:
    with org_atomic(world.id), pytest.raises(Invalid, match="Paste some"):
        add_text(text=text, brand=None, by=world.editor)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("harbour.example/masts", "https://harbour.example/masts"),
        (" https://harbour.example/masts?x=1#top ", "https://harbour.example/masts?x=1"),
        ("http://harbour.example", "http://harbour.example"),
    ],
)
def test_an_address_is_kept_in_its_full_form(world: World, typed: str, kept: str) -> None:
    with org_atomic(world.id):
        assert add_url(url=typed, brand=None, by=world.editor).url == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "two words",
        "harbour",
        "ftp://harbour.example/x",
        "javascript:alert(1)",
        "https://",
        "https://[bad",
        "https://user:pass@harbour.example",
        "https://harbour.example/" + "x" * 2_000,
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(world: World, typed: str) -> None:
    with org_atomic(world.id), pytest.raises(Invalid) as refused:
        add_url(url=typed, brand=None, by=world.editor)
    assert refused.value.field == "url"
    assert refused.value.message.endswith(".")


# -- files ----


@pytest.mark.parametrize(
    ("data", "name", "mime_type"),
    [
        (b"%PDF-1.7 ...", "a.PDF", "application/pdf"),
        (document(), "a.b.docx", "vnd.openxmlformats"),
        (b"<!doctype html><p>Masts</p>", "a", "text/html"),
        (b"# Masts\n\n**Fir**", "a.txt", "text/markdown"),
        (TEXT.encode(), "a.md", "text/plain"),
        (b"BMW boats go back to sea.", "Dr. No", "text/plain"),
    ],
)
def test_a_document_is_known_by_its_content(
    world: World, data: bytes, name: str, mime_type: str
) -> None:
    with org_atomic(world.id):
        material = add_file(upload=upload(data, name), brand=world.brand, by=world.editor)
        assert mime_type in material.mime_type
        assert material.kind == Material.Kind.FILE
        assert material.name == name
        assert material.file_size_bytes == len(data)
        assert read_stored(material.file_key) == data


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 ...", "a.txt"),
        (document(), "a.docm"),
        (b"<!doctype html><p>Masts</p>", "a.pdf"),
        (TEXT.encode(), "a.exe"),
        (TEXT.encode(), "a.html"),
        (TEXT.encode(), "a.txt.svg"),
        (picture("PNG"), "a.pdf"),
        (picture("PNG"), "a.svg"),
    ],
)
def test_a_name_that_says_something_else_is_refused(world: World, data: bytes, name: str) -> None:
    with org_atomic(world.id), pytest.raises(Invalid, match="right ending") as refused:
        add_file(upload=upload(data, name), brand=None, by=world.editor, alt_text="A mast.")
    assert refused.value.field == "upload"


def test_a_stored_file_has_a_random_name_and_is_ours_alone(world: World) -> None:
    with org_atomic(world.id):
        material = add_file(
            upload=upload(TEXT.encode(), "../../etc/passwd"), brand=None, by=world.editor
        )
        path = stored_path(material.file_key)
        assert path.parent == Path(settings.WARREN_MEDIA_ROOT) / str(world.id)
        assert "passwd" not in path.name
        assert material.name == "passwd"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "../secret.key",
        "{mine}/../x.txt",
        "{foreign}/{name}",
        "{mine}/" + "a" * 43 + ".txt",
    ],
)
def test_no_key_leads_out_of_the_organization(world: World, key: str) -> None:
    with org_atomic(world.foreign.id):
        name = store_file(b"theirs", ending="txt").split("/")[1]
    with org_atomic(world.id), pytest.raises(NotFound):
        read_stored(key.format(mine=world.id, foreign=world.foreign.id, name=name))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"PK\x03\x04broken", "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old Office"),
        (b"\x7fELF\x00\x00", "cannot be read"),
        (b"\x00\x00\x00\x18ftypmp42" + b"x" * 99, "The video is damaged"),
        (b"\x1aE\xdf\xa3" + b"x" * 99, "That kind of video is not taken"),
        (b"\x00\x00\x00\x18ftypheic" + b"x" * 99, "Save it as JPEG"),
        (b"MM\x00*" + b"x" * 99, "Save it as JPEG"),
        (b"BM\x46\x00\x00\x00\x00\x00\x00\x00" + b"x" * 99, "Save it as JPEG"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_not_kept(
    world: World, data: bytes, sentence: str
) -> None:
    with org_atomic(world.id), pytest.raises(Invalid, match=sentence) as refused:
        add_file(upload=upload(data), brand=None, by=world.editor, alt_text="A mast.")
    assert refused.value.field == "upload"
    with org_atomic(world.id):
        assert not Material.objects.exists()


def test_50_megabytes_are_the_most_that_is_taken(world: World) -> None:
    big = upload(TEXT.encode())
    big.size = 50 * 1024 * 1024 + 1
    with org_atomic(world.id), pytest.raises(Invalid, match="at most 50 MB"):
        add_file(upload=big, brand=None, by=world.editor)


def test_no_file_is_left_when_its_row_cannot_be_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**fields: Any) -> None:
        raise Conflict("The row cannot be written.")

    folder = Path(settings.WARREN_MEDIA_ROOT) / str(world.id)
    before = set(folder.glob("*")) if folder.exists() else set()
    monkeypatch.setattr(materials, "record", refuse)
    with org_atomic(world.id), pytest.raises(Conflict):
        add_file(upload=upload(TEXT.encode()), brand=None, by=world.editor)
    assert set(folder.glob("*")) == before


# -- pictures ----


def test_a_photo_loses_its_place_and_camera_and_stands_upright(world: World) -> None:
    with org_atomic(world.id):
        material = add_file(
            upload=upload(photo_with_place(), "DSC.JPG"),
            brand=world.brand,
            by=world.editor,
            alt_text="A mast in the sun.",
        )
        data = read_stored(material.file_key)
    assert (material.kind, material.mime_type) == (Material.Kind.IMAGE, "image/jpeg")
    assert material.alt_text == "A mast in the sun."
    assert b"camera" not in data
    assert b"secret" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif()
        assert image.size == (40, 60)


@pytest.mark.parametrize(
    ("form", "mime_type"),
    [("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/png")],
)
def test_pictures_of_every_form_are_written_anew(world: World, form: str, mime_type: str) -> None:
    data = picture(form)
    with org_atomic(world.id):
        material = add_file(
            upload=upload(data + b"<script>hidden</script>"),
            brand=None,
            by=world.editor,
            alt_text="A mast.",
        )
        stored = read_stored(material.file_key)
    assert material.mime_type == mime_type
    assert b"script" not in stored
    with Image.open(io.BytesIO(stored)) as image:
        assert image.size == (60, 40)


def test_a_picture_without_words_is_refused_with_what_to_do(world: World) -> None:
    with org_atomic(world.id), pytest.raises(Invalid, match="what the picture shows") as refused:
        add_file(upload=upload(picture()), brand=None, by=world.editor, alt_text=" … ")
    assert refused.value.field == "alt_text"


def test_a_picture_that_would_unpack_to_too_many_pixels_is_refused(world: World) -> None:
    head = b"IHDR" + (8_000).to_bytes(4) + (7_000).to_bytes(4) + bytes([8, 2, 0, 0, 0])
    small = picture("PNG")
    data = small[:12] + head + zlib.crc32(head).to_bytes(4) + small[33:]
    with org_atomic(world.id), pytest.raises(Invalid, match="more than 50 megapixels"):
        add_file(upload=upload(data), brand=None, by=world.editor, alt_text="A mast.")
    head = head[:4] + (60_000).to_bytes(4) * 2 + head[12:]
    data = small[:12] + head + zlib.crc32(head).to_bytes(4) + small[33:]
    with org_atomic(world.id), pytest.raises(Invalid, match="more than 50 megapixels"):
        add_file(upload=upload(data), brand=None, by=world.editor, alt_text="A mast.")


def test_a_broken_picture_is_refused(world: World) -> None:
    data = picture(size=(300, 300))
    with org_atomic(world.id), pytest.raises(Invalid, match="damaged"):
        add_file(
            upload=upload(data[: len(data) // 2]), brand=None, by=world.editor, alt_text="A mast."
        )


def test_20_megabytes_are_the_most_for_a_picture(world: World) -> None:
    data = picture() + b"\x00" * (20 * 1024 * 1024)
    with org_atomic(world.id), pytest.raises(Invalid, match="at most 20 MB"):
        add_file(upload=upload(data), brand=None, by=world.editor, alt_text="A mast.")


# -- what people do with it ----


def test_a_failed_material_is_tried_again_from_the_start(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(
            world.brand, status=MaterialStatus.FAILED, error="No page there.", attempts=3
        )
        retry_material(material=material, by=world.editor)
        material.refresh_from_db()
        assert material.status == MaterialStatus.UPLOADED
        assert (material.error, material.attempts) == ("", 0)
        assert material.due_at is not None


def test_a_material_that_is_being_read_is_left_alone(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(world.brand, status=MaterialStatus.PROCESSING)
        with pytest.raises(Conflict, match="processing now"):
            archive_material(material=material, by=world.editor)


def test_somebody_else_was_faster(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(world.brand)
        archive_material(material=Material.objects.get(pk=material.pk), by=world.owner)
        with pytest.raises(Conflict, match="changed meanwhile"):
            archive_material(material=material, by=world.editor)


def test_an_archived_material_comes_back_ready_or_is_read_again(world: World) -> None:
    with org_atomic(world.id):
        known, unknown = make.material(world.brand), make.material(world.brand, summary="")
        for material in (known, unknown):
            archive_material(material=material, by=world.editor)
            restore_material(material=material, by=world.editor)
        assert known.status == MaterialStatus.READY
        assert unknown.status == MaterialStatus.UPLOADED


def test_a_deleted_material_is_hidden_and_not_gone(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(world.brand)
        delete_material(material=material, by=world.editor)
        assert not Material.objects.filter(pk=material.pk).exists()
        assert Material.with_deleted.get(pk=material.pk).is_deleted


def test_a_material_gets_another_name_and_brand(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(world.brand)
        edit_material(material=material, by=world.editor, name="Masts", brand=None)
        material.refresh_from_db()
        assert (material.name, material.brand) == ("Masts", None)
        edit_material(material=material, by=world.editor, priority=3)
        assert material.brand is None
