"""Queues as their pages show them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from uuid import UUID

from django.db.models import Count, Min, Q

from config.kernel.clock import now
from publishing.models import BrandAccountLink, PendingPost, PostingQueue, QueueSlot, SocialAccount
from publishing.services.best_times import BestTimes, best_times
from publishing.services.queue_order import posts_in_queue
from publishing.services.queue_times import a_day, in_order
from publishing.services.queues import LIVING

SHOWN_POSTS: Final = 20
MOST_QUEUES: Final = 200
WEEK: Final = (1, 2, 3, 4, 5, 6, 0)
DAY_NAMES: Final = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


@dataclass(frozen=True, slots=True)
class QueueRow:
    queue: PostingQueue
    waiting: int
    next_at: datetime | None
    times: str


@dataclass(frozen=True, slots=True)
class SlotDay:
    weekday: int
    name: str
    slots: list[QueueSlot]


@dataclass(frozen=True, slots=True)
class QueuePage:
    queue: PostingQueue
    days: list[SlotDay]
    posts: list[PendingPost]
    waiting: int
    accounts: list[SocialAccount]
    suggestions: list[tuple[SocialAccount, BestTimes]]
    a_day: float


def queues_for_list(brand_id: UUID | None = None) -> list[QueueRow]:
    """Queues with their slots in words, how many posts wait and when the next leaves; 3 queries."""
    queues = PostingQueue.objects.filter(brand__deleted_at=None).select_related("brand")
    queues = queues.order_by("brand__name", "-is_default", "name")
    if brand_id:
        queues = queues.filter(brand_id=brand_id)
    found = list(queues.prefetch_related("slots")[:MOST_QUEUES])
    waiting = Q(status__in=LIVING, scheduled_for__gte=now())
    counts: dict[UUID | None, tuple[int, datetime | None]] = {
        row["queue_id"]: (row["number"], row["first"])
        for row in PendingPost.objects.filter(waiting, queue__in=found)
        .order_by()
        .values("queue_id")
        .annotate(number=Count("pk"), first=Min("scheduled_for"))
    }
    return [
        QueueRow(
            queue,
            *counts.get(queue.pk, (0, None)),
            times_in_words([(slot.weekday, slot.wall_time) for slot in queue.slots.all()]),
        )
        for queue in found
    ]


def queue_page(queue: PostingQueue) -> QueuePage:
    """One queue: its week of slots, its next 20 posts, and times that did well; 5 queries, and 1
    for each of at most 4 accounts whose posts are looked at."""
    slots = list(queue.slots.select_related("account").order_by("wall_time"))
    by_day = {day: [slot for slot in slots if slot.weekday == day] for day in WEEK}
    accounts = _accounts(queue.brand_id)
    waiting = PendingPost.objects.filter(queue=queue, status__in=LIVING, scheduled_for__gte=now())
    posts = posts_in_queue(queue, most=SHOWN_POSTS)
    shared = [(slot.weekday, slot.wall_time) for slot in slots if slot.account_id is None]
    return QueuePage(
        queue=queue,
        days=[SlotDay(day, DAY_NAMES[day], by_day[day]) for day in WEEK],
        posts=posts,
        waiting=waiting.count(),
        accounts=accounts,
        suggestions=_suggestions(accounts, queue.timezone),
        a_day=a_day(shared),
    )


def suggestions_of_brand(
    brand_id: UUID, zone: str, *, chosen: Collection[str] = ()
) -> list[tuple[SocialAccount, BestTimes]]:
    """Times that did well for at most 4 accounts of a brand, or of those of which the ids are
    chosen; a query for each and one more."""
    accounts = _accounts(brand_id)
    return _suggestions([each for each in accounts if str(each.pk) in chosen] or accounts, zone)


def _suggestions(
    accounts: Sequence[SocialAccount], zone: str
) -> list[tuple[SocialAccount, BestTimes]]:
    return [(account, best_times(account=account, zone=zone)) for account in accounts[:4]]


def _accounts(brand_id: UUID) -> list[SocialAccount]:
    links = BrandAccountLink.objects.filter(brand_id=brand_id).select_related("account")
    return [link.account for link in links.order_by("platform", "account__name")[:100]]


def times_in_words(slots: Sequence[tuple[int, time]]) -> str:
    """“Mon to Fri 09:00, 17:00; Sat 10:00”: days that share their times stand together."""
    alike: dict[tuple[time, ...], list[int]] = {}
    for weekday, walls in in_order(slots):
        alike.setdefault(tuple(walls), []).append(weekday)
    parts = []
    for times, days in sorted(alike.items(), key=lambda item: WEEK.index(_first(item[1]))):
        parts.append(f"{_days(days)} {', '.join(f'{wall:%H:%M}' for wall in times)}")
    return "; ".join(parts) or "No slots yet"


def _first(days: Sequence[int]) -> int:
    return min(days, key=WEEK.index)


def _days(days: Sequence[int]) -> str:
    places = sorted(WEEK.index(day) for day in days)
    if len(places) == 7:
        return "Every day"
    if len(places) > 2 and places[-1] - places[0] == len(places) - 1:
        return f"{DAY_NAMES[WEEK[places[0]]]} to {DAY_NAMES[WEEK[places[-1]]]}"
    return ", ".join(DAY_NAMES[WEEK[place]] for place in places)
