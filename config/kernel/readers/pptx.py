"""PPTX: slide by slide, each with its title, its text, its tables and what the speaker says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from config.kernel.readers.base import Extracted, Unreadable, extracted
from config.kernel.readers.docx import _DAMAGE, refuse_bomb

MOST_SLIDES = 500
DEEPEST_GROUP = 8  # groups in groups; a hand-made file could nest them without end


def read_pptx(data: bytes, *, title: str = "") -> Extracted:
    """Raises Unreadable for a damaged file and for one that unpacks to far more than it holds."""
    import pptx
    from lxml.etree import LxmlError  # type: ignore[import-untyped]
    from pptx.exc import PythonPptxError

    refuse_bomb(data)
    try:
        deck = pptx.Presentation(BytesIO(data))
        slides = list(deck.slides)
        properties = deck.core_properties
        return extracted(
            "\n\n".join(filter(None, (_slide(slide) for slide in slides[:MOST_SLIDES]))),
            title=properties.title or title,
            language=properties.language or None,
            links=_links(slides[:MOST_SLIDES]),
            truncated=len(slides) > MOST_SLIDES,
        )
    except (PythonPptxError, LxmlError, *_DAMAGE):
        raise Unreadable(
            "The presentation is damaged and cannot be read. Open it, save it again, and upload "
            "that.",
            code="material_damaged",
        ) from None


def _slide(slide: Any) -> str:
    title = slide.shapes.title
    heading = " ".join(title.text_frame.text.split()) if title is not None else ""
    body = _shapes((shape for shape in slide.shapes if not _is_same(shape, title)), DEEPEST_GROUP)
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    said = " ".join(notes.text.split()) if notes is not None else ""
    return "\n\n".join(filter(None, [heading, *body, said])).replace("\n\n- ", "\n- ")


def _shapes(shapes: Iterable[Any], depth: int) -> Iterator[str]:
    for shape in shapes:
        if getattr(shape, "has_table", False):
            yield from _rows(shape.table)
        elif shape.has_text_frame:
            yield from _paragraphs(shape.text_frame)
        elif hasattr(shape, "shapes") and depth:
            yield from _shapes(shape.shapes, depth - 1)


def _paragraphs(frame: Any) -> Iterator[str]:
    lines = [" ".join(paragraph.text.split()) for paragraph in frame.paragraphs]
    told = [line for line in lines if line]
    # Several paragraphs in one box are its points; a single one is a sentence.
    yield from told if len(told) == 1 else [f"- {line}" for line in told]


def _rows(table: Any) -> Iterator[str]:
    for row in table.rows:
        cells = dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells)
        line = ", ".join(filter(None, cells))
        if line:
            yield f"- {line}"


def _links(slides: Iterable[Any]) -> Iterator[str]:
    for slide in slides:
        for relation in slide.part.rels.values():
            if relation.is_external and relation.reltype.endswith("/hyperlink"):
                link = relation.target_ref
                if link.startswith(("http://", "https://")):
                    yield link


def _is_same(shape: Any, title: Any) -> bool:
    return title is not None and shape.shape_id == title.shape_id
