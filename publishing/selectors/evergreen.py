"""The evergreen pool as its page shows it: queue by queue, each post with when it may go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db.models import Prefetch

from config.kernel.clock import now
from config.kernel.pagination import Page, paginate
from publishing.models import EvergreenItem, Post, PostingQueue, Variant
from publishing.services.evergreen import Rest, rest_of

PAGE_SIZE = 40


@dataclass(frozen=True, slots=True)
class PoolItem:
    item: EvergreenItem
    rest: Rest


@dataclass(frozen=True, slots=True)
class Pool:
    """A queue with those of its pool that this page shows, who goes next first."""

    queue: PostingQueue
    items: Sequence[PoolItem]


def pools_for_list(*, cursor: str | None = None) -> tuple[Page[EvergreenItem], list[Pool]]:
    """Posts of all pools by queue, 40 a page."""
    variants = Variant.objects.select_related("account").only(
        "composition_id", "account__name", "account__platform"
    )
    rows = (
        EvergreenItem.objects.filter(composition__deleted_at=None, queue__brand__deleted_at=None)
        .select_related("queue__brand", "composition")
        .prefetch_related(Prefetch("composition__variants", variants))
    )
    page = paginate(rows, order=("queue_id", "id"), cursor=cursor, size=PAGE_SIZE)
    moment = now()
    pools = []
    for queue, items in groupby(page.items, key=lambda item: item.queue):
        shown = [PoolItem(item, rest_of(item, at=moment)) for item in items]
        shown.sort(key=lambda each: (not each.rest.is_ready, str(each.rest.ready_at or "")))
        pools.append(Pool(queue, shown))
    return page, pools


def posts_to_add(brand_id: UUID) -> list[Post]:
    """What a brand has out, newest first, for a person to take into a pool."""
    rows = Post.objects.live().filter(brand_id=brand_id).select_related("account")
    return list(rows.only("content", "published_at", "account__name", "account__platform")[:30])
