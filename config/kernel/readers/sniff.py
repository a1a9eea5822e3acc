"""What a file is, by its content; a name may say anything."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Literal, NoReturn

from config.kernel.readers.base import FILE_BYTES, Unreadable
from config.kernel.readers.csv import delimiter_of
from config.kernel.readers.text import decoded

Kind = Literal["pdf", "docx", "pptx", "csv", "html", "markdown", "text"]

_PICTURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"II*\x00",
    b"MM\x00*",
)
_HTML = re.compile(
    rb"\A\s*+(?:<!--.*?-->\s*+)*+<(?:!doctype html|html|head|body|article|main|div|p|h1)\b"
)
_MARKDOWN = re.compile(
    r"^#{1,6} \S|^(```|~~~)|\[[^\]\n]{1,300}+\]\([^)\s]{1,2000}+\)|^\|.+\|$"
    r"|^(?:[-*+] .+\n){2}|\*\*\S[^*\n]*\*\*",
    re.MULTILINE,
)
_LOOK = 64 * 1024  # bytes that are looked at


def sniff(data: bytes) -> Kind:
    """Raises Unreadable for an empty, a too large and an unknown file, with what to do instead."""
    if not data.strip():
        raise Unreadable("The file is empty. Choose another one.", code="material_empty")
    if len(data) > FILE_BYTES:
        raise Unreadable(
            f"The file has {len(data) / 1_048_576:.0f} MB; at most 50 MB are read. "
            "Split it, or save it without its pictures.",
            code="material_too_large",
        )
    head = data[:_LOOK]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(data)
    _refuse_known(head)
    if _HTML.match(head[:2048].lower()):
        return "html"
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        _refuse("That kind of file cannot be read.")
    text = head.decode("utf-8", "replace")
    if _MARKDOWN.search(text):
        return "markdown"
    return "csv" if delimiter_of(decoded(head)) else "text"


def _in_zip(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Unreadable(
            "The file is damaged: its end is missing or its parts do not fit together. "
            "Save it again and upload the new one.",
            code="material_damaged",
        ) from None
    if "word/document.xml" in names:
        return "docx"
    if any(name.startswith("xl/") for name in names):
        _refuse("That is a spreadsheet.")
    if "ppt/presentation.xml" in names:
        return "pptx"
    if "content.xml" in names:
        _refuse("That is an OpenDocument file.")
    _refuse("That is an archive.")


def _refuse_known(head: bytes) -> None:
    # A text may begin with "BM" too, but not with the four zeros of a bitmap's head.
    is_bitmap = head.startswith(b"BM") and head[6:10] == b"\x00" * 4
    if is_bitmap or head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        raise Unreadable(
            "That is a picture, and it has no text to read. Add a text, a page or a document; "
            "pictures can be attached to a post.",
            code="material_is_picture",
        )
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        _refuse("That is a document of an old Office.")
    if head.startswith(b"{\\rtf"):
        _refuse("That is an RTF document.")


def _refuse(what: str) -> NoReturn:
    raise Unreadable(
        f"{what} Save it as PDF, DOCX, PPTX, CSV, HTML, Markdown or plain text, and upload that.",
        code="material_kind_unknown",
    )
