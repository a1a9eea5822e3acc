"""Pictures that people upload: decoded and written anew, so that only a picture is left of them."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from config.kernel.errors import Invalid

PICTURE_BYTES = 20 * 1024 * 1024  # specification 1c
MOST_PIXELS = 50_000_000
_JPEG_QUALITY = 90
# What is read, and what it is written as: an animation keeps its first frame.
_WRITTEN_AS = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "GIF": "PNG"}
_ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}

_MAGIC = (
    b"\x89PNG\r\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
)
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean picture: no metadata, upright, in a form that every network takes."""

    data: bytes
    content_type: str
    ending: str
    width: int
    height: int


def is_picture(head: bytes) -> bool:
    """By its first bytes, whatever it is called; also kinds that are then refused."""
    if head.startswith(_MAGIC) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return True
    # Texts may begin with "BM" too, but not with the four zeros of a bitmap's head.
    if head.startswith(b"BM") and head[6:10] == b"\x00" * 4:
        return True
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS


def is_video(head: bytes) -> bool:
    if head[4:8] == b"ftyp":
        return head[8:12] not in _HEIF_BRANDS
    return head.startswith((b"\x1aE\xdf\xa3", b"FLV\x01")) or (
        head[:4] == b"RIFF" and head[8:12] == b"AVI "
    )


def clean_picture(data: bytes) -> Picture:
    """Decode and re-encode: EXIF (place, camera, time) and anything hidden in the file are gone.

    Reads JPEG, PNG, WebP and GIF up to 20 MB and 50 megapixels. Raises Invalid with what to do.
    """
    if len(data) > PICTURE_BYTES:
        raise Invalid(
            f"The picture has {len(data) / 1_048_576:.0f} MB; at most 20 MB are taken. "
            "Save it smaller, and upload that.",
            code="picture_too_large",
            field="upload",
        )
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=list(_WRITTEN_AS)) as image:
            _refuse_bomb(image.width, image.height)
            return _written(image)
    except UnidentifiedImageError:
        raise Invalid(
            "That kind of picture is not taken. Save it as JPEG, PNG or WebP, and upload that.",
            code="picture_kind_unknown",
            field="upload",
        ) from None
    except Image.DecompressionBombError:
        _refuse_bomb(MOST_PIXELS + 1, 1)
        raise
    except (OSError, SyntaxError, ValueError, EOFError):
        # What Pillow raises for broken files, by format.
        raise Invalid(
            "The picture is damaged and cannot be opened. Save it again, and upload that.",
            code="picture_damaged",
            field="upload",
        ) from None


def _refuse_bomb(width: int, height: int) -> None:
    """The size stands in the file's head, so nothing has been unpacked yet."""
    if width * height > MOST_PIXELS:
        raise Invalid(
            "The picture has more than 50 megapixels. Save it smaller, and upload that.",
            code="picture_too_many_pixels",
            field="upload",
        )


def _written(image: Any) -> Picture:
    from PIL import ImageOps

    form = _WRITTEN_AS[image.format]
    profile = image.info.get("icc_profile")
    upright = _in_plain_colors(ImageOps.exif_transpose(image), profile, form)
    # A new image: copies of the old one carry its info, and encoders write that out again.
    upright.info = {}
    out = BytesIO()
    options = {"quality": _JPEG_QUALITY} if form != "PNG" else {"optimize": False}
    upright.save(out, format=form, **options)
    return Picture(
        data=out.getvalue(),
        content_type=f"image/{form.lower()}",
        ending=_ENDINGS[form],
        width=upright.width,
        height=upright.height,
    )


def _in_plain_colors(image: Any, profile: bytes | None, form: str) -> Any:
    """RGB (with alpha where the form has it) in the colours of the web, since the profile goes."""
    has_alpha = form != "JPEG" and (
        image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    )
    plain = image.convert("RGBA" if has_alpha else "RGB") if image.mode != "CMYK" else image
    if profile:
        plain = _converted(plain, profile) or plain
    return plain.convert("RGBA" if has_alpha else "RGB")


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
