"""A process of its own that opens one uploaded picture and writes it anew. Run by uploads.py.

Decoders are written in C and read what strangers made. Here one may take 512 MB and 15 s of
processor time, opens no file of its own, starts no other process, and knows no secret: it gets an
empty environment, the bytes on its standard input, and imports nothing of Warren. What is to be
cut out and how long a side may be stands in its first argument, as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from io import BytesIO
from typing import Any

MEMORY_BYTES = 512 * 1024 * 1024
PROCESSOR_SECONDS = 15
MOST_PIXELS = 50_000_000
JPEG_QUALITY = 90
# What is read, and what it is written as. What moves is refused: one frame of it would stay.
WRITTEN_AS = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "GIF": "PNG"}


def main() -> None:
    data = sys.stdin.buffer.read()
    # Before the limits: the libraries themselves want address space and files.
    from PIL import Image, ImageCms, ImageOps  # noqa: F401

    Image.init()
    _limit()
    try:
        head, body = _rewritten(data, json.loads(sys.argv[1]) if sys.argv[1:] else {})
    except MemoryError:
        head, body = {"refused": "memory"}, b""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _rewritten(data: bytes, wishes: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from PIL import Image, UnidentifiedImageError

    # The size stands in the file's head; it is looked at below, before anything is unpacked.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(BytesIO(data), formats=list(WRITTEN_AS)) as image:
            if image.width * image.height > MOST_PIXELS:
                return {"refused": "pixels"}, b""
            if getattr(image, "is_animated", False):
                return {"refused": "motion"}, b""
            return _written(image, wishes)
    except UnidentifiedImageError:
        return {"refused": "kind"}, b""
    except (ArithmeticError, EOFError, LookupError, OSError, SyntaxError, TypeError, ValueError):
        # What Pillow raises for broken files, by format.
        return {"refused": "damage"}, b""


def _written(image: Any, wishes: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from PIL import ImageOps

    form = WRITTEN_AS[image.format]
    profile = image.info.get("icc_profile")
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    plain = _in_plain_colors(_shaped(image, wishes), profile, form)
    # Encoders write an image's info out again.
    plain.info = {}
    out = BytesIO()
    options: dict[str, Any] = {"quality": JPEG_QUALITY} if form != "PNG" else {"optimize": False}
    plain.save(out, format=form, **options)
    return {"form": form, "width": plain.width, "height": plain.height}, out.getvalue()


def _shaped(image: Any, wishes: dict[str, Any]) -> Any:
    """Cut to the box of ratios (left, top, width, height), then no side longer than said."""
    if box := wishes.get("box"):
        left, top = round(box[0] * image.width), round(box[1] * image.height)
        width = min(max(1, round(box[2] * image.width)), image.width - left)
        height = min(max(1, round(box[3] * image.height)), image.height - top)
        image = image.crop((left, top, left + width, top + height))
    longest = wishes.get("longest")
    if longest and max(image.size) > longest:
        if image.mode == "P":
            image = image.convert("RGBA" if "transparency" in image.info else "RGB")
        image.thumbnail((longest, longest))
    return image


def _in_plain_colors(image: Any, profile: bytes | None, form: str) -> Any:
    """RGB (with alpha where the form has it) in the colours of the web, since the profile goes."""
    has_alpha = form != "JPEG" and (
        image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    )
    mode = "RGBA" if has_alpha else "RGB"
    if image.mode not in (mode, "CMYK"):
        image = image.convert(mode)
    if profile:
        image = _converted(image, profile) or image
    return image if image.mode == mode else image.convert(mode)


def _converted(image: Any, profile: bytes) -> Any:
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


if __name__ == "__main__":
    main()
