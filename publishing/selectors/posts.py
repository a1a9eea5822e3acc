"""The list of posts: what is out, what is to come, and what came to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from config.kernel.clock import resolve
from config.kernel.pagination import Page, paginate
from content.models import Angle
from publishing.models import PendingPost, PendingStatus, Post, PostStatus
from publishing.models.pending_post import COMING, STRANDED

PAGE_SIZE = 25
SEARCHED: Final = 10_000
"""How many of the newest posts a search for words looks through; a person may narrow the days."""
OUT, TO_COME, ENDED = "out", "coming", "ended"
LISTS: Final = {OUT: "Published", TO_COME: "Planned", ENDED: "Not published"}
SORTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    OUT: {
        "newest": ("-published_at", "-id"),
        "oldest": ("published_at", "id"),
        "views": ("-impressions", "-id"),
        "clicks": ("-clicks", "-id"),
    },
    TO_COME: {"soonest": ("scheduled_for", "id"), "latest": ("-scheduled_for", "-id")},
    ENDED: {"newest": ("-scheduled_for", "-id")},
}
SORT_WORDS: Final = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "views": "Most views",
    "clicks": "Most clicks",
    "soonest": "Soonest first",
    "latest": "Latest first",
}
# What the pages before and behind one hold, where it is not the newer and the older.
_STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "oldest": ("Older", "Newer"),
    "views": ("More views", "Fewer views"),
    "clicks": ("More clicks", "Fewer clicks"),
    "soonest": ("Sooner", "Later"),
    "latest": ("Later", "Sooner"),
}
_STATUSES: Final = {TO_COME: COMING, ENDED: STRANDED}
# A post, its account and its brand have ninety columns; the lists show these.
_LISTED = (
    *("content", "platform", "status", "angle", "model_used", "published_at"),
    *("likes", "comments", "shares", "clicks", "impressions"),
    *("account__name", "brand__name", "brand__timezone"),
)
_PLANNED = (
    *("content", "platform", "status", "scheduled_for", "wall_time", "zone", "pillar"),
    *("rejection_reason", "failure_reason", "expires_at", "recurrence_id", "evergreen_id"),
    *("variant_id", "author_id", "account__name", "brand__name", "brand__timezone"),
)


@dataclass(frozen=True, slots=True)
class PostFilter:
    """What a person chose; each is empty or a value that exists."""

    platform: str = ""
    brand: str = ""
    angle: str = ""
    state: str = ""
    search: str = ""
    shown: str = OUT
    account: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> PostFilter:
        """Values that make no sense count as not chosen, so that an old address still works."""
        angle, state = query.get("angle", ""), query.get("state", "")
        shown = query.get("list", "")
        shown = shown if shown in LISTS else OUT
        states = PostStatus.values if shown == OUT else _STATUSES[shown]
        sort = query.get("sort", "")
        return cls(
            platform=_clean(query.get("platform", ""))[:30],
            brand=_uuid(query.get("brand", "")),
            angle=angle if angle in Angle.values and shown == OUT else "",
            state=state if state in states else "",
            search=_clean(query.get("q", "")).strip()[:100],
            shown=shown,
            account=_uuid(query.get("account", "")),
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            sort=sort if sort in SORTS[shown] else "",
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows the list; its order does not."""
        return not any(
            (self.platform, self.brand, self.angle, self.state, self.search)
            + (self.account, self.since, self.until)
        )

    @property
    def order(self) -> tuple[str, ...]:
        sorts = SORTS[self.shown]
        return sorts.get(self.sort) or next(iter(sorts.values()))

    @property
    def steps(self) -> tuple[str, str]:
        """Where the pages before and behind this one lead, in words."""
        sort = self.sort or next(iter(SORTS[self.shown]))
        return _STEPS.get(sort, ("Newer", "Older"))

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [(name, SORT_WORDS[name]) for name in SORTS[self.shown]]

    @property
    def states(self) -> list[tuple[str, str]]:
        if self.shown == OUT:
            return list(PostStatus.choices)
        return [(each, PendingStatus(each).label) for each in _STATUSES[self.shown]]


def posts_for_list(
    *, chosen: PostFilter, zone: str = "UTC", cursor: str | None = None
) -> Page[Any]:
    """Posts, or posts on their way where `chosen` shows those; newest first, 25 a page, unless it
    says otherwise. Days are days of `zone`."""
    if chosen.shown == OUT:
        rows: QuerySet[Any] = posts_matching(chosen, zone=zone).select_related("account", "brand")
        rows = rows.only(*_LISTED)
    else:
        rows = planned_matching(chosen, zone=zone).select_related("account", "brand")
        rows = rows.only(*_PLANNED)
    return paginate(rows, order=chosen.order, cursor=cursor, size=PAGE_SIZE)


def posts_matching(
    chosen: PostFilter, *, ids: Sequence[str] = (), zone: str = "UTC"
) -> QuerySet[Post]:
    """What is out and fits; with `ids` only of those."""
    rows: QuerySet[Post] = _narrowed(Post.objects.all(), chosen, "published_at", zone)
    if chosen.angle:
        rows = rows.filter(angle=chosen.angle)
    if chosen.state:
        rows = rows.filter(status=chosen.state)
    if ids:
        rows = rows.filter(pk__in=[each for each in ids if _uuid(each)][:1_000])
    found: QuerySet[Post] = _searched(rows, chosen.search, "published_at")
    return found


def planned_matching(chosen: PostFilter, *, zone: str = "UTC") -> QuerySet[PendingPost]:
    """What has not left and fits: what is to come, or what came to nothing."""
    # Spelled as the index does, so that the planner sees that it holds all of them.
    rows = PendingPost.objects.filter(status__in=_STATUSES[chosen.shown])
    rows = _narrowed(rows, chosen, "scheduled_for", zone)
    if chosen.state:
        rows = rows.filter(status=chosen.state)
    found: QuerySet[PendingPost] = _searched(rows, chosen.search, "scheduled_for")
    return found


def _narrowed(rows: Any, chosen: PostFilter, moment: str, zone: str) -> Any:
    wanted: dict[str, Any] = {
        "platform": chosen.platform,
        "brand_id": chosen.brand,
        "account_id": chosen.account,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if chosen.since:
        rows = rows.filter(**{f"{moment}__gte": _start(chosen.since, zone)})
    if chosen.until:
        after = date.fromisoformat(chosen.until) + timedelta(days=1)
        rows = rows.filter(**{f"{moment}__lt": resolve(after, time(), zone)})
    return rows


def _searched(rows: Any, words: str, moment: str) -> Any:
    """Those with the words among the newest that are looked through: a word that is nowhere would
    otherwise be looked for in all."""
    if not words:
        return rows
    last = rows.order_by(f"-{moment}").values_list(moment, flat=True)[SEARCHED : SEARCHED + 1]
    if oldest := next(iter(last), None):
        rows = rows.filter(**{f"{moment}__gt": oldest})
    return rows.filter(content__icontains=words)


def _start(day: str, zone: str) -> datetime:
    return resolve(date.fromisoformat(day), time(), zone)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _day(text: str) -> str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return ""
    return found.isoformat() if 2000 <= found.year <= 2100 else ""


def _clean(text: str) -> str:
    """Without what no column holds."""
    return text.replace("\x00", "")
