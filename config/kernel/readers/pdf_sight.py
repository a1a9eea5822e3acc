"""Which text of a PDF page a person can see.

Invisible text (render mode 3, white on white, a point high, off the page, transparent) is a way to
speak to a model behind people's backs. The one honest use is the text layer of a scan, which lies
under a picture of the page; it is read where the page shows nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pypdf import PageObject

Matrix = Sequence[float]
Box = tuple[float, float, float, float]

SMALLEST_POINTS: Final = 2.0
_WHITE: Final = 0.94  # least share of light of what nobody sees on white
_CLEAR: Final = 0.05  # most opacity of what nobody sees
_UNSEEN_MODES: Final = (3, 7)  # neither filled nor stroked; only a clipping path
_SCAN_RATIO: Final = 0.5  # of the page that its picture covers
_MOST_BOXES: Final = 2_000
_SHOWS: Final = (b"Tj", b"TJ", b"'", b'"')
_FILLS: Final = (b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*")
_ENDS: Final = (*_FILLS, b"S", b"s", b"n")


@dataclass(frozen=True)
class _Ink:
    """What text is drawn with. `light` is 0 for black and 1 for white."""

    light: float = 0.0
    mode: int = 0
    size: float = 0.0
    opacity: float = 1.0


@dataclass
class _Sight:
    """Follows the drawing of one page and empties what would be drawn unseen."""

    page: Box
    opacities: dict[str, float]
    pictures: frozenset[str]  # names of the images that the page may draw
    ink: _Ink = field(default_factory=_Ink)
    saved: list[_Ink] = field(default_factory=list)
    outer: list[float] = field(default_factory=list)  # scale around each form that is open
    dark: list[tuple[Box, bool]] = field(default_factory=list)  # what was painted, and if dark
    path: list[Box] = field(default_factory=list)
    has_picture: bool = False
    emptied: int = 0

    def before(self, operator: bytes, operands: Any, cm: Matrix, tm: Matrix) -> None:
        if operator in _SHOWS:
            if not self._is_seen(cm, tm):
                self._empty(operator, operands)
        elif operator == b"Do":
            self.saved.append(self.ink)
            self.outer.append(_scale(cm) * (self.outer[-1] if self.outer else 1.0))
            if operands and str(operands[0]) in self.pictures:
                self._paint_picture(cm)
        elif operator == b"q":
            self.saved.append(self.ink)
        elif operator == b"Q":
            self.ink = self.saved.pop() if self.saved else self.ink
        elif operator == b"re" or operator in (b"m", b"l"):
            self._draw(operator, operands, cm)
        elif operator in _ENDS:
            self._paint(operator)
        else:
            self._dip(operator, operands)

    def after(self, operator: bytes, operands: Any, cm: Matrix, tm: Matrix) -> None:
        if operator == b"Do" and self.outer:
            self.ink = self.saved.pop() if self.saved else self.ink
            self.outer.pop()

    def _dip(self, operator: bytes, operands: Any) -> None:
        numbers = [float(one) for one in operands if isinstance(one, int | float)]
        if operator == b"Tr" and numbers:
            self.ink = replace(self.ink, mode=int(numbers[0]))
        elif operator == b"Tf" and numbers:
            self.ink = replace(self.ink, size=abs(numbers[-1]))
        elif operator == b"gs" and operands:
            opacity = self.opacities.get(str(operands[0]))
            self.ink = self.ink if opacity is None else replace(self.ink, opacity=opacity)
        elif operator == b"cs":
            self.ink = replace(self.ink, light=0.0)
        elif operator in (b"g", b"rg", b"k", b"sc", b"scn"):
            self.ink = replace(self.ink, light=_light(numbers))

    def _is_seen(self, cm: Matrix, tm: Matrix) -> bool:
        ink = self.ink
        scale = _scale(cm) * _scale(tm) * (self.outer[-1] if self.outer else 1.0)
        if ink.mode in _UNSEEN_MODES or ink.opacity < _CLEAR:
            return False
        if ink.size * scale < SMALLEST_POINTS:
            return False
        if self.outer:  # where a form stands is not known here
            return ink.light < _WHITE or any(is_dark for _, is_dark in self.dark)
        x, y = _placed(tm[4], tm[5], cm)
        if not _holds(self.page, x, y, slack=2.0):
            return False
        return ink.light < _WHITE or self._is_on_dark(x, y)

    def _is_on_dark(self, x: float, y: float) -> bool:
        under = [is_dark for box, is_dark in self.dark if _holds(box, x, y, slack=1.0)]
        return bool(under) and under[-1]

    def _empty(self, operator: bytes, operands: Any) -> None:
        from pypdf.generic import ArrayObject, TextStringObject

        if operands:
            operands[-1] = ArrayObject() if operator == b"TJ" else TextStringObject("")
        self.emptied += 1

    def _draw(self, operator: bytes, operands: Any, cm: Matrix) -> None:
        numbers = [float(one) for one in operands if isinstance(one, int | float)]
        if len(numbers) < 2 or len(self.path) > _MOST_BOXES:
            return
        x, y = numbers[:2]
        width, height = (numbers[2], numbers[3]) if len(numbers) > 3 else (0.0, 0.0)
        self.path.append(_box([_placed(x, y, cm), _placed(x + width, y + height, cm)]))

    def _paint(self, operator: bytes) -> None:
        if operator in _FILLS and self.path and len(self.dark) < _MOST_BOXES:
            corners = [(box[0], box[1]) for box in self.path]
            corners += [(box[2], box[3]) for box in self.path]
            self.dark.append((_box(corners), self.ink.light < _WHITE and self.ink.opacity > _CLEAR))
        self.path.clear()

    def _paint_picture(self, cm: Matrix) -> None:
        box = _box([_placed(0, 0, cm), _placed(1, 1, cm)])
        if len(self.dark) < _MOST_BOXES:
            self.dark.append((box, True))
        page = _area(self.page)
        self.has_picture = self.has_picture or (page > 0 and _area(box) > _SCAN_RATIO * page)


def seen_text(page: PageObject) -> str:
    """The page's text without what nobody sees; all of it where the page is a scan.

    Raises what the library raises for a damaged page.
    """
    sight = _Sight(_media(page), _opacities(page), _pictures(page))
    text = _extracted(page, sight.before, sight.after)
    if sight.emptied and sight.has_picture and not any(map(str.isalnum, text)):
        return str(page.extract_text())
    return text


def _extracted(page: PageObject, before: Callable[..., None], after: Callable[..., None]) -> str:
    return str(page.extract_text(visitor_operand_before=before, visitor_operand_after=after))


def _media(page: PageObject) -> Box:
    box = page.mediabox
    return float(box.left), float(box.bottom), float(box.right), float(box.top)


def _opacities(page: PageObject) -> dict[str, float]:
    """Fill opacity by the name of each graphics state that the page names."""
    found = {}
    for name, state in _resources(page, "/ExtGState").items():
        value = state.get_object().get("/ca")
        if isinstance(value, int | float):
            found[str(name)] = float(value)
    return found


def _pictures(page: PageObject) -> frozenset[str]:
    drawn = _resources(page, "/XObject").items()
    return frozenset(str(name) for name, one in drawn if one.get_object()["/Subtype"] == "/Image")


def _resources(page: PageObject, kind: str) -> dict[str, Any]:
    resources: Any = page.get("/Resources")
    found = resources.get_object().get(kind) if resources else None
    return dict(found.get_object()) if found else {}


def _light(numbers: Sequence[float]) -> float:
    """Of gray, RGB or CMYK; what is neither counts as dark."""
    if len(numbers) in (1, 3):
        return min(numbers)
    if len(numbers) == 4:
        return 1.0 - min(1.0, max(numbers[:3]) + numbers[3])
    return 0.0


def _scale(matrix: Matrix) -> float:
    return math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))


def _placed(x: float, y: float, cm: Matrix) -> tuple[float, float]:
    return cm[0] * x + cm[2] * y + cm[4], cm[1] * x + cm[3] * y + cm[5]


def _box(corners: Sequence[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _holds(box: Box, x: float, y: float, *, slack: float) -> bool:
    across = box[0] - slack <= x <= box[2] + slack
    return across and box[1] - slack <= y <= box[3] + slack
