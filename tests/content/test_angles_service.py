from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import Angle, AngleStatistic
from content.services.angles import AngleChoice, Evidence, choose_angles, sample
from tests.world import World

ALL = list(Angle)


def evidence(**posts: int) -> list[Evidence]:
    """Six angles without a win; each named one has so many posts."""
    return [Evidence(angle, 1.0, 1.0 + posts.get(angle, 0), posts.get(angle, 0)) for angle in Angle]


def chosen(
    seed: int, rows: list[Evidence], ratio: float = 0.1, **more: object
) -> list[AngleChoice]:
    options = {"suggested": ALL, "count": 3, **more}
    return sample(
        rows,
        exploration_ratio=ratio,
        random=np.random.default_rng(seed),
        **options,  # type: ignore[arg-type]
    )


# -- the draw -------------------------------------------------------------------------------------

histories = st.lists(
    st.tuples(st.floats(0, 500), st.floats(0, 500), st.integers(0, 500)), min_size=1, max_size=6
)


@given(
    history=histories,
    suggested=st.sets(st.sampled_from(ALL)),
    ratio=st.floats(0, 1),
    count=st.integers(1, 6),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=200, deadline=None)
def test_a_choice_is_distinct_explained_and_within_its_bounds(
    history: list[tuple[float, float, int]],
    suggested: set[Angle],
    ratio: float,
    count: int,
    seed: int,
) -> None:
    rows = [
        Evidence(angle, 1 + wins, 1 + losses, posts)
        for angle, (wins, losses, posts) in zip(Angle, history, strict=False)
    ]
    choices = chosen(seed, rows, ratio, suggested=suggested, count=count)
    angles = [choice.angle for choice in choices]
    assert len(angles) == len(set(angles)) == min(count, len(rows))
    assert set(angles) <= {row.angle for row in rows}
    assert all(0 <= choice.odds <= 1 for choice in choices)
    assert all(choice.reason.startswith(choice.angle.label) for choice in choices)
    assert [choice.is_exploration for choice in choices[1:]] == [False] * (len(choices) - 1)
    assert choices == chosen(seed, rows, ratio, suggested=suggested, count=count)


@given(wins=st.floats(1, 2000), losses=st.floats(1, 2000))
@settings(max_examples=150, deadline=None)
def test_the_interval_is_a_range_inside_0_and_1(wins: float, losses: float) -> None:
    low, high = Evidence(Angle.STORYTELLING, wins, losses, 1).interval()
    assert 0 <= low <= high <= 1


def test_the_interval_holds_four_fifths_of_the_draws() -> None:
    row = Evidence(Angle.STORYTELLING, 8.0, 5.0, 11)
    low, high = row.interval()
    draws = np.random.default_rng(1).beta(8.0, 5.0, 20_000)
    assert np.mean((draws >= low) & (draws <= high)) == pytest.approx(0.8, abs=0.01)


def test_nothing_known_is_open_from_one_tenth_to_nine_tenths() -> None:
    assert Evidence(Angle.STORYTELLING, 1.0, 1.0, 0).interval() == pytest.approx(
        (0.1, 0.9), abs=0.002
    )


def test_the_exploration_share_is_the_one_that_was_set() -> None:
    runs = 4_000
    explored = sum(chosen(seed, evidence(), 0.1)[0].is_exploration for seed in range(runs))
    spread = (runs * 0.1 * 0.9) ** 0.5
    assert abs(explored - runs * 0.1) < 4 * spread


@pytest.mark.parametrize(("ratio", "share"), [(0.0, 0), (1.0, 50)])
def test_exploration_can_be_switched_off_and_on(ratio: float, share: int) -> None:
    assert sum(chosen(seed, evidence(), ratio)[0].is_exploration for seed in range(50)) == share


