"""What numbers of a post come to. Pure arithmetic; the worked values stand in the tests."""

from __future__ import annotations

DEFAULT_MEAN_RATE = 2.0
DEFAULT_P90_RATE = 5.0
"""Engagement rates in percent that hold until there are posts to compare with (6.1)."""


def engagement_rate(
    *,
    likes: int | None = None,
    comments: int | None = None,
    shares: int | None = None,
    clicks: int | None = None,
    impressions: int | None = None,
) -> float:
    """Interactions for each hundred impressions; 0 without impressions.

    A number that the platform does not tell counts as none of it. Source: specification 6.1.
    """
    if not impressions:
        return 0.0
    interactions = sum(count or 0 for count in (likes, comments, shares, clicks))
    return interactions / impressions * 100


def normalised(value: float, mean: float, p90: float) -> float:
    """0 to 100: 50 at the mean, 90 at the 90th percentile, at most 100. Source: 6.1."""
    if value <= mean:
        return value / mean * 50 if mean > 0 else 0.0
    if value <= p90:
        return 50 + (value - mean) / (p90 - mean) * 40
    return 90 + min((value - p90) / p90, 1.0) * 10 if p90 > 0 else 100.0


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, interpolated; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
