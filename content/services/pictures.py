"""What a file is that might be a picture or a video, by its first bytes."""

from __future__ import annotations

from config.kernel.uploads import PICTURE_BYTES, Picture, rewrite_picture

__all__ = ["PICTURE_BYTES", "Picture", "clean_picture", "is_picture", "is_video"]

clean_picture = rewrite_picture

_MAGIC = (
    b"\x89PNG\r\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
)
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}


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
