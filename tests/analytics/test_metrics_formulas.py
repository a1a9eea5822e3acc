"""Worked values of the specification, section 6.1."""

from __future__ import annotations

import pytest

from analytics.services.engagement import engagement_rate, normalised, percentile


def test_a_hundred_interactions_of_two_thousand_impressions_are_five_percent() -> None:
    rate = engagement_rate(likes=60, comments=12, shares=8, clicks=20, impressions=2_000)
    assert rate == pytest.approx(5.0)


@pytest.mark.parametrize("impressions", [0, None])
def test_without_impressions_the_rate_is_nought(impressions: int | None) -> None:
    assert engagement_rate(likes=9, impressions=impressions) == 0.0


def test_a_number_that_is_not_told_counts_as_none_of_it() -> None:
    assert engagement_rate(likes=10, clicks=None, impressions=1_000) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("value", "score"), [(1, 25), (2, 50), (3.5, 70), (5, 90), (7.5, 95), (12, 100), (0, 0)]
)
def test_values_are_normalised_against_mean_and_ninetieth_percentile(
    value: float, score: float
) -> None:
    assert normalised(value, 2.0, 5.0) == pytest.approx(score)


def test_normalising_against_nothing_does_not_divide_by_it() -> None:
    assert normalised(0.0, 0.0, 0.0) == 0.0
    assert normalised(3.0, 0.0, 0.0) == 100.0


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.9, 0.0), ([4.0], 0.9, 4.0), ([1.0, 2.0, 3.0, 4.0, 5.0], 0.5, 3.0), ([0, 10], 0.9, 9.0)],
)
def test_percentiles_are_interpolated(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == pytest.approx(expected)
