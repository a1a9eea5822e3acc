"""How alike two texts must be to count as the same; the numbers belong to the model.

Cosine similarity from 0 to 1. The specification's 0.85 and 0.70 were set for large remote models.
For the offline ones they were measured on 30 near duplicates, 30 paraphrases and 60 different
posts (English, 2026-11-20): MiniLM finds every duplicate from 0.85 and half of the paraphrases
from 0.65, with nothing wrong; the hashed n-grams find every duplicate from 0.70 and no paraphrase,
while different posts stay below 0.45.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.kernel.embeddings.weights import LEXICAL, MINILM


@dataclass(frozen=True)
class Thresholds:
    """From `reject` on it is a duplicate; from `warn` on it says much the same."""

    reject: float
    warn: float


REMOTE = Thresholds(reject=0.85, warn=0.70)

_OFFLINE = {
    MINILM: Thresholds(reject=0.85, warn=0.65),
    LEXICAL: Thresholds(reject=0.70, warn=0.60),
}


def thresholds(model: str) -> Thresholds:
    """By the model's name as it stands on the rows; every remote model has the specification's."""
    return _OFFLINE.get(model, REMOTE)
