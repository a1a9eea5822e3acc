"""How a brand's posts did: the page behind a client's link, and the letter that comes by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncWeek

from brands.models import BrandProfile
from config.kernel.clock import now, to_zone
from publishing.channels.registry import channels
from publishing.models import Post

MOST_REPORTED: Final = 50
BEST: Final = 5
SPANS: Final = (30, 90)
MOMENT: Final = timedelta(microseconds=1)
NUMBERS: Final = ("impressions", "clicks", "likes", "comments", "shares")
ACTS: Final = F("likes") + F("comments") + F("shares") + F("clicks")
_SUMS: Final[Mapping[str, Any]] = {name: Sum(name) for name in NUMBERS}


@dataclass(frozen=True, slots=True)
class ChannelNumbers:
    label: str
    platform: str
    posts: int
    numbers: Sequence[int]

    @property
    def pairs(self) -> list[tuple[str, int]]:
        return list(zip(NUMBERS, self.numbers, strict=True))


@dataclass(frozen=True, slots=True)
class Bar:
    """What people did with the posts of one week, as a chart draws it."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Numbers as the networks last told them; one that a network does not tell counts as none."""

    days: int
    first: date
    last: date
    posts: int
    totals: Mapping[str, int]
    by_channel: Sequence[ChannelNumbers]
    weeks: Sequence[Bar]
    best: Sequence[Post]
    listed: Sequence[Post]


@dataclass(frozen=True, slots=True)
class Totals:
    """The posts of a span, and what all of them together were told."""

    posts: int
    numbers: Mapping[str, int]


def days_said(said: str) -> int:
    """One of SPANS as an address names it; the first one for anything else."""
    return int(said) if said in {str(each) for each in SPANS} else SPANS[0]


def report_of(brand: BrandProfile, *, days: int) -> Report:
    """How a brand's posts of the last days did."""
    moment = now()
    return report_between(brand, moment - timedelta(days=days), moment, days=days)


def report_between(brand: BrandProfile, since: datetime, until: datetime, *, days: int) -> Report:
    """How a brand's posts of a span of so many days did, without the moment that ends it."""
    rows = posts_between(brand, since, until)
    total = totals_of(rows)
    grouped = rows.order_by().values("platform").annotate(posts=Count("pk"), **_SUMS)
    here = to_zone(until, brand.timezone).tzinfo
    weeks = (
        rows.order_by()
        .annotate(week=TruncWeek("published_at", tzinfo=here))
        .values("week")
        .annotate(posts=Count("pk"), acts=Sum(ACTS))
        .order_by("week")
    )
    listed = rows.select_related("account").order_by("-published_at", "-pk")
    return Report(
        days=days,
        first=to_zone(since, brand.timezone).date(),
        last=to_zone(until - MOMENT, brand.timezone).date(),
        posts=total.posts,
        totals=total.numbers,
        by_channel=sorted((_numbers(row) for row in grouped), key=lambda row: -row.posts),
        weeks=[Bar(f"{row['week']:%-d %b}", row["acts"], count=row["posts"]) for row in weeks],
        best=best_of(rows, most=BEST),
        listed=list(listed[:MOST_REPORTED]),
    )


def posts_between(brand: BrandProfile, since: datetime, until: datetime) -> QuerySet[Post]:
    """What was out in a span, without the moment that ends it."""
    return Post.objects.live().filter(brand=brand, published_at__gte=since, published_at__lt=until)


def totals_of(rows: QuerySet[Post]) -> Totals:
    total = rows.order_by().aggregate(posts=Count("pk"), **_SUMS)
    return Totals(total["posts"], {name: total[name] or 0 for name in NUMBERS})


def best_of(rows: QuerySet[Post], *, most: int) -> list[Post]:
    """Those that people did most with; none that nobody did anything with."""
    acted = rows.select_related("account").annotate(acts=ACTS).filter(acts__gt=0)
    return list(acted.order_by("-acts", "-published_at")[:most])


def _numbers(row: Mapping[str, Any]) -> ChannelNumbers:
    channel = channels.get(row["platform"])
    return ChannelNumbers(
        label=channel.label if channel else row["platform"],
        platform=row["platform"],
        posts=row["posts"],
        numbers=[row[name] or 0 for name in NUMBERS],
    )
