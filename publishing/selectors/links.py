"""A brand's short links with what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Sum

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
    rows: Any = TrackedLink.objects.filter(brand=brand).order_by()
    found = rows.aggregate(clicks=Sum("clicks_count"), visitors=Sum("visitors_count"))
    return LinkTotals(rows.count(), found["clicks"] or 0, found["visitors"] or 0)


def _shown(link: TrackedLink) -> ShownLink:
    words = link.pending_post.content[:80] if link.pending_post else ""
    return ShownLink(link, short_address(link), words)
