from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.embeddings import Embedded
from content.services.ranking import Scores, aesthetics, cost_score, diversity, relevance

share = st.floats(0, 1)


def vectors(*rows: list[float], model: str = "m") -> Embedded:
    padded = np.zeros((len(rows), 768), dtype=np.float32)
    for place, row in enumerate(rows):
        padded[place, : len(row)] = np.array(row) / np.linalg.norm(row)
    return Embedded(padded, model)


def test_the_worked_value_of_the_specification() -> None:
    scores = Scores(0.86, 1.0, 0.70, 0.80, 0.40, cost_score(80_000))
    assert scores.total == pytest.approx(0.818)


def test_a_cost_beyond_the_ceiling_counts_as_the_ceiling() -> None:
    assert cost_score(0) == 1.0
    assert cost_score(200_000) == 0.0
    assert cost_score(900_000) == 0.0


@given(share, share, share, share, share, share)
def test_a_total_stays_between_0_and_1(
    a: float, b: float, c: float, d: float, e: float, f: float
) -> None:
    assert 0 <= Scores(a, b, c, d, e, f).total <= 1.000001


def test_relevance_is_the_cosine_with_the_material_cut_at_0() -> None:
    candidates = vectors([1, 0], [3, 4], [-1, 0])
    assert relevance(candidates, vectors([1, 0])) == pytest.approx([1.0, 0.6, 0.0])
    assert relevance(candidates, vectors([1, 0], model="other")) is None
    assert relevance(None, vectors([1, 0])) is None


def test_diversity_is_the_distance_to_the_nearest_sibling() -> None:
    assert diversity(vectors([1, 0], [3, 4], [0, 1])) == pytest.approx([0.4, 0.2, 0.2])
    assert diversity(vectors([1, 0])) == [1.0]
    assert diversity(None) is None


def test_a_calm_post_looks_better_than_a_shouting_one() -> None:
    calm = "A mast in twelve days. Planed by hand, varnished seven times.\n\nBring yours this week."
    loud = "BUY YOUR MAST NOW!! BEST MAST EVER!! 🔥🔥🔥🔥 and so much more that you will"
    assert aesthetics(calm) == 1.0
    assert aesthetics(loud) < 0.8


def test_a_wall_of_text_looks_worse_unless_the_platform_is_short() -> None:
    wall = "We plane every mast by hand from fir. " * 12
    assert aesthetics(wall, room=3000) < aesthetics(wall, room=300) == 1.0


def test_too_many_hashtags_cost_something() -> None:
    assert aesthetics("A mast.", hashtags=["a"] * 6) < aesthetics("A mast.", hashtags=["a"])


@given(st.text(max_size=300))
def test_any_text_has_a_share_of_beauty(text: str) -> None:
    assert 0 <= aesthetics(text) <= 1
