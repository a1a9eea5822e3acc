"""Taking in raw material, and what people do with it afterwards. Nothing given is ever lost.

A file is on the disk before its row is committed, and the row before anything looks into it: what
goes wrong later stands on the row, with the next step, and can be tried again.
"""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from types import EllipsisType
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.readers.base import FILE_BYTES, TEXT_BYTES, title_of
from config.kernel.readers.docx import refuse_bomb
from config.kernel.readers.sniff import sniff
from config.kernel.readers.transcript import TRANSCRIPT_BYTES, read_transcript
from config.kernel.readers.typed import typed_address
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.states import move
from config.kernel.tasks import hint
from config.kernel.uploads import check_name, refuse_drawing
from content.models import Material, MaterialStatus
from organizations.models import User
from organizations.services.audit import record
from organizations.services.files import delete_stored, store_file

from .material_analysis import analyse_material, place_of
from .media import head_of, keep_video
from .pictures import PICTURE_BYTES, clean_picture, is_picture, is_video

__all__ = [
    "add_file",
    "add_text",
    "add_url",
    "analyse_material",
    "archive_material",
    "delete_material",
    "edit_material",
    "restore_material",
    "retry_material",
    "undelete_material",
]

NAME_CHARACTERS = 200
ALT_CHARACTERS = 1_000
VIDEO_SECONDS = 600  # specification 1c

