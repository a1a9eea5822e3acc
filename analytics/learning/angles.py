"""What a brand's posts on a platform say about each angle, written where the sampler reads it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from uuid import UUID

from analytics.services.engagement import (
    DEFAULT_MEAN_RATE,
    DEFAULT_P90_RATE,
    normalised,
    percentile,
)
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import Angle, AngleStatistic
from publishing.models import Post

WINDOW = timedelta(days=90)
HALF_LIFE = timedelta(days=30)
BENCHMARK_POSTS = 5
"""Fewer posts are no benchmark: the defaults of 6.1 hold."""

MATURITY = (
    (timedelta(hours=1), 0.25),
    (timedelta(days=1), 0.5),
    (timedelta(days=7), 0.9),
)
"""How much numbers that young count; from a week on they count in full."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One post's numbers as last read."""

    angle: str
    interactions: int
    impressions: int
    engagement_rate: float
    published_at: datetime
    measured_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """`wins` + `losses` is the weight of the posts behind it, without the sampler's prior."""

    wins: float
    losses: float
    posts_count: int
    mean_interactions: float
    mean_engagement_rate: float


def learn_angles(
    *, brand_id: UUID, platform: str, moment: datetime | None = None
) -> dict[str, Evidence]:
    """Recompute the angle statistics of a brand on a platform from its posts of 90 days.

    From scratch each time, so that running it twice changes nothing and a deleted post is
    forgotten. Angles without posts are written as knowing nothing.
    """
    moment = moment or now()
    with org_atomic():
        evidence = weigh(_measured(brand_id, platform, moment), moment)
        AngleStatistic.objects.bulk_create(
            [_row(brand_id, platform, angle, evidence.get(angle)) for angle in Angle],
            update_conflicts=True,
            unique_fields=["organization", "brand", "platform", "angle"],
            update_fields=[
                *("wins", "losses", "posts_count"),
                *("mean_interactions", "mean_engagement_rate", "updated_at"),
            ],
        )
    return evidence


def weigh(posts: Sequence[Measured], moment: datetime) -> dict[str, Evidence]:
    """Evidence by angle: each post's reward and what it lacks to 1, weighed by age. Pure."""
    of_angle: dict[str, list[tuple[Measured, float]]] = defaultdict(list)
    for post, reward in zip(posts, rewards(posts), strict=True):
        if reward is not None:
            of_angle[post.angle].append((post, reward))
    return {angle: _evidence(found, moment) for angle, found in of_angle.items()}


def rewards(posts: Sequence[Measured]) -> list[float | None]:
    """How well each post did, 0 to 1, against the same brand and platform.

    By engagement rate where impressions are known (0.5 is the mean, 0.9 the 90th percentile). Where
    the platform tells none, by interactions against the mean of such posts; None when nobody reacts
    to any of them, which says nothing about an angle.
    """
    seen = [post.engagement_rate for post in posts if post.impressions]
    mean, p90 = DEFAULT_MEAN_RATE, DEFAULT_P90_RATE
    if len(seen) >= BENCHMARK_POSTS and any(seen):
        mean, p90 = fmean(seen), percentile(seen, 0.9)
    unseen = [float(post.interactions) for post in posts if not post.impressions]
    mean_unseen, p90_unseen = fmean(unseen or [0.0]), percentile(unseen, 0.9)

    def reward(post: Measured) -> float | None:
        if post.impressions:
            return normalised(post.engagement_rate, mean, p90) / 100
        if not mean_unseen:
            return None
        return normalised(post.interactions, mean_unseen, p90_unseen) / 100

    return [reward(post) for post in posts]


def weight(post: Measured, moment: datetime) -> float:
    """A post counts half as much every 30 days, and little while its numbers are young."""
    half_lives = max(moment - post.published_at, timedelta(0)) / HALF_LIFE
    age = post.measured_at - post.published_at
    maturity = next((share for limit, share in MATURITY if age < limit), 1.0)
    return math.pow(0.5, half_lives) * maturity


def _evidence(found: list[tuple[Measured, float]], moment: datetime) -> Evidence:
    weights = [weight(post, moment) for post, _ in found]
    rewarded = [reward for _, reward in found]
    return Evidence(
        wins=sum(w * reward for w, reward in zip(weights, rewarded, strict=True)),
        losses=sum(w * (1 - reward) for w, reward in zip(weights, rewarded, strict=True)),
        posts_count=len(found),
        mean_interactions=fmean(post.interactions for post, _ in found),
        mean_engagement_rate=fmean(post.engagement_rate for post, _ in found),
    )


def _measured(brand_id: UUID, platform: str, moment: datetime) -> list[Measured]:
    posts = Post.objects.live().filter(
        brand_id=brand_id,
        platform=platform,
        published_at__gt=moment - WINDOW,
        metrics_updated_at__isnull=False,
    )
    names = ("angle", "likes", "comments", "shares", "impressions", "engagement_rate")
    rows = posts.order_by().values_list(*names, "published_at", "metrics_updated_at")
    return [
        Measured(angle, likes + comments + shares, impressions, rate, published_at, measured_at)
        for angle, likes, comments, shares, impressions, rate, published_at, measured_at in rows
    ]


def _row(brand_id: UUID, platform: str, angle: str, found: Evidence | None) -> AngleStatistic:
    known = found or Evidence(0.0, 0.0, 0, 0.0, 0.0)
    return AngleStatistic(
        brand_id=brand_id,
        platform=platform,
        angle=angle,
        wins=known.wins,
        losses=known.losses,
        posts_count=known.posts_count,
        mean_interactions=known.mean_interactions,
        mean_engagement_rate=known.mean_engagement_rate,
    )
