"""Lines, fills, pictures and links on the pages of a PDF file, each told to screen readers too.

What is drawn is tagged in the order in which it is read: headings, rows, figures with their words.
The library's own tags do not nest, so a table is rows of text there. Everything is in millimetres
but letters, which are in points.

The library takes a third of a second and 70 MB to load, so it is loaded by who draws first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils.encoding import iri_to_uri

from .legible import legible

if TYPE_CHECKING:
    from fpdf import FPDF
    from PIL.Image import Image

INK: Final = "#1C1A17"
MUTED: Final = "#625D54"
HAIRLINE: Final = "#E4E1DA"

PAGE: Final = (210.0, 297.0)
MARGIN: Final = 16.0
WIDTH: Final = PAGE[0] - 2 * MARGIN
BOTTOM: Final = PAGE[1] - 20.0
THIN: Final = 0.2
SMALLEST: Final = 5.0
# 400 to an inch: more of a picture would only make the file heavy.
PIXELS: Final = 16
DOTS: Final = "…"
_PAGES: Final = "\x02\x02"
"""Becomes the number of pages; no text can bring it, because control signs are taken out."""


class Sheet:
    """One file, from the first page on. `left_out` says whether something could not be written."""

    def __init__(self, *, title: str, author: str, made_at: datetime) -> None:
        """`title` and `author` may have any letters: they are told to programs, and not drawn."""
        self.left_out = False
        self.foot = ""
        self._pdf = _canvas(self._draw_foot)
        self._letters = self._load_letters()
        self._describe(title, author, made_at)
        self._pdf.add_page()

    @property
    def y(self) -> float:
        """How far down the page is drawn."""
        return float(self._pdf.y)

    @y.setter
    def y(self, height: float) -> None:
        self._pdf.set_y(height)

    def finish(self) -> bytes:
        return bytes(self._pdf.output())

    def legible(self, text: str, *, instead: str = "") -> str:
        """What can be written of a text; `instead` where nothing can that says anything."""
        found = legible(text, self._letters)
        self.left_out |= not found.is_whole
        return found.line if found.is_whole or found.says_something else instead

    def make_room(self, height: float) -> bool:
        """Go on to a new page if so much does not fit on this one. Says whether it did."""
        if self.y + height <= BOTTOM:
            return False
        self._pdf.add_page()
        return True

    def note_section(self, text: str) -> None:
        """For the list of contents that programs show."""
        self._pdf.start_section(text)

    def lines(
        self, text: str, width: float, *, size: float, most: int, style: str = ""
    ) -> list[str]:
        """A text cut into lines; what is beyond the last one shows as three dots."""
        self._pdf.set_font("text", style, size)
        if self._pdf.get_string_width(text) <= width:
            return [text]
        if most == 1:
            return [self._shortened(text, width)]
        found: Any = self._pdf.multi_cell(width, text=text, align="L", dry_run=True, output="LINES")
        lines = [str(line) for line in found]
        if len(lines) <= most:
            return lines
        end = 0
        for line in lines[: most - 1]:
            end = text.find(line, end) + len(line)
        return [*lines[: most - 1], self._shortened(text[end:].lstrip(), width)]

    def put(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        side: str = "C",
        *,
        size: float,
        style: str = "",
        color: str = INK,
        height: float = 4.0,
    ) -> None:
        """One line, in smaller letters where it would not fit."""
        self._pdf.set_font("text", style, size)
        while size > SMALLEST and self._pdf.get_string_width(text) > width:
            size -= 0.5
            self._pdf.set_font_size(size)
        self._pdf.set_text_color(color)
        self._pdf.set_xy(x, y)
        self._pdf.cell(width, height, text, align=side)

    def fill(self, color: str, x: float, y: float, width: float, height: float = THIN) -> None:
        self._pdf.set_fill_color(color)
        self._pdf.rect(x, y, width, height, style="F")

    def box(self, x: float, y: float, width: float, height: float) -> None:
        self._pdf.set_draw_color(HAIRLINE)
        self._pdf.rect(x, y, width, height, round_corners=True, corner_radius=1.5)

    def link(self, to: str, told: str, x: float, y: float, width: float, height: float) -> None:
        """`told` is read out for it."""
        self._pdf.link(x, y, width, height, iri_to_uri(to), contents=told)

    def picture(self, picture: Image, x: float, y: float, width: float, height: float) -> None:
        self._pdf.image(picture, x, y, width, height)

    @contextmanager
    def tagged(self, kind: str, told: str | None = None) -> Iterator[None]:
        """What is drawn inside is one element (H1, P, Figure…). None holds another or a new page;
        `told` stands for one that is not text."""
        with self._pdf._marked_sequence(alt_text=told) as element:
            element.s = f"/{kind}"
            yield

    def _shortened(self, text: str, width: float) -> str:
        fits = bisect_right(
            range(len(text)),
            width,
            key=lambda end: self._pdf.get_string_width(f"{text[: end + 1]}{DOTS}"),
        )
        return f"{text[:fits].rstrip()}{DOTS}"

    def _draw_foot(self, page: int) -> None:
        # Of the page and not of what it says: not read out.
        self._pdf._out("/Artifact BMC")
        self.fill(HAIRLINE, MARGIN, BOTTOM + 5, WIDTH)
        [line] = self.lines(self.foot, WIDTH - 30, size=7.5, most=1)
        self.put(line, MARGIN, BOTTOM + 7, WIDTH - 30, "L", size=7.5, color=MUTED)
        told = f"Page {page} of {_PAGES}"
        self.put(told, MARGIN + WIDTH - 30, BOTTOM + 7, 30, "R", size=7.5, color=MUTED)
        self._pdf._out("EMC")

    def _load_letters(self) -> frozenset[int]:
        for style, name in (("", "Regular"), ("B", "Bold")):
            file = resources.files("font_roboto") / "files" / f"Roboto-{name}.ttf"
            self._pdf.add_font("text", style, Path(str(file)))
        styles: Any = self._pdf.fonts.values()
        return frozenset.intersection(*(frozenset(each.cmap) for each in styles))

    def _describe(self, title: str, author: str, made_at: datetime) -> None:
        from fpdf.prefs import ViewerPreferences

        self._pdf.set_title(title)
        self._pdf.set_author(author)
        # Not the library's name: whose file it is, is the author's to say.
        self._pdf.set_creator(author)
        self._pdf.set_producer(author)
        self._pdf.set_creation_date(made_at)
        self._pdf.set_lang("en")
        self._pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)


def opened_picture(data: bytes, width: float, height: float) -> Image | None:
    """A picture fit for so much room; None for one that cannot be read any more."""
    from PIL import Image

    if not data:
        return None
    try:
        picture = Image.open(BytesIO(data))
        picture.thumbnail((round(width * PIXELS), round(height * PIXELS)))
    except OSError:
        return None
    has_holes = "A" in picture.getbands() or "transparency" in picture.info
    return picture.convert("RGBA" if has_holes else "RGB")


def _canvas(draw_foot: Callable[[int], None]) -> FPDF:
    from fpdf import FPDF

    class Canvas(FPDF):
        def footer(self) -> None:
            draw_foot(self.page_no())

    canvas = Canvas(format="A4")
    canvas.set_auto_page_break(False)
    canvas.set_margins(MARGIN, MARGIN, MARGIN)
    canvas.c_margin = 0
    canvas.alias_nb_pages(_PAGES, "L")
    return canvas
