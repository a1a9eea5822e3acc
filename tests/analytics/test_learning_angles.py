"""What posts teach about angles, and that the next choice listens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from analytics.learning.angles import Measured, learn_angles, rewards, weigh, weight
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import Angle, AngleStatistic
from content.services.angles import choose_angles
from publishing.models import Post, PostStatus
from tests import make
from tests.world import World

MOMENT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def measured(**fields: Any) -> Measured:
    published_at = fields.pop("published_at", MOMENT - timedelta(days=8))
    return Measured(
        **{
            "angle": Angle.EDUCATIONAL,
            "interactions": 10,
            "impressions": 1_000,
            "engagement_rate": 2.0,
            "published_at": published_at,
            "measured_at": published_at + timedelta(days=7),
            **fields,
        }
    )


def test_the_defaults_are_the_benchmark_until_there_are_five_posts() -> None:
    assert rewards([measured(engagement_rate=2.0), measured(engagement_rate=5.0)]) == [0.5, 0.9]


def test_with_enough_posts_their_own_mean_is_the_benchmark() -> None:
    posts = [measured(engagement_rate=rate) for rate in (1.0, 1.0, 1.0, 1.0, 6.0)]
    assert rewards(posts)[0] == pytest.approx(0.25)
    assert rewards(posts)[4] == pytest.approx(1.0, abs=0.1)


def test_posts_without_impressions_are_compared_by_interactions() -> None:
    posts = [measured(impressions=0, interactions=count) for count in (2, 2, 2, 2, 12)]
    few, *_, many = rewards(posts)
    assert few == pytest.approx(0.25)
    assert many is not None and many > 0.9


def test_a_platform_where_nobody_reacts_says_nothing() -> None:
    posts = [measured(impressions=0, interactions=0) for _ in range(3)]
    assert rewards(posts) == [None, None, None]
    assert weigh(posts, MOMENT) == {}


def test_seen_and_not_liked_is_a_loss() -> None:
    (evidence,) = weigh([measured(engagement_rate=0.0)], MOMENT).values()
    assert evidence.wins == 0.0
    assert evidence.losses > 0


def test_a_post_counts_half_as_much_after_thirty_days() -> None:
    young, old = (measured(published_at=MOMENT - timedelta(days=days)) for days in (10, 40))
    assert weight(old, MOMENT) == pytest.approx(weight(young, MOMENT) / 2)


@pytest.mark.parametrize(
    ("age", "share"),
    [
        (timedelta(minutes=15), 0.25),
        (timedelta(hours=1), 0.5),
        (timedelta(days=1), 0.9),
        (timedelta(days=7), 1.0),
    ],
)
def test_young_numbers_count_less(age: timedelta, share: float) -> None:
    post = measured(published_at=MOMENT, measured_at=MOMENT + age)
    assert weight(post, MOMENT) == pytest.approx(share)


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


def posted(world: World, angle: str, *rates: float, **fields: Any) -> list[Post]:
    published_at = now() - timedelta(days=10)
    return [
        make.post(
            world.brand,
            world.account,
            angle=angle,
            impressions=1_000,
            likes=int(rate * 10),
            engagement_rate=rate,
            published_at=published_at,
            metrics_updated_at=published_at + timedelta(days=7),
            **fields,
        )
        for rate in rates
    ]


def learned(world: World) -> dict[str, AngleStatistic]:
    learn_angles(brand_id=world.brand.pk, platform="feed")
    return {row.angle: row for row in AngleStatistic.objects.filter(brand=world.brand)}


@pytest.mark.django_db
def test_every_angle_gets_its_row(inside: World) -> None:
    posted(inside, Angle.EDUCATIONAL, 5.0, 5.0)
    rows = learned(inside)
    assert set(rows) == set(Angle)
    assert rows[Angle.EDUCATIONAL].posts_count == 2
    assert rows[Angle.EDUCATIONAL].mean_engagement_rate == pytest.approx(5.0)
    assert rows[Angle.EDUCATIONAL].mean_interactions == pytest.approx(50.0)
    assert rows[Angle.EDUCATIONAL].wins > rows[Angle.EDUCATIONAL].losses
    assert (rows[Angle.PROMOTIONAL].wins, rows[Angle.PROMOTIONAL].losses) == (0.0, 0.0)


@pytest.mark.django_db
def test_learning_twice_changes_nothing(inside: World) -> None:
    posted(inside, Angle.STORYTELLING, 4.0, 1.0)
    with_first = {angle: (row.wins, row.pk) for angle, row in learned(inside).items()}
    again = learned(inside)
    assert {row.pk for row in again.values()} == {pk for _, pk in with_first.values()}
    assert again[Angle.STORYTELLING].wins == pytest.approx(
        with_first[Angle.STORYTELLING][0], rel=1e-3
    )


@pytest.mark.django_db
def test_a_post_that_is_gone_is_forgotten(inside: World) -> None:
    (post,) = posted(inside, Angle.STORYTELLING, 4.0)
    learned(inside)
    Post.objects.filter(pk=post.pk).update(status=PostStatus.DELETED)
    assert learned(inside)[Angle.STORYTELLING].posts_count == 0


@pytest.mark.django_db
def test_other_brands_and_platforms_and_old_posts_teach_nothing(inside: World) -> None:
    posted(inside, Angle.STORYTELLING, 4.0, platform="elsewhere")
    (old,) = posted(inside, Angle.STORYTELLING, 4.0)
    Post.objects.filter(pk=old.pk).update(published_at=now() - timedelta(days=91))
    assert learned(inside)[Angle.STORYTELLING].posts_count == 0


@pytest.mark.django_db
def test_a_post_that_was_never_read_teaches_nothing(inside: World) -> None:
    make.post(inside.brand, inside.account, angle=Angle.STORYTELLING)
    assert learned(inside)[Angle.STORYTELLING].posts_count == 0


def leading(world: World, rounds: int = 150) -> Counter[str]:
    random = np.random.default_rng(11)
    return Counter(
        str(
            choose_angles(
                brand=world.brand,
                platform="feed",
                suggested=[],
                exploration_ratio=0.0,
                random=random,
            )[0].angle
        )
        for _ in range(rounds)
    )


@pytest.mark.django_db
def test_the_next_choice_leans_to_what_worked_and_not_away_from_all_else(inside: World) -> None:
    before = leading(inside)
    posted(inside, Angle.EDUCATIONAL, *[6.0] * 8)
    posted(inside, Angle.PROMOTIONAL, *[0.3] * 8)
    learned(inside)
    after = leading(inside)
    assert after[Angle.EDUCATIONAL] > 2 * before[Angle.EDUCATIONAL]
    assert after[Angle.PROMOTIONAL] < before[Angle.PROMOTIONAL] / 2
    assert len(after) > 2
