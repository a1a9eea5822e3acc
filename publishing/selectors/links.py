"""A brand's short links with what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from brands.models import BrandProfile
from config.kernel.pagination import Page, paginate
from publishing.models import TrackedLink
from publishing.services.links import short_address

LINKS_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class ShownLink:
    """One link with its address; `post_id` where it stands in a post."""

    link: TrackedLink
    address: str
    words: str

    @property
    def post_id(self) -> UUID | None:
        return self.link.pending_post_id


@dataclass(frozen=True, slots=True)
class LinkTotals:
    links: int
    clicks: int
    visitors: int


def links_page(
    brand: BrandProfile, cursor: str | None
) -> tuple[Page[TrackedLink], list[ShownLink]]:
    """Newest first."""
    rows = TrackedLink.objects.filter(brand=brand).select_related("pending_post")
    page = paginate(rows, order=("-created_at",), cursor=cursor, size=LINKS_A_PAGE)
    return page, [_shown(link) for link in page.items]


def link_totals(brand: BrandProfile) -> LinkTotals:
    return _totals(TrackedLink.objects.filter(brand=brand))


def post_link_totals(pending_post: UUID | None) -> LinkTotals:
    """What came of the short links in one post, counted by ourselves and not by its network: never
    add the two."""
    if pending_post is None:
        return LinkTotals(0, 0, 0)
    return _totals(TrackedLink.objects.filter(pending_post=pending_post))


def _totals(rows: QuerySet[TrackedLink]) -> LinkTotals:
    found = rows.order_by().aggregate(
        links=Count("pk"),
        clicks=Coalesce(Sum("clicks_count"), 0),
        visitors=Coalesce(Sum("visitors_count"), 0),
    )
    return LinkTotals(**found)


def _shown(link: TrackedLink) -> ShownLink:
    words = link.pending_post.content[:80] if link.pending_post else ""
    return ShownLink(link, short_address(link), words)
