"""PDF: the text that people see on its first 100 pages, lines joined to paragraphs."""

from __future__ import annotations

import re
import time
from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING

from config.kernel.readers.base import (
    PDF_PAGES,
    Extracted,
    Unreadable,
    extracted,
    most_characters,
)
from config.kernel.readers.pdf_sight import seen_text

if TYPE_CHECKING:
    from pypdf import PdfReader

DEADLINE_SECONDS = 120.0  # specification 1c, for a file
_PAGE_NUMBER = re.compile(
    r"^\W*+(page|seite|página)?\s*+\d{1,4}(\s*+(/|of|von|sur|de)\s*+\d{1,4})?\W*+$", re.I
)
_BULLET = re.compile(r"^[•▪‣◦●■–*-]\s+")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)\]]*$")


def read_pdf(data: bytes, *, title: str = "") -> Extracted:
    """Raises Unreadable for a file that is damaged, locked, or holds only pictures of pages."""
    from pypdf.errors import PyPdfError

    try:
        return _read(data, title)
    except Unreadable:
        raise
    except (PyPdfError, *_DAMAGE):
        # The library trips over broken structures in many ways; all mean the same to people.
        raise Unreadable(
            "The PDF is damaged and cannot be read. Open it, print or save it as a new PDF, "
            "and upload that.",
            code="material_damaged",
        ) from None


_DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


def _read(data: bytes, title: str) -> Extracted:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(
            "The PDF is protected by a password. Save a copy without one, and upload that.",
            code="material_locked",
        )
    pages, is_all = _pages(reader)
    text = _joined(pages)
    if not any(character.isalnum() for character in text):
        raise Unreadable(
            "The PDF holds pictures of pages and no text. Run text recognition on it (OCR), "
            "or paste the text.",
            code="material_without_text",
        )
    information = reader.metadata
    return extracted(
        text,
        title=_seen_title(information.title if information else None, text) or title,
        language=_declared_language(reader),
        truncated=not is_all,
    )


def _pages(reader: PdfReader) -> tuple[list[list[str]], bool]:
    """Lines of each page, and whether these are all pages."""
    started = time.monotonic()
    pages: list[list[str]] = []
    characters = 0
    for number, page in enumerate(reader.pages):
        too_slow = time.monotonic() - started > DEADLINE_SECONDS
        if number >= PDF_PAGES or too_slow or characters > 2 * most_characters():
            return pages, False
        lines = [" ".join(line.split()) for line in seen_text(page).split("\n")]
        characters += sum(map(len, lines))
        pages.append(lines)
    return pages, True


def _joined(pages: list[list[str]]) -> str:
    """Without page numbers and running heads, words put together again, lines to paragraphs."""
    seen = Counter(line for lines in pages for line in {*lines[:2], *lines[-2:]} if line)
    running = {line for line, times in seen.items() if times >= 3 and times > len(pages) / 2}
    lines = [
        line
        for page in pages
        for line in page
        if line not in running and not _PAGE_NUMBER.match(line)
    ]
    usual = sorted(map(len, filter(None, lines)))[len(lines) // 2 :][:1] or [0]
    paragraphs: list[str] = []
    starts_new = True
    for line in lines:
        bullet = _BULLET.match(line)
        if not line:
            starts_new = True
            continue
        if bullet:
            paragraphs.append("- " + line[bullet.end() :])
        elif starts_new or not paragraphs:
            paragraphs.append(line)
        elif paragraphs[-1].endswith("-") and line[:1].islower():
            paragraphs[-1] = paragraphs[-1][:-1] + line
        else:
            paragraphs[-1] += " " + line
        # A short line that ends a sentence ends its paragraph; a short one that does not is a head.
        is_short = len(line) < 0.6 * usual[0]
        starts_new = is_short and (bool(_SENTENCE_END.search(line)) or len(line) < 60)
    return "\n\n".join(paragraphs).replace("\n\n- ", "\n- ")


def _seen_title(title: str | None, text: str) -> str:
    """The title in the file's properties, which nobody sees, if the pages show its words too."""
    named = _real_title(title)
    shown = set(re.findall(r"\w+", text.casefold()))
    return named if set(re.findall(r"\w+", named.casefold())) <= shown else ""


def _real_title(title: str | None) -> str:
    """Word processors leave a file's name as its title."""
    text = (title or "").strip()
    if re.search(r"\.(docx?|pdf|indd|pages|odt|tex)$", text, re.IGNORECASE):
        return ""
    return (
        "" if text.lower() in ("untitled", "unbenannt") else text.removeprefix("Microsoft Word - ")
    )


def _declared_language(reader: PdfReader) -> str | None:
    declared = reader.root_object.get("/Lang")
    return str(declared) if declared else None
