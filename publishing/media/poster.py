"""The still picture that stands for a video until it plays, where a network wants one beside it."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

from config.kernel.videos import ENDINGS, MP4

from .program import convert, ffmpeg

CARD_SIZE = (1280, 720)
LETTER_PIXELS = 64
LETTERS_IN_LINE, LINES = 34, 7
MOST_BYTES = 20_000_000
_PICKED = "thumbnail=24,scale='min(1280,iw)':-2"
"""Of the first 24 frames the one that says most, since the very first is often black."""


def poster(video: bytes, title: str) -> bytes:
    """A JPEG for an MP4: a frame of it, or a plain card with the title where none can be had."""
    return _frame(video) or _card(title)


def _frame(video: bytes) -> bytes:
    """Empty without ffmpeg, and for a video that it cannot read."""
    program = ffmpeg()
    if program is None:
        return b""
    options = [
        *("-map", "0:v:0", "-vf", _PICKED, "-frames:v", "1", "-map_metadata", "-1"),
        *("-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "3", "-fflags", "+bitexact"),
        *("-f", "mjpeg"),
    ]
    with TemporaryDirectory(prefix="warren-poster-") as folder:
        source, target = Path(folder) / f"video.{ENDINGS[MP4]}", Path(folder) / "poster.jpg"
        source.write_bytes(video)
        if convert(source, target, MP4, program, options, seconds=0, most_bytes=MOST_BYTES):
            return target.read_bytes()
    return b""


def _card(title: str) -> bytes:
    """The font that is always there has Latin letters only, so other titles are left out."""
    from PIL import Image, ImageDraw, ImageFont

    card = Image.new("RGB", CARD_SIZE, "#20303a")
    if title.encode("latin-1", "ignore").decode("latin-1") == title:
        lines = textwrap.wrap(title, LETTERS_IN_LINE, max_lines=LINES, placeholder=" …")
        middle = (CARD_SIZE[0] / 2, CARD_SIZE[1] / 2)
        font = ImageFont.load_default(LETTER_PIXELS)
        words = "\n".join(lines)
        ImageDraw.Draw(card).multiline_text(
            middle, words, fill="white", font=font, anchor="mm", align="center"
        )
    buffer = io.BytesIO()
    card.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
