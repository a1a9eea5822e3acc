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


PASSAGE = 0.7
"""From here on a passage speaks of the question, for large remote models (specification 2c)."""

_PASSAGE_OFFLINE = {MINILM: 0.30, LEXICAL: 0.12}


def passage_threshold(model: str) -> float:
    """A question and its answer share a subject and not their words, so their cosine is lower than
    that of two texts that say the same."""
    return _PASSAGE_OFFLINE.get(model, PASSAGE)


_SAME_SUBJECT_OFFLINE = {MINILM: 0.75, LEXICAL: 0.45}
_SAME_SUBJECT = 0.9


def passage_scale(model: str, likeness: float) -> float:
    """A cosine between a question and a passage, as 0 (unrelated) to 1 (surely its subject)."""
    least, most = passage_threshold(model), _SAME_SUBJECT_OFFLINE.get(model, _SAME_SUBJECT)
    return min(1.0, max(0.0, (likeness - least) / (most - least)))
