"""The uncased BERT tokenizer, in Python: what all-MiniLM-L6-v2 was trained with.

Source: the normalizer, pre-tokenizer and model sections of the tokenizer.json beside the weights
(clean text, CJK apart, no accents, lower case, punctuation apart, greedy longest match).
"""

from __future__ import annotations

import string
import unicodedata
from functools import lru_cache
from pathlib import Path

UNKNOWN, START, END = 100, 101, 102
LONGEST_WORD = 100  # characters; longer words are unknown

_CJK = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """Text to token ids. `vocabulary` is one piece a line, its number the line's."""

    def __init__(self, vocabulary: Path) -> None:
        lines = vocabulary.read_text(encoding="utf-8").splitlines()
        self._ids = {piece: number for number, piece in enumerate(lines)}
        self._pieces = lru_cache(maxsize=50_000)(self._split_word)

    def ids(self, text: str, *, limit: int) -> list[int]:
        """Ids with the start and end marks, at most `limit` of them; the rest is cut."""
        ids: list[int] = [START]
        for word in _words(text):
            ids.extend(self._pieces(word))
            if len(ids) >= limit:
                break
        return [*ids[: limit - 1], END]

    def _split_word(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (UNKNOWN,)
        found: list[int] = []
        start = 0
        while start < len(word):
            piece = self._longest_piece(word, start)
            if piece is None:
                return (UNKNOWN,)
            number, start = piece
            found.append(number)
        return tuple(found)

    def _longest_piece(self, word: str, start: int) -> tuple[int, int] | None:
        for end in range(len(word), start, -1):
            piece = word[start:end] if start == 0 else f"##{word[start:end]}"
            number = self._ids.get(piece)
            if number is not None:
                return number, end
        return None


def _words(text: str) -> list[str]:
    spaced = "".join(_spaced(character) for character in text)
    bare = "".join(
        c for c in unicodedata.normalize("NFD", spaced) if unicodedata.category(c) != "Mn"
    )
    apart = "".join(f" {c} " if _is_punctuation(c) else c for c in bare.lower())
    return apart.split()


@lru_cache(maxsize=4096)
def _spaced(character: str) -> str:
    if character.isspace():
        return " "
    if character == "\ufffd" or unicodedata.category(character).startswith("C"):
        return ""
    number = ord(character)
    if any(first <= number <= last for first, last in _CJK):
        return f" {character} "
    return character


@lru_cache(maxsize=4096)
def _is_punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")
