"""From which side to look at a material: learned from the brand's own posts, and kept learning.

A Thompson sampler. Each angle's engagement odds are a Beta distribution over what analytics wrote
into AngleStatistic; one number is drawn from each, and the highest draws win. An angle that was
seldom tried has a wide distribution and so its fair chance. Beside that, a visible share of runs
explores on purpose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from brands.models import BrandProfile
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import Angle, AngleStatistic

EXPLORATION_RATIO = 0.10
HISTORY_DAYS = 90
"""How far back the statistics reach, as analytics keeps them."""

PRIOR = 1.0
"""Wins and losses that every angle is given before its first post: Beta(1, 1), nothing known."""

_INTERVAL = (0.10, 0.90)  # eight times in ten the truth lies between
_GRID = np.linspace(0.0, 1.0, 2001)


@dataclass(frozen=True, slots=True)
class AngleChoice:
    """One angle to write from. `odds` is the expected engagement odds, 0 to 1."""

    angle: Angle
    is_exploration: bool
    reason: str
    odds: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one angle, the prior included."""

    angle: Angle
    wins: float
    losses: float
    posts_count: int

    @property
    def odds(self) -> float:
        return self.wins / (self.wins + self.losses)

    def drawn(self, random: np.random.Generator) -> float:
        return float(random.beta(self.wins, self.losses))

    def interval(self) -> tuple[float, float]:
        """Bounds of the middle 80 % of the distribution, from its density on a grid of 2,001."""
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = (self.wins - 1) * np.log(_GRID) + (self.losses - 1) * np.log1p(-_GRID)
        # 0 x log 0 at an edge is 0: there a flat density has its ordinary value.
        logs = np.nan_to_num(logs, nan=0.0, neginf=-np.inf)
        mass = np.cumsum(np.exp(logs - logs.max()))
        low, high = (float(_GRID[np.searchsorted(mass, share * mass[-1])]) for share in _INTERVAL)
        return low, high


def choose_angles(
    *,
    brand: BrandProfile,
    platform: str,
    suggested: Sequence[str],
    exploration_ratio: float = EXPLORATION_RATIO,
    count: int = 3,
    excluded: Collection[str] = (),
    random: np.random.Generator,
) -> list[AngleChoice]:
    """Choose `count` different angles for a brand on a platform, the leading one first.

    Angles that the material suggests come before others, and excluded ones never; fewer come back
    when fewer are left. With probability `exploration_ratio` the leading angle is not the drawn one
    but a less used or weaker one, marked as exploration. The same generator state gives the same
    choice. Raises Invalid when every angle is excluded, or the ratio is not from 0 to 1.
    Source: specification 1c, angle choice; the rate is that of 2a.
    """
    if not 0 <= exploration_ratio <= 1:
        raise Invalid("The exploration share is a number from 0 to 1.", field="exploration_ratio")
    left = [angle for angle in Angle if angle not in set(excluded)]
    if not left:
        raise Invalid("All angles were used for this material. Choose another material.")
    with org_atomic():
        evidence = _evidence(brand, platform)
    return sample(
        [evidence[angle] for angle in left],
        suggested=suggested,
        exploration_ratio=exploration_ratio,
        count=count,
        random=random,
    )


def sample(
    evidence: Sequence[Evidence],
    *,
    suggested: Collection[str],
    exploration_ratio: float,
    count: int,
    random: np.random.Generator,
) -> list[AngleChoice]:
    """The choice itself, without tables: draw, order, and explore now and then."""
    draws = {row.angle: row.drawn(random) for row in evidence}
    is_exploring = random.random() < exploration_ratio
    by_draw = sorted(
        evidence, key=lambda row: (row.angle in suggested, draws[row.angle]), reverse=True
    )
    if is_exploring and len(by_draw) > 1:
        explored = _less_known(by_draw[0], by_draw[1:], suggested, random)
        by_draw.remove(explored)
        total = sum(row.posts_count for row in evidence)
        leading = _exploration(explored, exploration_ratio, total)
        return [leading, *(_drawn(row, by_draw, draws) for row in by_draw[: count - 1])]
    return [_drawn(row, by_draw, draws) for row in by_draw[:count]]


def _evidence(brand: BrandProfile, platform: str) -> Mapping[Angle, Evidence]:
    rows = {row.angle: row for row in AngleStatistic.objects.filter(brand=brand, platform=platform)}
    return {angle: _from_row(angle, rows.get(angle)) for angle in Angle}


def _from_row(angle: Angle, row: AngleStatistic | None) -> Evidence:
    if row is None:
        return Evidence(angle, PRIOR, PRIOR, 0)
    return Evidence(angle, PRIOR + row.wins, PRIOR + row.losses, row.posts_count)


def _less_known(
    leading: Evidence,
    others: Sequence[Evidence],
    suggested: Collection[str],
    random: np.random.Generator,
) -> Evidence:
    """One of the other angles, the less used the likelier; the material's own where it has any.

    Every other angle is weaker or less used than the one that leads, or was drawn lower by luck.
    """
    pool = [row for row in others if row.angle in suggested] or list(others)
    rarity = np.array([1.0 / (1 + row.posts_count) for row in pool])
    return pool[int(random.choice(len(pool), p=rarity / rarity.sum()))]


def _drawn(row: Evidence, by_draw: Sequence[Evidence], draws: Mapping[Angle, float]) -> AngleChoice:
    rivals = [other for other in by_draw if other is not row]
    against = max(rivals, key=lambda other: draws[other.angle]) if rivals else None
    said = f"{row.angle.label}: {_history(row)}; drawn {draws[row.angle]:.2f}"
    if against is not None:
        said += f" against {draws[against.angle]:.2f} for {against.angle.label}"
    return AngleChoice(row.angle, False, said, row.odds)


def _exploration(row: Evidence, ratio: float, total: int) -> AngleChoice:
    used = f"used in {row.posts_count} of {_posts(total)}" if total else "not used yet"
    said = (
        f"{row.angle.label}: exploration, as in {ratio:.0%} of runs, to keep learning; "
        f"{used} in {HISTORY_DAYS} days, engagement odds {_odds(row)}"
    )
    return AngleChoice(row.angle, True, said, row.odds)


def _history(row: Evidence) -> str:
    if not row.posts_count:
        return f"no posts in {HISTORY_DAYS} days, so its odds are open"
    return f"{_posts(row.posts_count)} in {HISTORY_DAYS} days, engagement odds {_odds(row)}"


def _odds(row: Evidence) -> str:
    low, high = row.interval()
    return f"{row.odds:.2f} ({low:.2f} to {high:.2f})"


def _posts(count: int) -> str:
    return f"{count} post{'' if count == 1 else 's'}"
