"""Buckets of a brand's knowledge and the sources in them. Reading them is knowledge_reading's."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from brands.models import BrandProfile, KnowledgeBucket, KnowledgeSource, SourceStatus
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.readers import Kind, sniff
from config.kernel.readers.base import FILE_BYTES, TEXT_BYTES, title_of
from config.kernel.readers.docx import refuse_bomb
from config.kernel.readers.typed import typed_address
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.states import move
from config.kernel.tasks import hint
from config.kernel.uploads import check_name, refuse_drawing
from organizations.models import User
from organizations.services.audit import record
from organizations.services.files import delete_stored, store_file

from .knowledge_answers import Reply, answer_question
from .knowledge_search import Passage, find_passages, mark_used

__all__ = [
    "Passage",
    "Reply",
    "add_bucket",
    "add_file",
    "add_site",
    "add_text",
    "answer_question",
    "delete_bucket",
    "delete_source",
    "find_passages",
    "mark_used",
    "read_again",
    "restore_bucket",
    "restore_source",
]

MOST_SOURCES: Final = 1_000  # of one bucket
NAME_CHARACTERS: Final = 120
TITLE_CHARACTERS: Final = 200

# What a file is -> its media type and the ending under which it is kept.
FILE_KINDS: Final[dict[Kind, tuple[str, str]]] = {
    "pdf": ("application/pdf", "pdf"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    "csv": ("text/csv", "csv"),
    "html": ("text/html", "html"),
    "markdown": ("text/markdown", "md"),
    "text": ("text/plain", "txt"),
}
_PACKED: Final = ("docx", "pptx")


def add_bucket(
    *,
    name: str,
    brand: BrandProfile | None,
    by: User | None,
    campaign_name: str = "",
    description: str = "",
) -> KnowledgeBucket:
    """Make a place for what is known: of one brand or, without one, for every brand of the team.

    With a campaign's name it is that campaign's. Raises Invalid, naming the field.
    """
    name, campaign_name = _clean(name, NAME_CHARACTERS), _clean(campaign_name, NAME_CHARACTERS)
    if not name:
        raise Invalid("Give the bucket a name, such as “Products and prices”.", field="name")
    _refuse_taken(name)
    kind = KnowledgeBucket.Kind.CAMPAIGN if campaign_name else KnowledgeBucket.Kind.GENERAL
    with org_atomic():
        bucket = KnowledgeBucket.objects.create(
            brand=brand,
            name=name,
            kind=kind,
            campaign_name=campaign_name,
            description=description.replace("\x00", "").strip()[:2_000],
            created_by=by,
        )
        record(action="knowledge.bucket_added", target=bucket, by=by, data={"name": name})
    return bucket


def delete_bucket(*, bucket: KnowledgeBucket, by: User | None) -> None:
    """Hide a bucket: nothing in it is found any more. It can be restored for 30 days."""
    with org_atomic():
        bucket.soft_delete()
        record(action="knowledge.bucket_deleted", target=bucket, by=by)


def restore_bucket(*, bucket: KnowledgeBucket, by: User | None) -> None:
    """Raises Invalid when its name was given to another bucket meanwhile."""
    with org_atomic():
        _refuse_taken(bucket.name)
        bucket.restore()
        record(action="knowledge.bucket_restored", target=bucket, by=by)


def add_site(*, bucket: KnowledgeBucket, url: str, by: User | None) -> KnowledgeSource:
    """Take in a site of at most 50 pages; they are read by a worker, one every two seconds.

    Raises Invalid for what is no web address. Whether it may be fetched is decided when it is.
    """
    address = typed_address(url)
    parts = urlsplit(address)
    title = f"{parts.hostname}{parts.path}".rstrip("/")[:TITLE_CHARACTERS]
    return _added(bucket, by, kind=KnowledgeSource.Kind.SITE, title=title, url=address)


def add_text(
    *, bucket: KnowledgeBucket, text: str, by: User | None, title: str = ""
) -> KnowledgeSource:
    """Take in words that somebody typed, at most 100 KB. Raises Invalid for more, and for none."""
    clean = text.replace("\x00", "").strip()
    _check_text(clean)
    named = _clean(title, TITLE_CHARACTERS) or _clean(title_of(clean), TITLE_CHARACTERS) or "Text"
    return _added(
        bucket,
        by,
        kind=KnowledgeSource.Kind.MANUAL,
        title=named,
        text=clean.encode("utf-8", "replace").decode(),
    )


def add_file(
    *, bucket: KnowledgeBucket, upload: UploadedFile[bytes], by: User | None
) -> KnowledgeSource:
    """Take in a PDF, DOCX, PPTX, CSV, HTML, Markdown or text file of at most 50 MB.

    What it is, its content says. Raises Invalid with what to do instead; nothing is kept of what is
    refused.
    """
    data = _read(upload)
    kind = _kind_of(data, upload.name or "")
    title = _clean(PurePath(upload.name or "").name, TITLE_CHARACTERS) or "File"
    content_type, ending = FILE_KINDS[kind]
    key = store_file(data, ending=ending)
    is_kept = False
    try:
        source = _added(
            bucket,
            by,
            kind=KnowledgeSource.Kind.FILE,
            title=title,
            file_key=key,
            mime_type=content_type,
            size_bytes=len(data),
        )
        is_kept = True
    finally:
        if not is_kept:
            delete_stored(key)
    return source


def edit_text(
    *, source: KnowledgeSource, text: str, by: User | None, title: str = ""
) -> KnowledgeSource:
    """Put other words in the place of typed ones; only passages that changed are made anew."""
    if source.kind != KnowledgeSource.Kind.MANUAL:
        raise Invalid("Only typed texts can be edited. Change the file or page, and read it again.")
    clean = text.replace("\x00", "").strip()
    _check_text(clean)
    with org_atomic():
        source.text = clean.encode("utf-8", "replace").decode()
        source.title = _clean(title, TITLE_CHARACTERS) or source.title
        source.save(update_fields=["text", "title", "updated_at"])
        return _queued(source, by, "knowledge.source_edited")


def read_again(*, source: KnowledgeSource, by: User | None) -> KnowledgeSource:
    """Read a source anew; what did not change keeps its passages. Raises Conflict while read."""
    return _queued(source, by, "knowledge.source_reread")


def delete_source(*, source: KnowledgeSource, by: User | None) -> None:
    """Hide a source: its passages are found no more. It can be restored for 30 days."""
    with org_atomic():
        source.soft_delete()
        record(action="knowledge.source_deleted", target=source, by=by)


def restore_source(*, source: KnowledgeSource, by: User | None) -> None:
    with org_atomic():
        source.restore()
        record(action="knowledge.source_restored", target=source, by=by)


def _added(bucket: KnowledgeBucket, by: User | None, **fields: Any) -> KnowledgeSource:
    with org_atomic():
        if bucket.sources.count() >= MOST_SOURCES:
            raise Invalid("The bucket holds 1,000 sources. Add a second bucket for more.")
        source = KnowledgeSource.objects.create(
            bucket=bucket, due_at=now(), created_by=by, **fields
        )
        record(
            action="knowledge.source_added",
            target=source,
            by=by,
            data={"kind": source.kind, "title": source.title},
        )
        _hint(source.pk)
    return source


def _queued(source: KnowledgeSource, by: User | None, action: str) -> KnowledgeSource:
    if not KnowledgeSource.graph.allows(source.status, SourceStatus.QUEUED):
        raise Conflict(f"“{source.title}” is being read already. Its page shows how far it is.")
    with org_atomic():
        if not move(
            source,
            SourceStatus.QUEUED,
            error="",
            step="",
            attempts=0,
            due_at=now(),
            claimed_until=None,
        ):
            raise Conflict(f"“{source.title}” changed meanwhile. Reload the page to see how.")
        record(action=action, target=source, by=by)
        _hint(source.pk)
    return source


def _hint(source_id: UUID) -> None:
    from brands.tasks import read_source

    ids = (str(current_organization_id()), str(source_id))
    transaction.on_commit(partial(hint, read_source, *ids))


def _read(upload: UploadedFile[bytes]) -> bytes:
    if upload.size is not None and upload.size > FILE_BYTES:
        raise Invalid(
            f"The file has {upload.size / 1_048_576:,.0f} MB; at most 50 MB are taken. "
            "Split it, or save it without its pictures.",
            code="material_too_large",
            field="upload",
        )
    data: bytes = upload.read()
    return data


def _kind_of(data: bytes, name: str) -> Kind:
    refuse_drawing(data)
    try:
        kind = sniff(data)
        if kind in _PACKED:
            refuse_bomb(data)
    except Invalid as error:
        error.field = "upload"
        raise
    check_name(name, kind)
    return kind


def _check_text(text: str) -> None:
    if not any(character.isalnum() for character in text):
        raise Invalid("There is no text. Type or paste some, with words in it.", field="text")
    size_bytes = len(text.encode("utf-8", "replace"))
    if size_bytes > TEXT_BYTES:
        raise Invalid(
            f"The text has {size_bytes / 1024:,.0f} KB; at most 100 KB can be pasted. "
            "Shorten it, or upload it as a file.",
            code="material_too_large",
            field="text",
        )


def _refuse_taken(name: str) -> None:
    from config.kernel.brands import over_all_brands

    with over_all_brands("names of buckets are unique in the team"):
        is_taken = KnowledgeBucket.objects.filter(name__iexact=name).exists()
    if is_taken:
        raise Invalid(f"There is already a bucket called {name}. Choose another.", field="name")


def _clean(text: str, most: int) -> str:
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:most].strip()