def test_an_explored_angle_is_rather_a_seldom_used_one() -> None:
    rows = evidence(storytelling=80, educational=80, promotional=0)
    explored = Counter(chosen(seed, rows, 1.0)[0].angle for seed in range(400))
    assert explored[Angle.PROMOTIONAL] > 4 * explored[Angle.STORYTELLING]


def test_the_better_angle_leads_most_runs() -> None:
    rows = [
        Evidence(angle, 1 + (30 if angle is Angle.EDUCATIONAL else 10), 1 + 20, 40)
        for angle in Angle
    ]
    leading = Counter(chosen(seed, rows, 0.0)[0].angle for seed in range(300))
    assert leading[Angle.EDUCATIONAL] > 250


def test_angles_that_the_material_suggests_come_first() -> None:
    suggested = [Angle.EDUCATIONAL, Angle.SOCIAL_PROOF]
    for seed in range(40):
        choices = chosen(seed, evidence(), 0.5, suggested=suggested)
        assert {choice.angle for choice in choices[:2]} == set(suggested)
        assert choices[2].angle not in suggested


# -- with the brand's history ---------------------------------------------------------------------


@pytest.mark.django_db
def test_a_choice_says_what_history_and_luck_said(world: World) -> None:
    with org_atomic(world.id):
        AngleStatistic.objects.create(
            brand=world.brand,
            platform="feed",
            angle=Angle.USER_BENEFIT,
            wins=7.0,
            losses=4.0,
            posts_count=12,
        )
        choices = choose_angles(
            brand=world.brand,
            platform="feed",
            suggested=[Angle.USER_BENEFIT, Angle.EDUCATIONAL, Angle.STORYTELLING],
            exploration_ratio=0.0,
            random=np.random.default_rng(3),
        )
    by_angle = {choice.angle: choice for choice in choices}
    known = by_angle[Angle.USER_BENEFIT]
    assert known.odds == pytest.approx(8 / 13)
    assert known.reason.startswith(
        "User Benefit: 12 posts in 90 days, engagement odds 0.62 (0.44 to 0.78); drawn 0."
    )
    assert " against 0." in known.reason
    assert "no posts in 90 days" in by_angle[Angle.EDUCATIONAL].reason


@pytest.mark.django_db
def test_history_of_another_platform_or_brand_does_not_count(world: World) -> None:
    with org_atomic(world.id):
        AngleStatistic.objects.create(
            brand=world.brand, platform="other", angle=Angle.STORYTELLING, wins=50, posts_count=50
        )
        choices = choose_angles(
            brand=world.brand,
            platform="feed",
            suggested=ALL,
            count=6,
            random=np.random.default_rng(3),
        )
    assert {choice.odds for choice in choices} == {0.5}


@pytest.mark.django_db
@pytest.mark.parametrize("excluded", [ALL[:1], ALL[:4], ALL[1:]])
def test_an_excluded_angle_never_comes_back(world: World, excluded: list[Angle]) -> None:
    with org_atomic(world.id):
        for seed in range(20):
            choices = choose_angles(
                brand=world.brand,
                platform="feed",
                suggested=ALL,
                exploration_ratio=0.5,
                excluded=excluded,
                random=np.random.default_rng(seed),
            )
            assert not {choice.angle for choice in choices} & set(excluded)
            assert len(choices) == min(3, 6 - len(excluded))


@pytest.mark.django_db
def test_no_angle_left_is_a_sentence(world: World) -> None:
    with org_atomic(world.id), pytest.raises(Invalid, match="Choose another material"):
        choose_angles(
            brand=world.brand,
            platform="feed",
            suggested=[],
            excluded=ALL,
            random=np.random.default_rng(1),
        )


@pytest.mark.django_db
def test_a_share_beyond_1_is_refused(world: World) -> None:
    with org_atomic(world.id), pytest.raises(Invalid, match="from 0 to 1"):
        choose_angles(
            brand=world.brand,
            platform="feed",
            suggested=[],
            exploration_ratio=1.5,
            random=np.random.default_rng(1),
        )
