"""Small pictures of what is in the library, made in the process that opens strangers' pictures."""

from __future__ import annotations

from typing import Final

from config.kernel.errors import Invalid, Unavailable
from config.kernel.uploads import rewrite_picture
from organizations.services.files import read_stored, store_file, stored_path

from .media import KeptMedium
from .upward import frames_of

THUMBNAIL_PIXELS: Final = 480
"""Of the longest side: a tile of the grid on a screen with two points to the pixel."""


def small_picture(kept: KeptMedium) -> str:
    """The key of a small picture of a stored file; of a video its first frame.

    Empty where there is none: the original is shown then, or a sign. Nothing fails for want of it.
    """
    try:
        data = _frame(kept) if kept.content_type.startswith("video/") else _whole(kept)
        if not data:
            return ""
        small = rewrite_picture(data, longest_pixels=THUMBNAIL_PIXELS)
        return store_file(small.data, ending=small.ending)
    except (Invalid, Unavailable):
        return ""


def _whole(kept: KeptMedium) -> bytes:
    is_small = max(kept.width or 0, kept.height or 0) <= THUMBNAIL_PIXELS
    return b"" if is_small else read_stored(kept.reference)


def _frame(kept: KeptMedium) -> bytes:
    take = frames_of.get()
    if take is None:
        return b""
    found = take(stored_path(kept.reference), kept.content_type, every_seconds=1, most=1)
    return found[0] if found else b""
