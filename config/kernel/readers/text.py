"""Plain text, pasted or in a file, in whatever encoding it comes."""

from __future__ import annotations

import codecs

from config.kernel.readers.base import TEXT_BYTES, Extracted, Unreadable, extracted

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(text: str, *, title: str = "") -> Extracted:
    """Pasted text, at most 100 KB. Raises Unreadable for more, and for none."""
    size_bytes = len(text.encode("utf-8", "replace"))
    if size_bytes > TEXT_BYTES:
        raise Unreadable(
            f"The text has {size_bytes / 1024:.0f} KB; at most 100 KB can be pasted. "
            "Shorten it, or upload it as a file.",
            code="material_too_large",
            field="text",
        )
    return extracted(text, title=title)


def read_text_file(data: bytes, *, title: str = "") -> Extracted:
    return extracted(decoded(data), title=title)


def decoded(data: bytes, charset: str | None = None) -> str:
    """By byte order mark, declared charset, UTF-8, and last by likelihood."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    for encoding in filter(None, (charset, "utf-8")):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    return data.decode(best.encoding if best else "cp1252", "replace")
