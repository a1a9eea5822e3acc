"""The numbers of specification 3c, for every act, score and standing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.learning.numbers import Act, Standing, after, first, is_success, step

ACTS: list[Act] = ["approve", "edit", "regenerate", "reject"]
acts = st.sampled_from(ACTS)
scores = st.none() | st.integers(1, 5)
deeds = st.lists(st.tuples(acts, scores), max_size=60)
standings = st.builds(
    Standing,
    confidence=st.floats(0, 1),
    success_rate=st.floats(0, 1),
    count=st.integers(1, 10_000),
)


@pytest.mark.parametrize(
    ("act", "confidence", "success"),
    [("approve", 0.7, 1.0), ("edit", 0.6, 0.8), ("regenerate", 0.4, 0.6), ("reject", 0.3, 0.2)],
)
def test_a_new_pattern_begins_where_its_act_says(
    act: Act, confidence: float, success: float
) -> None:
    assert first(act) == Standing(confidence, success, 1)


@pytest.mark.parametrize(
    ("act", "score", "moves_by"),
    [
        ("approve", None, 0.10),
        ("approve", 1, 0.10),
        ("edit", None, -0.05),
        ("edit", 1, -0.10),
        ("edit", 2, -0.05),
        ("edit", 3, 0.0),
        ("edit", 4, 0.05),
        ("edit", 5, 0.10),
        ("regenerate", None, -0.15),
        ("reject", None, -0.20),
    ],
)
def test_each_act_moves_by_its_number(act: Act, score: int | None, moves_by: float) -> None:
    assert step(act, score) == pytest.approx(moves_by)
    assert after(Standing(0.5, 0.5), act, score).confidence == pytest.approx(0.5 + moves_by)


@given(standings, acts, scores)
def test_both_stay_between_nothing_and_certain(
    standing: Standing, act: Act, score: int | None
) -> None:
    moved = after(standing, act, score)
    assert 0 <= moved.confidence <= 1
    assert -1e-9 <= moved.success_rate <= 1 + 1e-9
    assert moved.count == standing.count + 1


@given(standings, acts, scores)
def test_only_an_approval_or_a_good_score_is_a_success(
    standing: Standing, act: Act, score: int | None
) -> None:
    assert is_success(act, score) == (act == "approve" or (score or 0) >= 4)
    moved = after(standing, act, score).success_rate
    if is_success(act, score):
        assert moved >= standing.success_rate - 1e-9
    else:
        assert moved <= standing.success_rate + 1e-9


@given(acts, deeds)
def test_the_success_rate_is_the_mean_of_the_first_and_all_that_followed(
    begun: Act, deeds: list[tuple[Act, int | None]]
) -> None:
    standing = first(begun)
    for act, score in deeds:
        standing = after(standing, act, score)
    followed = sum(is_success(act, score) for act, score in deeds)
    expected = (first(begun).success_rate + followed) / (len(deeds) + 1)
    assert standing.success_rate == pytest.approx(expected)
    assert standing.count == len(deeds) + 1
