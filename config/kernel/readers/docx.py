"""DOCX: paragraphs and tables in their order."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from config.kernel.readers.base import Extracted, Unreadable, extracted

MOST_ENTRIES = 5_000
MOST_UNPACKED_BYTES = 300 * 1024 * 1024
SMALLEST_POINTS = 2.0
_WHITE = (255, 255, 255)
MOST_RATIO = 200  # unpacked to packed, of all parts together; office files stay below 30

_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_docx(data: bytes, *, title: str = "") -> Extracted:
    """Raises Unreadable for a damaged file and for one that unpacks to far more than it holds."""
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    refuse_bomb(data)
    try:
        document = docx.Document(BytesIO(data))
        paragraphs = list(_paragraphs(document))
        properties = document.core_properties
        links = [
            relation.target_ref
            for relation in document.part.rels.values()
            if relation.is_external and relation.reltype.endswith("/hyperlink")
        ]
        return extracted(
            "\n\n".join(paragraphs).replace("\n\n- ", "\n- "),
            title=properties.title or title,
            language=properties.language or None,
            links=(link for link in links if link.startswith(("http://", "https://"))),
        )
    except (OpcError, LxmlError, *_DAMAGE):
        raise Unreadable(
            "The document is damaged and cannot be read. Open it, save it again, and upload that.",
            code="material_damaged",
        ) from None


def _paragraphs(document: Any) -> Iterator[str]:
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from _rows(block)
            continue
        text = _seen(block).strip()
        style = (block.style.name or "") if block.style is not None else ""
        numbered = block._p.pPr is not None and block._p.pPr.numPr is not None
        if text:
            yield f"- {text}" if numbered or style.startswith("List") else text


def _rows(table: Any) -> Iterator[str]:
    for row in table.rows:
        # A merged cell comes once for each column that it covers.
        cells = dict.fromkeys(
            "\n".join(_seen(paragraph) for paragraph in cell.paragraphs).strip()
            for cell in row.cells
        )
        line = ", ".join(filter(None, cells))
        if line:
            yield f"- {line}"


def _seen(paragraph: Any) -> str:
    """Its text without hidden, white and tiny runs, which speak to machines only."""
    from docx.text.hyperlink import Hyperlink

    runs: list[Any] = []
    for part in paragraph.iter_inner_content():
        runs += part.runs if isinstance(part, Hyperlink) else [part]
    return "".join(run.text for run in runs if not _is_unseen(run))


def _is_unseen(run: Any) -> bool:
    font = run.font
    if font.hidden or run.style.font.hidden or font.web_hidden:
        return True
    size = font.size
    if size is not None and size.pt < SMALLEST_POINTS:
        return True
    is_white = font.color is not None and font.color.rgb == _WHITE
    # White on a ground of its own is read by people.
    return is_white and not run._r.xpath("./w:rPr/w:shd | ./w:rPr/w:highlight | ancestor::w:tc")


def refuse_bomb(data: bytes) -> None:
    """Raises Unreadable for what unpacks to far more than it holds; nothing is unpacked for it."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise Unreadable(
            "The document is damaged and cannot be read. Save it again, and upload that.",
            code="material_damaged",
        ) from None
    unpacked = sum(part.file_size for part in parts)
    is_bomb = unpacked > MOST_UNPACKED_BYTES or unpacked > MOST_RATIO * max(len(data), 10_000)
    if is_bomb or len(parts) > MOST_ENTRIES:
        raise Unreadable(
            "The document unpacks to far more than it should and was not opened. "
            "Save its text as a new document, and upload that.",
            code="material_is_bomb",
        )
