"""Charts drawn on the server: SVG that needs no script, reads aloud, prints and follows the theme.

Lengths are percentages of a plot without a viewBox, so text keeps its size on a phone; lines live
in a nested plot of 100 x 100 whose strokes do not scale. Every chart has a title, labelled axes
and its numbers as a table behind it. At most five series, told apart by dashes as well as colour.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .ui import compact, share

register = template.Library()

MOST_SERIES = 5
MOST_LABELS = 7
MOST_DOTS = 31


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its range, if it is an estimate; `count` is what it was measured on."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis over round numbers that always holds zero, so that lengths do not lie."""

    low: float
    high: float
    step: float

    def at(self, value: float) -> float:
        """Percent of the axis, counted from its low end."""
        return (value - self.low) / (self.high - self.low) * 100

    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [self.low + index * self.step for index in range(count + 1)]


def scale_for(values: Iterable[float | None], *, steps: int = 4) -> Scale:
    """The round scale around some values: steps of 1, 2 or 5 times a power of ten."""
    known = [float(value) for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    if low == high:
        high = low + 1.0
    step = _round_step((high - low) / steps)
    bottom, top = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return Scale(low=bottom, high=top, step=step)


@register.inclusion_tag("ui/charts/line.html")
def line_chart(
    *,
    title: str,
    series: Sequence[Series],
    x_label: str,
    y_label: str,
    unit: str = "",
    area: bool = False,
) -> dict[str, Any]:
    """Values over time. `low` and `high` of a point draw the band of its uncertainty.

    All series share the labels of the first. A None value leaves a gap. `area` fills under a
    single series. Raises ValueError above five series, which nobody can tell apart.
    """
    if len(series) > MOST_SERIES:
        raise ValueError(f"A chart shows at most {MOST_SERIES} series; {len(series)} were given.")
    labels = [point.label for point in series[0].points] if series else []
    points = [point for one in series for point in one.points]
    scale = scale_for(bound for point in points for bound in (point.value, point.low, point.high))
    return {
        **_frame(title, x_label, y_label, unit, scale),
        "has_data": any(point.value is not None for point in points),
        "x_ticks": _x_ticks(labels, [_x(index, len(labels)) for index in range(len(labels))]),
        "series": [
            _drawn(one, number, scale, unit, area and len(series) == 1)
            for number, one in enumerate(series, 1)
        ],
        "table": _table(labels, series, unit),
        "names": [one.name for one in series],
    }


@register.inclusion_tag("ui/charts/bars.html")
def bar_chart(
    *, title: str, bars: Sequence[Point], x_label: str, y_label: str, unit: str = ""
) -> dict[str, Any]:
    """One value per label; a range of uncertainty is drawn as a whisker over its bar."""
    scale = scale_for(bound for bar in bars for bound in (bar.value, bar.low, bar.high))
    slot = 100 / max(len(bars), 1)
    return {
        **_frame(title, x_label, y_label, unit, scale),
        "has_data": any(bar.value is not None for bar in bars),
        "x_ticks": _x_ticks(
            [bar.label for bar in bars], [slot * (index + 0.5) for index in range(len(bars))]
        ),
        "bars": [_bar(bar, slot * index, slot, scale, unit) for index, bar in enumerate(bars)],
        "table": _table([bar.label for bar in bars], [Series(y_label, bars)], unit),
        "names": [y_label],
    }


@register.inclusion_tag("ui/charts/ranges.html")
def range_chart(
    *, title: str, ranges: Sequence[Point], unit: str = "", counted: str = "posts"
) -> dict[str, Any]:
    """Estimates as ranges with counts. A point without a value says that data is too thin."""
    scale = scale_for(bound for point in ranges for bound in (point.value, point.low, point.high))
    return {
        "title": title,
        "counted": counted,
        "rows": [_range(point, scale, unit) for point in ranges],
        "ticks": [
            {"at": _percent(scale.at(tick)), "word": _word(tick, unit)} for tick in scale.ticks()
        ],
    }


@register.simple_tag
def spark(values: Sequence[float | None], *, title: str) -> SafeString:
    """A line the size of a word. Its numbers stand in its title, so nothing hides."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return mark_safe("")
    scale = scale_for(known)
    line = _path(
        [
            None if value is None else (_x(index, len(values)), 100 - scale.at(value))
            for index, value in enumerate(values)
        ]
    )
    return format_html(
        '<svg class="spark series" viewBox="0 0 100 100" preserveAspectRatio="none" role="img">'
        "<title>{}: {}</title>"
        '<path class="series__line" vector-effect="non-scaling-stroke" d="{}"></path></svg>',
        title,
        ", ".join("none" if value is None else compact(value) for value in values),
        line,
    )


def _frame(title: str, x_label: str, y_label: str, unit: str, scale: Scale) -> dict[str, Any]:
    ticks = [
        {
            "at": _percent(100 - scale.at(tick)),
            "word": _word(tick, unit),
            "is_zero": abs(tick) < 1e-9,
        }
        for tick in scale.ticks()
    ]
    return {"title": title, "x_label": x_label, "y_label": y_label, "y_ticks": ticks}


def _drawn(one: Series, number: int, scale: Scale, unit: str, area: bool) -> dict[str, Any]:
    width = len(one.points)
    spots = [
        None if point.value is None else (_x(index, width), 100 - scale.at(point.value))
        for index, point in enumerate(one.points)
    ]
    return {
        "number": number,
        "name": one.name,
        "line": _path(spots),
        "band": _band(one.points, scale),
        "area": _area(spots, 100 - scale.at(0.0)) if area else "",
        "dots": [
            {"x": _percent(spot[0]), "y": _percent(spot[1]), "title": _said(point, one.name, unit)}
            for spot, point in zip(spots, one.points, strict=True)
            if spot and width <= MOST_DOTS
        ],
    }


def _bar(bar: Point, left: float, slot: float, scale: Scale, unit: str) -> dict[str, Any]:
    zero, value = scale.at(0.0), scale.at(bar.value or 0.0)
    drawn: dict[str, Any] = {
        "x": _percent(left + slot * 0.15),
        "width": _percent(slot * 0.7),
        "y": _percent(100 - max(zero, value)),
        "height": _percent(abs(value - zero)),
        "middle": _percent(left + slot / 2),
        "title": _said(bar, "", unit),
    }
    if bar.low is not None and bar.high is not None:
        drawn["low"] = _percent(100 - scale.at(bar.low))
        drawn["high"] = _percent(100 - scale.at(bar.high))
    return drawn


def _range(point: Point, scale: Scale, unit: str) -> dict[str, Any]:
    if point.value is None:
        return {"label": point.label, "count": point.count, "words": ""}
    low = point.value if point.low is None else point.low
    high = point.value if point.high is None else point.high
    return {
        "label": point.label,
        "count": point.count,
        "words": f"{_word(point.value, unit)}, between {_word(low, unit)} and {_word(high, unit)}",
        "at": _percent(scale.at(point.value)),
        "low": _percent(scale.at(low)),
        "high": _percent(scale.at(high)),
        "zero": _percent(scale.at(0.0)),
    }


def _table(labels: Sequence[str], series: Sequence[Series], unit: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "cells": [_cell(one.points[index], unit) for one in series]}
        for index, label in enumerate(labels)
    ]


def _cell(point: Point, unit: str) -> str:
    if point.value is None:
        return "no value"
    words = _word(point.value, unit)
    if point.low is not None and point.high is not None:
        words += f" ({_word(point.low, unit)} to {_word(point.high, unit)})"
    return words


def _said(point: Point, name: str, unit: str) -> str:
    return ", ".join(part for part in (name, point.label, _cell(point, unit)) if part)


def _x_ticks(labels: Sequence[str], spots: Sequence[float]) -> list[dict[str, Any]]:
    """At most seven words under the plot; every second one leaves where the plot is narrow."""
    every = max(1, math.ceil(len(labels) / MOST_LABELS))
    chosen = range(0, len(labels), every)
    return [
        {"at": _percent(spots[index]), "word": labels[index], "is_minor": order % 2 == 1}
        for order, index in enumerate(chosen)
    ]


def _path(spots: Sequence[tuple[float, float] | None]) -> str:
    parts: list[str] = []
    is_drawing = False
    for spot in spots:
        if spot is not None:
            parts.append(f"{'L' if is_drawing else 'M'}{spot[0]:.2f} {spot[1]:.2f}")
        is_drawing = spot is not None
    return "".join(parts)


def _band(points: Sequence[Point], scale: Scale) -> str:
    edges = [
        (_x(index, len(points)), 100 - scale.at(point.low), 100 - scale.at(point.high))
        for index, point in enumerate(points)
        if point.low is not None and point.high is not None
    ]
    if len(edges) < 2:
        return ""
    there = [(x, high) for x, _, high in edges]
    back = [(x, low) for x, low, _ in reversed(edges)]
    return _path([*there, *back]) + "Z"


def _area(spots: Sequence[tuple[float, float] | None], floor: float) -> str:
    known = [spot for spot in spots if spot is not None]
    if len(known) < 2:
        return ""
    return _path([(known[0][0], floor), *known, (known[-1][0], floor)]) + "Z"


def _x(index: int, count: int) -> float:
    return 50.0 if count < 2 else index / (count - 1) * 100


def _percent(value: float) -> str:
    return share(value / 100)


def _word(value: float, unit: str) -> str:
    number = compact(value) if abs(value) >= 10 or float(value).is_integer() else f"{value:.3g}"
    return f"{number} {unit}".rstrip()


def _round_step(rough: float) -> float:
    power = 10 ** math.floor(math.log10(rough))
    return float(
        next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    )
