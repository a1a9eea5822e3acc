"""Pictures made to fit a platform before they are sent; the same picture gives the same bytes.

Same bytes matter: platforms name a picture by the hash of its content, so that one uploaded again
after a crash is the same picture.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import ChannelError
from .shapes import Limits

MAX_PIXELS = 50_000_000
"""Above this a picture is refused before it is decoded: 200 megapixels took 800 MB of memory."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITIES = (90, 82, 74, 66)
SCALES = (1.0, 0.8, 0.64, 0.5, 0.4, 0.3, 0.2, 0.1)
LONGEST_SIDE_PIXELS = 4096


@dataclass(frozen=True, slots=True)
class FittedImage:
    """A picture as it will be sent; `note` says what was changed, for people, or is empty."""

    data: bytes
    content_type: str
    width: int
    height: int
    note: str = ""


def fit_image(data: bytes, limits: Limits, *, name: str = "The picture") -> FittedImage:
    """Return the picture as it is if it fits, else upright, padded, smaller or in another format,
    always without its metadata. Nothing of it is cut off and no animation is stilled.

    Raises ChannelError (refused; a retry does not help) when it cannot be read or made to fit.
    """
    image = _open(data, name)
    content_type = Image.MIME.get(image.format or "", "")
    if _fits(image, data, content_type, limits):
        return FittedImage(data, content_type, image.width, image.height)
    _refuse_motion(image, name)
    upright = ImageOps.exif_transpose(image)
    _refuse_small(upright, limits, name)
    return _re_encoded(upright, data, limits, name)


def _refuse_motion(image: Image.Image, name: str) -> None:
    """Nothing here writes animations anew, so that one which does not fit would stand still."""
    if getattr(image, "is_animated", False):
        raise ChannelError(
            f"{name} moves, and it does not fit this network as it is: save it as a video (MP4) or "
            "as a still picture, and put that in its place.",
            permanent=True,
            code="image_moves",
        )


def _refuse_small(image: Image.Image, limits: Limits, name: str) -> None:
    least = limits.image_shortest_side
    if least is not None and min(image.size) < least:
        raise ChannelError(
            f"{name} has {image.width} × {image.height} pixels, and its shorter side needs at "
            f"least {least} here: use a larger one.",
            permanent=True,
            code="image_too_small",
        )


def _padding(size: tuple[int, int], limits: Limits) -> tuple[int, int] | None:
    """The size with edges added, so that width by height is allowed; None when it is already."""
    width, height = size
    ratio = width / height
    if limits.image_ratio_min is not None and ratio < limits.image_ratio_min:
        return ceil(height * limits.image_ratio_min), height
    if limits.image_ratio_max is not None and ratio > limits.image_ratio_max:
        return width, ceil(width / limits.image_ratio_max)
    return None


def _open(data: bytes, name: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise ChannelError(
                f"{name} has {image.width} × {image.height} pixels, which is more than 50 million: "
                "use a smaller one.",
                permanent=True,
                code="image_too_large",
            )
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise ChannelError(
            f"{name} cannot be read as JPEG, PNG, WebP or GIF: save it again as JPEG or PNG and "
            "replace it.",
            permanent=True,
            code="image_unreadable",
        ) from error
    except Image.DecompressionBombError as error:
        raise ChannelError(
            f"{name} has too many pixels: use a smaller one.",
            permanent=True,
            code="image_too_large",
        ) from error
    return image


def _fits(image: Image.Image, data: bytes, content_type: str, limits: Limits) -> bool:
    small_enough = limits.image_max_bytes is None or len(data) <= limits.image_max_bytes
    return (
        small_enough
        and (not limits.image_types or content_type in limits.image_types)
        and not image.getexif()
        and max(image.size) <= _longest(limits, image)
        and min(image.size) >= (limits.image_shortest_side or 0)
        and not _padding(image.size, limits)
    )


def _longest(limits: Limits, image: Image.Image) -> int:
    return limits.image_longest_side or max(image.size)


def _re_encoded(image: Image.Image, data: bytes, limits: Limits, name: str) -> FittedImage:
    see_through = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    keep_png = "image/png" in limits.image_types and (
        see_through or "image/jpeg" not in limits.image_types
    )
    longest = min(LONGEST_SIDE_PIXELS, limits.image_longest_side or LONGEST_SIDE_PIXELS)
    sides = min(1.0, longest / max(image.size))
    for scale in SCALES:
        smaller = _padded(_scaled(image, scale * sides), limits)
        if min(smaller.size) < (limits.image_shortest_side or 1):
            break
        for encoded, content_type in _encodings(smaller, keep_png):
            if limits.image_max_bytes is None or len(encoded) <= limits.image_max_bytes:
                note = _note(data, encoded, image, smaller, limits, name)
                return FittedImage(encoded, content_type, smaller.width, smaller.height, note)
    raise ChannelError(
        f"{name} cannot be made smaller than {limits.image_max_bytes} bytes: use another one.",
        permanent=True,
        code="image_too_large",
    )


def _padded(image: Image.Image, limits: Limits) -> Image.Image:
    size = _padding(image.size, limits)
    if size is None:
        return image
    ground = Image.new("RGB", size, "white")
    place = ((size[0] - image.width) // 2, (size[1] - image.height) // 2)
    ground.paste(_on_white(image), place)
    return ground


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1.0:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.convert("RGBA" if "A" in image.getbands() else "RGB").resize(
        size, Image.Resampling.LANCZOS
    )


def _encodings(image: Image.Image, keep_png: bool) -> Iterator[tuple[bytes, str]]:
    if keep_png:
        yield _saved(image.convert("RGBA"), "PNG", optimize=True), "image/png"
        return
    flat = _on_white(image)
    for quality in QUALITIES:
        yield _saved(flat, "JPEG", quality=quality, optimize=True), "image/jpeg"


def _on_white(image: Image.Image) -> Image.Image:
    layered = image.convert("RGBA")
    ground = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(ground, layered).convert("RGB")


def _saved(image: Image.Image, format_name: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.info = {}
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def _note(
    data: bytes,
    encoded: bytes,
    before: Image.Image,
    after: Image.Image,
    limits: Limits,
    name: str,
) -> str:
    changes: list[str] = []
    shrunk = max(after.size) < max(before.size)
    if (limits.image_max_bytes is not None and len(data) > limits.image_max_bytes) or shrunk:
        changes.append(
            f"was made smaller, from {_megabytes(data)} and {before.width} × {before.height} "
            f"pixels to {_megabytes(encoded)} and {after.width} × {after.height}"
        )
    if _padding(before.size, limits):
        changes.append("got white edges, since its shape is not taken")
    if not changes:
        changes.append("was saved again without its hidden data (place, camera) or in another form")
    return f"{name} {' and '.join(changes)}."


def _megabytes(data: bytes) -> str:
    return f"{len(data) / 1_000_000:.1f} MB"
