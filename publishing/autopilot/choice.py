"""Which material the next post is written from, and why that one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, QuerySet

from brands.models import BrandProfile
from config.kernel.clock import ago
from content.models import Material, MaterialStatus
from publishing.models import (
    AutopilotRun,
    MaterialStrategy,
    PendingPost,
    PendingStatus,
    Post,
    PostStatus,
    RunStatus,
)

COOLDOWN = timedelta(days=7)
PILLAR_WINDOW = timedelta(days=30)
ENGAGEMENT_WINDOW = timedelta(days=90)
PRIOR_ENGAGEMENT_RATE = 2.0
"""Mean engagement rate, in percent, that is assumed where nothing was measured (6.1)."""
PRIOR_POSTS = 3
"""How many imagined posts at the mean a material starts with: one lucky post is no proof."""

ON_ITS_WAY = (
    PendingStatus.DRAFT,
    PendingStatus.PENDING,
    PendingStatus.AUTO_APPROVED,
    PendingStatus.APPROVED,
    PendingStatus.PUBLISHING,
)
BECOMING = (MaterialStatus.UPLOADED, MaterialStatus.PROCESSING, MaterialStatus.ANALYZED)


@dataclass(frozen=True, slots=True)
class MaterialChoice:
    """The chosen material, a sentence for people, and the numbers behind it."""

    material: Material
    reason: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoMaterial:
    """Nothing can be chosen now. `is_exhausted` says that waiting alone does not help."""

    reason: str
    is_exhausted: bool


@dataclass(frozen=True, slots=True)
class _Pool:
    """The materials to choose from, and what the strategies need to know beside them."""

    brand: BrandProfile
    materials: list[Material]
    moment: datetime
    random: Random


Strategy = Callable[[_Pool], MaterialChoice]


def choose_material(
    *,
    brand: BrandProfile,
    strategy: str,
    moment: datetime,
    random: Random,
    excluded: Collection[UUID] = (),
    ignore_cooldown: bool = False,
) -> MaterialChoice | NoMaterial:
    """Choose among the brand's ready materials, and those of no brand, by the strategy.

    Left out: what was used within 7 days (unless `ignore_cooldown`), what a post on its way or a
    running run already uses, and `excluded`. Chosen rows are not locked: the caller does that.
    Source: specification 1c, material choice.
    """
    usable = Material.objects.usable().for_brand(brand.pk)
    candidates = usable.exclude(pk__in=[*excluded, *_taken(brand)])
    if not ignore_cooldown:
        candidates = candidates.exclude(last_used_at__gt=moment - COOLDOWN)
        candidates = candidates.exclude(pk__in=_turned_down(brand, moment - COOLDOWN))
    pool = _Pool(brand, list(_by_turn(candidates)), moment, random)
    if not pool.materials:
        return _nothing(brand, usable, moment, len(excluded))
    choice = STRATEGIES[strategy](pool)
    # The pool came without its long texts; the one that is written from needs them.
    return replace(choice, material=Material.objects.get(pk=choice.material.pk))


def usable_soon(brand: BrandProfile) -> bool:
    """Whether the brand has material at all, or some that is still being read."""
    mine = Material.objects.for_brand(brand.pk)
    usable = [MaterialStatus.READY, MaterialStatus.USED]
    return mine.filter(status__in=[*usable, *BECOMING]).exists()


def _taken(brand: BrandProfile) -> set[UUID]:
    waiting = PendingPost.objects.filter(brand=brand, status__in=ON_ITS_WAY)
    running = AutopilotRun.objects.filter(brand=brand, status=RunStatus.RUNNING)
    return {
        *waiting.values_list("material_id", flat=True),
        *running.filter(material__isnull=False).values_list("material_id", flat=True),
    }


def _turned_down(brand: BrandProfile, since: datetime) -> QuerySet[PendingPost, UUID]:
    # Turning a text down does not use its material up, but offering that again at once is worse.
    refused = PendingPost.objects.filter(
        brand=brand,
        status__in=[PendingStatus.REJECTED, PendingStatus.EXPIRED],
        created_at__gt=since,
    )
    return refused.values_list("material_id", flat=True)


def _by_turn(materials: QuerySet[Material]) -> QuerySet[Material]:
    return materials.defer("original_content", "extracted_text").order_by(
        "usage_count", F("last_used_at").asc(nulls_first=True), "-priority", "created_at", "pk"
    )


def _nothing(
    brand: BrandProfile, usable: QuerySet[Material], moment: datetime, refused: int
) -> NoMaterial:
    if not usable_soon(brand):
        return NoMaterial(
            f"{brand.name} has no material to write from. Add a text, a page or a file.",
            is_exhausted=True,
        )
    if refused:
        return NoMaterial(
            f"What was left to write from is too close to what {brand.name} said in the last 30 "
            "days. Add new material, or wait.",
            is_exhausted=False,
        )
    cooling = usable.filter(last_used_at__gt=moment - COOLDOWN).order_by("last_used_at").first()
    if cooling is not None and cooling.last_used_at is not None:
        free_again = ago(cooling.last_used_at + COOLDOWN, at=moment)
        return NoMaterial(
            f"All material of {brand.name} was used in the last 7 days; the first piece is free "
            f"again {free_again}. Add new material to post before.",
            is_exhausted=False,
        )
    return NoMaterial(
        f"All material of {brand.name} is in posts on their way or still being read.",
        is_exhausted=False,
    )


def _round_robin(pool: _Pool) -> MaterialChoice:
    chosen = pool.materials[0]
    reason = f"Its turn: {_used(chosen, pool.moment)}, and none of {_ready(pool)} was used less."
    if len(pool.materials) == 1:
        reason = f"The only piece that is ready; {_used(chosen, pool.moment)}."
    return MaterialChoice(
        chosen, reason, {"ready": len(pool.materials), "usage_count": chosen.usage_count}
    )


def _random(pool: _Pool) -> MaterialChoice:
    chosen = pool.random.choice(pool.materials)
    return MaterialChoice(
        chosen,
        f"Drawn at random from {_ready(pool)}; {_used(chosen, pool.moment)}.",
        {"ready": len(pool.materials), "odds": round(1 / len(pool.materials), 4)},
    )


def _weighted(pool: _Pool) -> MaterialChoice:
    means = engagement_of_materials(
        pool.brand, pool.materials, since=pool.moment - ENGAGEMENT_WINDOW
    )
    weights = [means[material.pk][0] for material in pool.materials]
    chosen = pool.random.choices(pool.materials, weights=weights)[0]
    mean, posts = means[chosen.pk]
    odds = mean / sum(weights)
    measured = (
        f"{posts} measured post{'s' if posts != 1 else ''}" if posts else "no measured post yet"
    )
    return MaterialChoice(
        chosen,
        f"Drawn by how its posts did: expected engagement {mean:.1f} % from {measured}, which gave "
        f"it {odds:.0%} of the odds among {_ready(pool)}.",
        {
            "ready": len(pool.materials),
            "odds": round(odds, 4),
            "expected_engagement_rate": round(mean, 3),
            "posts": posts,
        },
    )


def engagement_of_materials(
    brand: BrandProfile, materials: list[Material], *, since: datetime
) -> dict[UUID, tuple[float, int]]:
    """Expected engagement rate in percent, and the measured posts behind it, by material.

    Each mean is pulled towards the brand's own mean by three imagined posts.
    """
    measured = Post.objects.live().filter(
        brand=brand, published_at__gte=since, metrics_updated_at__isnull=False
    )
    overall = measured.aggregate(mean=Avg("engagement_rate"))["mean"]
    prior = max(PRIOR_ENGAGEMENT_RATE if overall is None else overall, 0.1)
    rows = measured.filter(material__in=materials).values("material_id").order_by()
    found = {
        row["material_id"]: (row["mean"], row["posts"])
        for row in rows.annotate(mean=Avg("engagement_rate"), posts=Count("pk"))
    }
    expected = {}
    for material in materials:
        mean, posts = found.get(material.pk, (0.0, 0))
        smoothed = (mean * posts + prior * PRIOR_POSTS) / (posts + PRIOR_POSTS)
        expected[material.pk] = (smoothed, posts)
    return expected


def _pillar_balanced(pool: _Pool) -> MaterialChoice:
    targets = _targets(pool.brand)
    if not targets:
        turn = _round_robin(pool)
        reason = (
            f"The brand names no content pillars, so: {turn.reason[0].lower()}{turn.reason[1:]}"
        )
        return MaterialChoice(turn.material, reason, turn.data)
    counts = posts_by_pillar(pool.brand, since=pool.moment - PILLAR_WINDOW)
    total = sum(counts.values())
    shares = {name: counts[name] / total if total else 0.0 for name in targets}
    behind = sorted(targets, key=lambda name: shares[name] - targets[name])
    oldest_first = sorted(pool.materials, key=_last_used)
    for pillar in behind:
        mine = [each for each in oldest_first if each.content_pillar == pillar]
        if mine:
            return MaterialChoice(
                mine[0],
                f"{pillar} is the pillar that is furthest behind and has material: "
                f"{_share(shares[pillar], total)}, and {targets[pillar]:.0%} are wanted; "
                f"{_used(mine[0], pool.moment)}.",
                {
                    "pillar": pillar,
                    "posts": total,
                    "shares": {name: round(share, 4) for name, share in shares.items()},
                    "targets": targets,
                },
            )
    return MaterialChoice(
        oldest_first[0],
        f"No pillar has material that is ready, so the piece that waited longest: "
        f"{_used(oldest_first[0], pool.moment)}.",
        {"pillar": None, "posts": total},
    )


def _share(share: float, total: int) -> str:
    posts = "1 post" if total == 1 else f"{total} posts"
    return f"{share:.0%} of {posts} in 30 days" if total else "no post in 30 days"


def posts_by_pillar(brand: BrandProfile, *, since: datetime) -> Counter[str]:
    """Posts that are out since then or on their way, by their material's pillar."""
    out = Post.objects.filter(brand=brand, status=PostStatus.PUBLISHED, published_at__gte=since)
    waiting = PendingPost.objects.filter(brand=brand, status__in=ON_ITS_WAY)
    return Counter(
        [
            *out.values_list("material__content_pillar", flat=True),
            *waiting.values_list("material__content_pillar", flat=True),
        ]
    )


def _targets(brand: BrandProfile) -> dict[str, float]:
    pillars = brand.content_pillars or []
    total = sum(float(each.get("percentage") or 0) for each in pillars)
    if total <= 0:
        return {}
    return {str(each["name"]): float(each.get("percentage") or 0) / total for each in pillars}


def _last_used(material: Material) -> tuple[float, datetime]:
    used = material.last_used_at
    return (used.timestamp() if used else 0.0, material.created_at)


def _used(material: Material, moment: datetime) -> str:
    if not material.usage_count or material.last_used_at is None:
        return "it was never used"
    times = "once" if material.usage_count == 1 else f"{material.usage_count} times"
    return f"it was used {times}, last {ago(material.last_used_at, at=moment)}"


def _ready(pool: _Pool) -> str:
    count = len(pool.materials)
    return "1 ready piece" if count == 1 else f"{count} ready pieces"


STRATEGIES: dict[str, Strategy] = {
    MaterialStrategy.ROUND_ROBIN: _round_robin,
    MaterialStrategy.RANDOM: _random,
    MaterialStrategy.WEIGHTED: _weighted,
    MaterialStrategy.PILLAR_BALANCED: _pillar_balanced,
}
