"""What a stored picture is by itself: sides, colours, a see-through ground. No model is asked.

Only pictures that we wrote ourselves are opened (uploads.py), so nothing in them speaks of a place
or a camera any more.
"""

from __future__ import annotations

import colorsys
from collections import Counter
from io import BytesIO
from typing import Any, Final

SAMPLE_PIXELS: Final = 96  # of the longer side that is looked at
LOOK_PIXELS: Final = 768  # of the longer side that a model gets
MOST_COLOURS: Final = 3
_SMALLEST_SHARE: Final = 0.12
_SEE_THROUGH_SHARE: Final = 0.01
_HUES: Final = (
    (15, "red"),
    (45, "orange"),
    (68, "yellow"),
    (165, "green"),
    (200, "turquoise"),
    (255, "blue"),
    (290, "purple"),
    (340, "pink"),
    (361, "red"),
)


def picture_facts(data: bytes) -> dict[str, Any]:
    """Width and height in pixels, orientation, at most three colours with their share (0 to 1), and
    whether its ground is see-through. Empty for what cannot be opened."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
            width, height = image.size
            image.draft("RGB", (SAMPLE_PIXELS, SAMPLE_PIXELS))
            image.thumbnail((SAMPLE_PIXELS, SAMPLE_PIXELS))
            sample = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return {}
    found: Any = sample.get_flattened_data()
    pixels: list[tuple[int, int, int, int]] = list(found)
    solid = [pixel for pixel in pixels if pixel[3] >= 128]
    return {
        "width": width,
        "height": height,
        "orientation": orientation_of(width, height),
        "colours": _colours(solid),
        "is_see_through": len(pixels) - len(solid) > _SEE_THROUGH_SHARE * len(pixels),
    }


def orientation_of(width: int, height: int) -> str:
    if width > height * 1.05:
        return "landscape"
    return "portrait" if height > width * 1.05 else "square"


def small_picture(data: bytes) -> bytes:
    """The same as a JPEG of at most 768 pixels, for a model to look at."""
    from PIL import Image

    with Image.open(BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
        image.draft("RGB", (LOOK_PIXELS, LOOK_PIXELS))
        image.thumbnail((LOOK_PIXELS, LOOK_PIXELS))
        seen = image.convert("RGBA")
    ground = Image.new("RGBA", seen.size, "white")
    out = BytesIO()
    Image.alpha_composite(ground, seen).convert("RGB").save(out, format="JPEG", quality=85)
    return out.getvalue()


def _colours(pixels: list[tuple[int, int, int, int]]) -> list[dict[str, Any]]:
    counts = Counter(colour_of(red, green, blue) for red, green, blue, _ in pixels)
    shares = [(name, count / len(pixels)) for name, count in counts.most_common(MOST_COLOURS)]
    return [
        {"name": name, "share": round(share, 2)}
        for place, (name, share) in enumerate(shares)
        if share >= _SMALLEST_SHARE or place == 0
    ]


def colour_of(red: int, green: int, blue: int) -> str:
    """The plain word for a colour, by its hue, lightness and strength."""
    hue, lightness, strength = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if lightness < 0.12:
        return "black"
    if lightness > 0.93:
        return "white"
    if strength < 0.12:
        return "grey"
    degrees = hue * 360
    name = next(name for end, name in _HUES if degrees < end)
    if name in ("orange", "red") and degrees < 50 and lightness < 0.4:
        return "brown"
    if name in ("orange", "yellow") and lightness > 0.75 and strength < 0.6:
        return "beige"
    return name
