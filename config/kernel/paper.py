"""A report as a PDF file: headings, words, figures, bars and tables from top to bottom on A4, in
the colour of whom it speaks for. Whatever is written on that colour or in it can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .contrast import LARGE, TEXT, contrast, readable
from .sheet import HAIRLINE, INK, MARGIN, MUTED, PAGE, WIDTH, Sheet, opened_picture

BLACK: Final = "#000000"
WHITE: Final = "#FFFFFF"
STRIPE: Final = 3.0
LOGO: Final = (56.0, 13.0)
SMALL_LOGO: Final = (19.0, 9.0)
BAR_HEIGHT: Final = 34.0
# Bars get no wider than if there were so many.
FEWEST_BARS: Final = 6
IN_A_ROW: Final = 3
PADDING: Final = 1.5
LEAD: Final = 4.0
NOTE_LEAD: Final = 3.6


@dataclass(frozen=True, slots=True)
class Mark:
    """A name, and the picture that stands for it if there is one."""

    name: str
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in millimetres; those of a table come to WIDTH."""

    title: str
    width: float
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """`note` stands small under the words; `link` is where both lead."""

    words: str
    note: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the words of a column stand."""

    title: str
    left: float
    width: float
    side: str


class Paper(Sheet):
    """What is given to be drawn was made `legible`, but the title, author and marks."""

    def __init__(self, *, title: str, author: str, accent: str, made_at: datetime) -> None:
        super().__init__(title=title, author=author, made_at=made_at)
        self.accent = accent
        self.on_accent = max((WHITE, BLACK), key=lambda ink: contrast(accent, ink))
        self.link_ink = readable(accent, WHITE, TEXT)
        self.bar_ink = readable(accent, WHITE, LARGE)
        self.fill(accent, 0, 0, PAGE[0], STRIPE)
        self.y = MARGIN - 4

    def head(self, left: Mark, right: Mark) -> None:
        """Whose it is, by picture or name, and of whom it tells."""
        top = self.y
        if not self._draw_picture(left, LOGO, top, is_left=True):
            self._draw_name(left, MARGIN, WIDTH / 2, top, is_left=True)
        taken = self._draw_picture(right, SMALL_LOGO, top, is_left=False)
        width = WIDTH * 0.45 - taken
        self._draw_name(right, MARGIN + WIDTH * 0.55, width, top, is_left=False)
        self.fill(HAIRLINE, MARGIN, top + LOGO[1] + 4, WIDTH)
        self.y = top + LOGO[1] + 11

    def title(self, text: str) -> None:
        self._block(text, "H1", size=22, style="B", lead=9.5)
        self.space(1.5)

    def heading(self, text: str, *, keep: float = 30.0) -> None:
        """`keep`: so much of what follows stands on the same page."""
        self.space(8)
        self.make_room(8 + keep)
        self.note_section(text)
        self._block(text, "H2", size=13, style="B", lead=6)
        self.space(2)

    def words(self, text: str, *, size: float = 9.5) -> None:
        self._block(text, "P", size=size, color=MUTED, lead=size * 0.5)

    def space(self, height: float) -> None:
        self.y += height

    def figures(self, figures: Sequence[tuple[str, str, str]]) -> None:
        """Boxes of (what, number, unit and period)."""
        gap, height = 4.0, 21.0
        width = (WIDTH - (IN_A_ROW - 1) * gap) / IN_A_ROW
        for start in range(0, len(figures), IN_A_ROW):
            self.space(gap)
            self.make_room(height)
            top = self.y
            for place, figure in enumerate(figures[start : start + IN_A_ROW]):
                self._draw_figure(figure, MARGIN + place * (width + gap), top, width, height)
            self.y = top + height

    def bars(self, told: str, bars: Sequence[tuple[str, int]]) -> None:
        """`told`: what is drawn, for who cannot see it; the numbers are added to it."""
        self.make_room(BAR_HEIGHT + 14)
        foot, highest = self.y + 7 + BAR_HEIGHT, max(value for _, value in bars) or 1
        slot = WIDTH / max(len(bars), FEWEST_BARS)
        numbers = "; ".join(f"{label}: {value:,}" for label, value in bars)
        with self.tagged("Figure", f"{told}. {numbers}."):
            for place, (label, value) in enumerate(bars):
                left, height = MARGIN + place * slot, BAR_HEIGHT * value / highest
                if height:
                    self.fill(self.bar_ink, left + slot * 0.2, foot - height, slot * 0.6, height)
                self.put(f"{value:,}", left, foot - height - 4.5, slot, size=8)
                self.put(label, left, foot + 1, slot, size=7.5, color=MUTED)
            self.fill(HAIRLINE, MARGIN, foot, WIDTH)
        self.y = foot + 7

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """The first cell of a row may take two lines and leads where it says. The head is drawn
        again on every page."""
        places = _places(columns)
        self._draw_table_head(places)
        for row in rows:
            words = self.lines(row[0].words, places[0].width, size=8.5, most=2)
            note = row[0].note and self.lines(row[0].note, places[0].width, size=7, most=1)[0]
            height = 3.4 + LEAD * len(words) + (NOTE_LEAD if note else 0)
            if self.make_room(height):
                self._draw_table_head(places)
            self._draw_row(places, row, words, note, height)

    def _draw_row(
        self,
        places: Sequence[_Place],
        row: Sequence[Cell],
        words: Sequence[str],
        note: str,
        height: float,
    ) -> None:
        first, lead, top = places[0], row[0], self.y
        color, y = self.link_ink if lead.link else INK, top + 1.7
        with self.tagged("P"):
            for number, line in enumerate(words):
                where = (first.left, y + LEAD * number, first.width, first.side)
                self.put(line, *where, size=8.5, color=color)
            where = (first.left, y + LEAD * len(words), first.width, first.side)
            if note:
                self.put(note, *where, size=7, color=MUTED, height=3.4)
            for place, cell in zip(places[1:], row[1:], strict=True):
                self.put(cell.words, place.left, y, place.width, place.side, size=8.5)
        if lead.link:
            self.link(lead.link, lead.words, first.left, top, first.width, height)
        self.fill(HAIRLINE, MARGIN, top + height, WIDTH)
        self.y = top + height

    def _draw_table_head(self, places: Sequence[_Place]) -> None:
        top, height = self.y, 7.0
        self.fill(self.accent, MARGIN, top, WIDTH, height)
        with self.tagged("P"):
            for place in places:
                where = (place.left, top + 1.5, place.width, place.side)
                self.put(place.title, *where, size=7, style="B", color=self.on_accent)
        self.y = top + height

    def _draw_figure(
        self, figure: tuple[str, str, str], left: float, top: float, width: float, height: float
    ) -> None:
        what, number, period = figure
        left, inside = left + 4, width - 8
        self.box(left - 4, top, width, height)
        with self.tagged("P"):
            self.put(what, left, top + 2.4, inside, "L", size=8.5, color=MUTED)
            self.put(number, left, top + 7, inside, "L", size=17, style="B", height=8)
            self.put(period, left, top + 15.4, inside, "L", size=7.5, color=MUTED)

    def _draw_picture(
        self, mark: Mark, most: tuple[float, float], top: float, *, is_left: bool
    ) -> float:
        """The width that it takes, with the space beside it; 0 where there is none."""
        picture = opened_picture(mark.picture, *most)
        if picture is None:
            return 0.0
        scale = min(most[0] / picture.width, most[1] / picture.height)
        width, height = picture.width * scale, picture.height * scale
        left = MARGIN if is_left else MARGIN + WIDTH - width
        with self.tagged("Figure", mark.name):
            self.picture(picture, left, top + (LOGO[1] - height) / 2, width, height)
        return width + 3

    def _draw_name(
        self, mark: Mark, left: float, width: float, top: float, *, is_left: bool
    ) -> None:
        side, style, size, color = ("L", "B", 15, INK) if is_left else ("R", "", 10, MUTED)
        if name := self.legible(mark.name):
            [line] = self.lines(name, width, size=size, style=style, most=1)
            where = (left, top + (LOGO[1] - 7) / 2, width, side)
            with self.tagged("P"):
                self.put(line, *where, size=size, style=style, color=color, height=7)

    def _block(
        self, text: str, kind: str, *, size: float, lead: float, style: str = "", color: str = INK
    ) -> None:
        """Words over the whole width."""
        lines = self.lines(text, WIDTH, size=size, style=style, most=20)
        self.make_room(lead * len(lines))
        top = self.y
        with self.tagged(kind):
            for number, line in enumerate(lines):
                where = (MARGIN, top + lead * number, WIDTH, "L")
                self.put(line, *where, size=size, style=style, color=color)
        self.y = top + lead * len(lines)


def _places(columns: Sequence[Column]) -> list[_Place]:
    found, left = [], MARGIN
    for column in columns:
        side = "R" if column.is_number else "L"
        found.append(_Place(column.title, left + PADDING, column.width - 2 * PADDING, side))
        left += column.width
    return found
