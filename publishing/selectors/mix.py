"""The mix page: a brand's posts by pillar against its targets, by channel and by origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import Coalesce, NullIf

from brands.models import BrandProfile
from config.kernel.clock import now
from publishing.channels.registry import platform_label
from publishing.models import PendingPost, PendingStatus, Post
from publishing.models.pending_post import COMING
from publishing.services.mix import AHEAD_DAYS, BACK_DAYS, Mix, mix_of

ORIGINS = {
    "agent": "The agent",
    "person": "A person",
    "repeating": "Repeating",
    "evergreen": "Evergreen pool",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Posts out and planned under one name, and their share of all, 0 to 1."""

    key: str
    name: str
    out: int
    planned: int
    share: float

    @property
    def count(self) -> int:
        return self.out + self.planned


@dataclass(frozen=True, slots=True)
class MixPage:
    brand: BrandProfile
    mix: Mix
    channels: Sequence[Bar]
    origins: Sequence[Bar]
    start: datetime
    end: datetime


def mix_page(brand: BrandProfile, *, moment: datetime | None = None) -> MixPage:
    """Two queries, each over the index of the brand's posts by time."""
    moment = moment or now()
    start, end = moment - timedelta(days=BACK_DAYS), moment + timedelta(days=AHEAD_DAYS)
    out = _grouped(
        Post.objects.filter(brand=brand, published_at__gte=start, published_at__lt=moment),
        material="material__content_pillar",
        person="pending_post__",
    )
    planned = _grouped(
        PendingPost.objects.filter(
            brand=brand,
            scheduled_for__gte=start,
            scheduled_for__lt=end,
            status__in=[each for each in COMING if each != PendingStatus.DRAFT],
        ),
        material="material__content_pillar",
        person="",
    )
    return MixPage(
        brand,
        mix_of(
            pillars=brand.content_pillars or [],
            out=_summed(out, "said"),
            planned=_summed(planned, "said"),
        ),
        _bars(_summed(out, "platform"), _summed(planned, "platform"), platform_label),
        _bars(_summed(out, "origin"), _summed(planned, "origin"), lambda key: ORIGINS[key]),
        start,
        end,
    )


def _grouped(rows: Any, *, material: str, person: str) -> list[Mapping[str, Any]]:
    """Counts by pillar, platform and origin together. `person` leads to the post on its way."""
    origin = Case(
        When(Q(**{f"{person}recurrence__isnull": False}), then=Value("repeating")),
        When(Q(**{f"{person}evergreen__isnull": False}), then=Value("evergreen")),
        When(
            Q(**{f"{person}variant__isnull": False}) | Q(**{f"{person}author__isnull": False}),
            then=Value("person"),
        ),
        default=Value("agent"),
        output_field=CharField(),
    )
    said = Coalesce(
        NullIf(F(f"{person}pillar"), Value("")), F(material), Value(""), output_field=CharField()
    )
    found = rows.annotate(said=said, origin=origin).order_by()
    return list(found.values("said", "platform", "origin").annotate(count=Count("pk")))


def _summed(rows: Iterable[Mapping[str, Any]], name: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row[name]] = sums.get(row[name], 0) + row["count"]
    return sums


def _bars(out: Mapping[str, int], planned: Mapping[str, int], named: Any) -> list[Bar]:
    whole = sum(out.values()) + sum(planned.values())
    keys = sorted({*out, *planned}, key=lambda key: -(out.get(key, 0) + planned.get(key, 0)))
    return [
        Bar(
            key,
            named(key),
            out.get(key, 0),
            planned.get(key, 0),
            (out.get(key, 0) + planned.get(key, 0)) / whole,
        )
        for key in keys
    ]
