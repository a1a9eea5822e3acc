"""Which sentences of a material carry it: frequency of its terms, place, facts, length."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from .sentences import Sentence, stem, words_of


def salience(sentences: Sequence[Sentence], *, title: str = "") -> list[float]:
    """One number for each sentence, the best about 1, in the order of the sentences."""
    counts = Counter(term for sentence in sentences for term in sentence.terms)
    title_terms = {stem(word) for word in words_of(title)}
    scores = [_score(sentence, counts, title_terms, len(sentences)) for sentence in sentences]
    best = max(scores, default=1.0) or 1.0
    return [score / best for score in scores]


def overlap(first: Sentence, second: Sentence) -> float:
    """Share of common terms, 0 to 1; from 0.6 on the second says much the same."""
    smaller = min(len(first.terms), len(second.terms))
    return len(first.terms & second.terms) / smaller if smaller else 0.0


def _score(sentence: Sentence, counts: Counter[str], title_terms: set[str], number: int) -> float:
    terms = sentence.terms
    weight = sum(1.0 + math.log(counts[term]) for term in terms) / math.sqrt(len(terms) + 4.0)
    lead = 0.9 if sentence.place == 0 else 0.5 * (1.0 - sentence.place / number)
    facts = 0.35 * sentence.has_number + 0.15 * sentence.starts_paragraph
    on_title = 0.5 * len(terms & title_terms) / (len(title_terms) + 1.0)
    return max(0.05, (weight + lead + facts + on_title) * _length(len(sentence.words)))


def _length(words: int) -> float:
    """Posts want sentences of 7 to 26 words."""
    if words < 7:
        return 0.3 + 0.1 * words
    return 1.0 if words <= 26 else max(0.4, 1.0 - 0.03 * (words - 26))
