"""What the page of feeds shows: every feed, and for each brand the topics on offer and left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from brands.models import BrandProfile
from config.kernel.clock import now
from content.models import FeedItem, MaterialFeed
from content.services.trends import OFFERED_FOR, offered_trends
from content.trends.scoring import AUDIENCE, BRAND_FIT, INDUSTRY, TIMELINESS

MOST_LEFT_OUT = 12
DELETED_SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Part:
    """One of the four parts of a score: its points, how many there are, and what they are for."""

    label: str
    points: int
    most: int
    matches: Sequence[str]

    @property
    def ratio(self) -> float:
        return self.points / self.most


@dataclass(frozen=True)
class Offer:
    item: FeedItem
    parts: Sequence[Part]

    @property
    def ratio(self) -> float:
        return (self.item.relevance or 0) / 100


@dataclass(frozen=True)
class BrandTrends:
    """`left_out` are topics that may not or did not make it, each with its reason."""

    brand: BrandProfile
    minimum: int
    needs_approval: bool
    offers: Sequence[Offer]
    left_out: Sequence[FeedItem]
    dismissed: Sequence[FeedItem]


@dataclass(frozen=True)
class Board:
    feeds: Sequence[MaterialFeed]
    deleted: Sequence[MaterialFeed]
    trends: Sequence[BrandTrends]

    @property
    def waiting(self) -> int:
        return sum(len(brand.offers) for brand in self.trends)


def board_of_feeds() -> Board:
    """All feeds in sight, those that stopped first; trends of each brand that has a feed for them.

    Asks three questions, and three more for each brand with trends.
    """
    feeds = list(MaterialFeed.objects.select_related("brand").order_by("is_active", "title"))
    hidden = MaterialFeed.with_deleted.filter(deleted_at__gt=now() - DELETED_SHOWN_FOR)
    judged = {feed.brand for feed in feeds if feed.use == MaterialFeed.Use.TRENDS}
    return Board(
        feeds=feeds,
        deleted=list(hidden.select_related("brand")),
        trends=[_trends(brand) for brand in sorted(judged, key=lambda brand: brand.name)],
    )


def parts_of(item: FeedItem) -> list[Part]:
    """The four parts of an item's score as they were stored; none if it was never judged."""
    if not item.parts:
        return []
    matches = item.parts.get("matches", {})
    return [
        Part(label, int(item.parts.get(key, 0)), most, matches.get(key, []))
        for key, label, most in (
            ("industry", "Industry", INDUSTRY),
            ("audience", "Audience", AUDIENCE),
            ("brand_fit", "Brand fit", BRAND_FIT),
            ("timeliness", "Timeliness", TIMELINESS),
        )
    ]


def _trends(brand: BrandProfile) -> BrandTrends:
    filters = brand.trending_filters or {}
    rows = FeedItem.objects.filter(
        feed__brand=brand,
        feed__deleted_at=None,
        feed__use=MaterialFeed.Use.TRENDS,
        created_at__gt=now() - OFFERED_FOR,
    )
    left_out = rows.filter(status=FeedItem.Status.FILTERED)
    dismissed = rows.filter(status=FeedItem.Status.DISMISSED, reason="")
    return BrandTrends(
        brand=brand,
        minimum=int(filters.get("min_relevance", 60)),
        needs_approval=bool(filters.get("require_approval", True)),
        offers=[Offer(item, parts_of(item)) for item in offered_trends(brand)],
        left_out=list(left_out.order_by("-created_at")[:MOST_LEFT_OUT]),
        dismissed=list(dismissed.order_by("-updated_at")[:MOST_LEFT_OUT]),
    )
