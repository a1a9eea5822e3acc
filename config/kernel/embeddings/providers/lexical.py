"""Hashed word and character n-grams: no weights, no model, 768 buckets, the same everywhere.

It finds near duplicates (30 of 30 in our trial at 0.70) and no paraphrase (0 of 30), which is why
it has its own thresholds and why `doctor` says when it is in use.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from config.kernel.embeddings.vectors import DIMENSIONS, Vectors, unit
from config.kernel.embeddings.weights import LEXICAL

MODEL = LEXICAL

_WORD = re.compile(r"\w+")
_WORD_WEIGHT = 1.0
_PAIR_WEIGHT = 0.7
_CHARACTERS_WEIGHT = 0.5


def embed(texts: Sequence[str]) -> Vectors:
    """Shape (n, 768) float32, unit length; the same in every process, unlike hash()."""
    rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for (feature, weight), count in Counter(_features(text)).items():
            digest = zlib.crc32(feature.encode())
            sign = 1.0 if digest & 0x80000000 else -1.0
            row[digest % DIMENSIONS] += sign * weight * (1.0 + float(np.log(count)))
    return unit(rows)


def _features(text: str) -> Iterator[tuple[str, float]]:
    words = _WORD.findall(text.casefold())
    for word in words:
        yield f"w:{word}", _WORD_WEIGHT
        padded = f" {word} "
        for start in range(len(padded) - 2):
            yield f"c:{padded[start : start + 3]}", _CHARACTERS_WEIGHT
    for first, second in zip(words, words[1:], strict=False):
        yield f"p:{first} {second}", _PAIR_WEIGHT
