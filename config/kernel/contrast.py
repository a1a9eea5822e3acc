"""Contrast of two colours as the Web Content Accessibility Guidelines 2.2 reckon it, and what to do
about too little of it. Source: WCAG 2.2, 1.4.3 and 1.4.11; specification 2c and 6.6."""

from __future__ import annotations

import re
from typing import Final

TEXT: Final = 4.5
LARGE: Final = 3.0
"""For text of 24 px and more, and for what is no text."""

HEX: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_STEPS: Final = 100


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white), of colours as #RRGGBB. Raises ValueError."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(color: str, background: str, least: float = TEXT) -> str:
    """The colour, mixed with as little black or white as reaches `least`; itself if it does.

    No mix of a background in the middle reaches more than both black and white do, so at worst it
    is the better one of them.
    """
    if contrast(color, background) >= least:
        return color
    ends = sorted(("#000000", "#FFFFFF"), key=lambda end: -contrast(end, background))
    for step in range(1, _STEPS + 1):
        for end in ends:
            blend = mixed(color, end, step / _STEPS)
            if contrast(blend, background) >= least:
                return blend
    return ends[0]


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _parts(color: str) -> tuple[int, int, int]:
    if HEX.fullmatch(color) is None:
        raise ValueError(f"{color!r} is no colour of the form #RRGGBB")
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def mixed(color: str, end: str, share: float) -> str:
    """A colour with a share of another, from 0 to 1."""
    pairs = zip(_parts(color), _parts(end), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
