"""Text for a typeface that has not every letter of the world: what it lacks is said, not boxed.

Signs that have a plain twin become it (the bold letters of networks, wide letters, "①"). Emoji and
other ornaments go. Letters of a script that the typeface lacks leave `GAP`, one for a run of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from typing import Final, NamedTuple

GAP: Final = "[…]"
_MISSING: Final = "\x00"
_RUNS: Final = re.compile(f"{_MISSING}(?: ?{_MISSING})*")
# They choose between a sign's black and its coloured form, and are none themselves.
_FORMS: Final = {chr(code) for code in range(0xFE00, 0xFE10)}


class Legible(NamedTuple):
    line: str
    is_whole: bool

    @property
    def says_something(self) -> bool:
        """Whether more is left than gaps and dots."""
        return any(sign.isalnum() for sign in self.line)


def legible(text: str, letters: Container[int]) -> Legible:
    """The text as one line in `letters` (code points of a typeface) alone, and whether all of it.

    `letters` must have those of `GAP`. No control signs are in the result.
    """
    signs = unicodedata.normalize("NFC", text)
    written = [_written(sign, letters) for sign in signs]
    is_whole = all(found not in {None, _MISSING} for found in written)
    line = " ".join("".join(found or "" for found in written).split())
    return Legible(_RUNS.sub(GAP, line), is_whole)


def _written(sign: str, letters: Container[int]) -> str | None:
    """None for an ornament that is left out."""
    category = unicodedata.category(sign)
    if sign.isspace() or category == "Cc":
        return " "
    if category == "Cf" or sign in _FORMS:
        return ""
    if ord(sign) in letters:
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    if plain != sign and all(ord(each) in letters for each in plain):
        return plain
    return _MISSING if category[0] in "LNP" else None
