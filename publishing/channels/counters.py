r"""What one character is, by platform. The browser has the same in static/js/text.js."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import regex  # type: ignore[import-untyped, unused-ignore]

from .patterns import EMOJI, HASHTAG

_GRAPHEME = regex.compile(r"\X")
LINKEDIN_RESERVED = "\\|{}@[]()<>#*_~"
_RESERVED = regex.compile(r"[\\|{}@\[\]()<>#*_~]")

LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that X counts once; all others count twice (twitter-text, configuration v3)."""


def graphemes(text: str) -> int:
    """User-perceived characters (Unicode's extended grapheme clusters, UAX 29)."""
    return len(_GRAPHEME.findall(text))


def codepoints(text: str) -> int:
    return len(text)


def utf8_bytes(text: str) -> int:
    """Bytes in UTF-8; a lone surrogate, which no platform accepts, counts as its replacement."""
    return len(text.encode("utf-8", "surrogatepass"))


def utf16(text: str) -> int:
    """UTF-16 code units, which is what Java, JavaScript and bot interfaces call a character."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def weighted(text: str) -> int:
    """X's length of a text without its links, which `measure_text` replaces before.

    Source: twitter-text configuration v3 (scale 100, default weight 200, emoji parsed): composed
    (NFC), an emoji of whatever length counts 2, code points in LIGHT 1, all others 2.
    """
    plain = unicodedata.normalize("NFC", text)
    pictures = 0
    pieces: list[str] = []
    position = 0
    for match in EMOJI.finditer(plain):
        pictures += 1
        pieces.append(plain[position : match.start()])
        position = match.end()
    rest = "".join((*pieces, plain[position:]))
    return 2 * pictures + sum(1 if _is_light(ord(letter)) else 2 for letter in rest)


def emoji_bytes(text: str) -> int:
    """Code points, but an emoji of whatever length counts its bytes in UTF-8.

    Source: "Overview" of the Threads API (limitations), as of 2026-11.
    """
    extra = sum(utf8_bytes(match.group(0)) - len(match.group(0)) for match in EMOJI.finditer(text))
    return len(text) + extra


def _is_light(point: int) -> bool:
    return any(first <= point <= last for first, last in LIGHT)


def escape_linkedin(text: str) -> str:
    r"""A post's text in "little Text Format": reserved characters behind a backslash, hashtags
    as the template {hashtag|\#|word}, which keeps them clickable.

    An unescaped one ends the text there without an error. Comments are plain text and not escaped.
    Source: the format's page in the Marketing API's reference, version 2026-05.
    """
    pieces: list[str] = []
    position = 0
    for match in HASHTAG.finditer(text):
        pieces.append(_escaped(text[position : match.start()]))
        pieces.append(f"{{hashtag|\\#|{_escaped(match.group(1))}}}")
        position = match.end()
    return "".join((*pieces, _escaped(text[position:])))


def _escaped(text: str) -> str:
    return str(_RESERVED.sub(r"\\\g<0>", text))


def linkedin_escaped(text: str) -> int:
    """UTF-16 units of the escaped text. The platform does not say what it counts as one;
    this is the most that it can be."""
    return utf16(escape_linkedin(text))


COUNTERS: dict[str, Callable[[str], int]] = {
    "graphemes": graphemes,
    "codepoints": codepoints,
    "bytes": utf8_bytes,
    "utf16": utf16,
    "weighted": weighted,
    "emoji_bytes": emoji_bytes,
    "linkedin_escaped": linkedin_escaped,
}
"""How `Limits.counter` names a way to count. The browser has the same names."""

OF_COMMENTS = {"linkedin_escaped": utf16}
"""Where a comment is counted otherwise than a post."""