_FILE_KINDS = {
    "pdf": ("application/pdf", "pdf"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    "csv": ("text/csv", "csv"),
    "html": ("text/html", "html"),
    "markdown": ("text/markdown", "md"),
    "text": ("text/plain", "txt"),
}


def add_text(
    *, name: str = "", text: str, brand: BrandProfile | None, by: User | None, url: str = ""
) -> Material:
    """Take in a text of at most 100 KB (UTF-8). Raises Invalid for more, and for none.

    `url` is where it can be read, as a feed says; nothing is fetched from there.
    """
    # PostgreSQL stores no NUL, and nobody means one.
    text = text.replace("\x00", "")
    if not any(character.isalnum() for character in text):
        raise Invalid("There is no text. Paste some, with words in it.", field="text")
    size_bytes = len(text.encode("utf-8", "replace"))
    if size_bytes > TEXT_BYTES:
        raise Invalid(
            f"The text has {size_bytes / 1024:,.0f} KB; at most 100 KB can be pasted. "
            "Shorten it, or upload it as a file.",
            code="material_too_large",
            field="text",
        )
    return _added(
        by,
        kind=Material.Kind.TEXT,
        brand=brand,
        name=_clean_name(name) or _clean_name(title_of(text.strip())) or "Text",
        original_content=text.encode("utf-8", "replace").decode(),
        url=url,
    )


def add_url(*, url: str, brand: BrandProfile | None, by: User | None, name: str = "") -> Material:
    """Take in a web address; the page is fetched later. Raises Invalid for what is none.

    An address without its scheme gets https. Whether it may be fetched is decided when it is, by
    the outbound door, since names move.
    """
    address = typed_address(url)
    return _added(
        by,
        kind=Material.Kind.URL,
        brand=brand,
        name=_clean_name(name) or place_of(address),
        url=address,
    )


def add_file(
    *,
    upload: UploadedFile[bytes],
    brand: BrandProfile | None,
    by: User | None,
    name: str = "",
    alt_text: str = "",
    transcript: UploadedFile[bytes] | None = None,
) -> Material:
    """Take in a document (50 MB), a picture (20 MB) or a video (10 minutes), by its content.

    Documents are PDF, DOCX, PPTX, CSV, HTML, Markdown and text. A picture is written anew without
    metadata and a video loses what the camera wrote; both need `alt_text`, which says what they
    show. `transcript` is what is said in a video (SubRip, WebVTT, text). Raises Invalid with what
    to do instead; nothing is kept of what is refused.
    """
    named = _clean_name(name) or _clean_name(PurePath(upload.name or "").name) or "File"
    if is_video(head_of(upload)):
        return _add_video(upload, named, alt_text, transcript, brand, by)
    if transcript is not None:
        raise Invalid(
            "A transcript belongs to a video, and the file is none. Upload it as a text of its "
            "own.",
            field="transcript",
        )
    data = _read(upload)
    if is_picture(data[:64]):
        return _add_picture(data, named, upload.name or "", alt_text, brand, by)
    refuse_drawing(data)
    try:
        kind = sniff(data)
        if kind in ("docx", "pptx"):
            refuse_bomb(data)
    except Invalid as error:
        error.field = "upload"
        raise
    check_name(upload.name or "", kind)
    content_type, ending = _FILE_KINDS[kind]
    return _add_stored(
        data,
        ending,
        by,
        kind=Material.Kind.FILE,
        brand=brand,
        name=named,
        mime_type=content_type,
    )


def edit_material(
    *,
    material: Material,
    by: User | None,
    name: str | None = None,
    brand: BrandProfile | EllipsisType | None = ...,
    alt_text: str | None = None,
    priority: int | None = None,
) -> Material:
    """Change what people say of a material; what was understood of it stays."""
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = _clean_name(name) or material.name
    if brand is not ...:
        changes["brand"] = brand
    if alt_text is not None:
        changes["alt_text"] = _clean_alt(alt_text)
    if priority is not None:
        changes["priority"] = priority
    for field, value in changes.items():
        setattr(material, field, value)
    with org_atomic():
        material.save(update_fields=[*changes, "updated_at"])
        record(action="material.edited", target=material, by=by, data={"fields": sorted(changes)})
    return material


def archive_material(*, material: Material, by: User | None) -> Material:
    """Take a material out of the agent's reach. Raises Conflict while it is being read."""
    return _moved(material, MaterialStatus.ARCHIVED, "material.archived", by, due_at=None)


def restore_material(*, material: Material, by: User | None) -> Material:
    """Bring an archived material back: ready when it was understood before, else read again."""
    if material.summary:
        return _moved(material, MaterialStatus.READY, "material.restored", by)
    return retry_material(material=material, by=by)


def retry_material(*, material: Material, by: User | None) -> Material:
    """Read a material again from the start, with three new tries. Raises Conflict while read."""
    material = _moved(
        material,
        MaterialStatus.UPLOADED,
        "material.retried",
        by,
        error="",
        attempts=0,
        due_at=now(),
        claimed_until=None,
    )
    _hint(material)
    return material


def delete_material(*, material: Material, by: User | None) -> None:
    """Hide a material; it can be restored for 30 days, and posts made of it stay."""
    with org_atomic():
        material.soft_delete()
        record(action="material.deleted", target=material, by=by)


def undelete_material(*, material: Material, by: User | None) -> None:
    """Bring a deleted material back, as it was."""
    with org_atomic():
        material.restore()
        record(action="material.undeleted", target=material, by=by)


def _add_picture(
    data: bytes,
    name: str,
    file_name: str,
    alt_text: str,
    brand: BrandProfile | None,
    by: User | None,
) -> Material:
    alt_text = _clean_alt(alt_text)
    picture = clean_picture(data)
    check_name(file_name, "picture")
    _refuse_wordless(alt_text, "picture")
    return _add_stored(
        picture.data,
        picture.ending,
        by,
        kind=Material.Kind.IMAGE,
        brand=brand,
        name=name,
        mime_type=picture.content_type,
        alt_text=alt_text,
    )


def _add_video(
    upload: UploadedFile[bytes],
    name: str,
    alt_text: str,
    transcript: UploadedFile[bytes] | None,
    brand: BrandProfile | None,
    by: User | None,
) -> Material:
    alt_text = _clean_alt(alt_text)
    _refuse_wordless(alt_text, "video")
    said = _said_in(transcript) if transcript is not None else ""
    kept = keep_video(upload=upload, most_seconds=VIDEO_SECONDS)
    return _named(
        kept.reference,
        by,
        kind=Material.Kind.VIDEO,
        brand=brand,
        name=name,
        mime_type=kept.content_type,
        alt_text=alt_text,
        original_content=said,
        file_size_bytes=kept.size_bytes,
    )


def _said_in(transcript: UploadedFile[bytes]) -> str:
    if transcript.size is not None and transcript.size > TRANSCRIPT_BYTES:
        raise Invalid("The transcript has more than 1 MB.", field="transcript")
    return read_transcript(transcript.read())


def _refuse_wordless(alt_text: str, what: str) -> None:
    if not any(character.isalnum() for character in alt_text):
        raise Invalid(
            f"Say in a sentence or two what the {what} shows. Posts are written from these words, "
            "and people who cannot see it are told them.",
            code=f"{what}_without_text",
            field="alt_text",
        )


def _add_stored(data: bytes, ending: str, by: User | None, **fields: Any) -> Material:
    """The file first, then the row that names it; without a row there is no file either."""
    return _named(store_file(data, ending=ending), by, file_size_bytes=len(data), **fields)


def _named(key: str, by: User | None, **fields: Any) -> Material:
    is_kept = False
    try:
        material = _added(by, file_key=key, **fields)
        is_kept = True
    finally:
        if not is_kept:
            delete_stored(key)
    return material


def _added(by: User | None, **fields: Any) -> Material:
    with org_atomic():
        material = Material.objects.create(due_at=now(), **fields)
        record(
            action="material.added",
            target=material,
            by=by,
            data={"kind": material.kind, "name": material.name},
        )
        _hint(material)
    return material


def _moved(
    material: Material, to: MaterialStatus, action: str, by: User | None, **fields: Any
) -> Material:
    if not Material.graph.allows(material.status, to):
        raise Conflict(
            f"“{material.name}” is {material.get_status_display().lower()} now, so that cannot be "
            "done. Reload the page to see where it stands."
        )
    with org_atomic():
        if not move(material, to, **fields):
            raise Conflict(f"“{material.name}” changed meanwhile. Reload the page to see how.")
        record(action=action, target=material, by=by)
    return material


def _hint(material: Material) -> None:
    from content.tasks import analyse

    ids = (str(current_organization_id()), str(material.pk))
    transaction.on_commit(partial(hint, analyse, *ids))


def _read(upload: UploadedFile[bytes]) -> bytes:
    """The whole upload, refused by its size before it is read."""
    if upload.size is not None and upload.size > FILE_BYTES:
        raise Invalid(
            f"The file has {upload.size / 1_048_576:,.0f} MB; at most 50 MB are taken "
            f"({PICTURE_BYTES // 1_048_576} MB for a picture). Split it, or save it smaller.",
            code="material_too_large",
            field="upload",
        )
    data: bytes = upload.read()
    if not data.strip():
        raise Invalid("The file is empty. Choose another one.", field="upload")
    return data


def _clean_name(name: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(printable.split())[:NAME_CHARACTERS].strip()


def _clean_alt(alt_text: str) -> str:
    clean = " ".join(alt_text.replace("\x00", "").split())
    if len(clean) > ALT_CHARACTERS:
        raise Invalid(
            f"The description has {len(clean):,} characters; at most 1,000 are kept. Shorten it.",
            field="alt_text",
        )
    return clean
