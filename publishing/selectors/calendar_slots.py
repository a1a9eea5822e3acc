"""Slots of queues at which a post could still be put, of one brand or of all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from config.kernel.brands import over_all_brands
from config.kernel.clock import now, resolve, to_zone
from publishing.models import BrandAccountLink, PendingPost, PostingQueue, QueueSlot
from publishing.services.queue_times import runs
from publishing.services.queues import AHEAD, LIVING, times_of

SLOTS_A_DAY: Final = 12
MOST_SLOTS: Final = 600
"""Times of the week that are looked at; those of further brands are left to their own calendars."""
_COLUMNS: Final = (
    *("weekday", "wall_time", "account_id", "queue__name", "queue__timezone"),
    *("queue__brand__name",),
)


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """A time of a queue that at least one account may still take. `wall` is in the page's zone,
    `day` and `time` in the queue's; `account_id` is set when only one account may take it."""

    moment: datetime
    wall: str
    day: str
    time: str
    queue_id: UUID
    queue: str
    brand_id: UUID
    brand: str
    account_id: UUID | None
    account_count: int


@dataclass(frozen=True, slots=True)
class OpenSlots:
    """Local day -> its first slots in order, and how many it has; `is_whole` unless there are more
    queues than are looked at."""

    by_day: Mapping[date, Sequence[OpenSlot]] = field(default_factory=dict)
    counts: Mapping[date, int] = field(default_factory=dict)
    is_whole: bool = True


def open_slots(days: Sequence[date], zone: str, which: Q, brand_id: UUID | None) -> OpenSlots:
    """Slots that the accounts of a brand, or of every brand, may still take; 2 queries.

    `which` narrows the accounts, as columns of BrandAccountLink. Paused queues have no open slot,
    and neither has the past.
    """
    if not days:
        return OpenSlots()
    begin = max(now() + AHEAD, resolve(days[0], time.min, zone))
    end = resolve(days[-1] + timedelta(days=1), time.min, zone)
    slots, is_whole = _slots(brand_id, which) if begin < end else ([], True)
    if not slots:
        return OpenSlots()
    taken = _taken({each for slot in slots for each in _accounts(slot)}, begin, end)
    wanted = frozenset(days)
    by_day: dict[date, list[OpenSlot]] = {}
    counts: dict[date, int] = {}
    for moment, queue, ids in sorted(
        _free(slots, taken, begin, end), key=lambda each: (each[0], each[1].pk)
    ):
        day = to_zone(moment, zone).date()
        if day not in wanted:
            continue
        counts[day] = counts.get(day, 0) + 1
        if counts[day] <= SLOTS_A_DAY:
            by_day.setdefault(day, []).append(_open_slot(moment, zone, queue, ids))
    return OpenSlots(by_day, counts, is_whole)


def _slots(brand_id: UUID | None, which: Q) -> tuple[list[QueueSlot], bool]:
    """(slots of queues that run, each with the accounts of its brand, whether these are all)."""
    links = BrandAccountLink.objects.filter(
        which, brand_id=OuterRef("queue__brand_id"), account__deleted_at=None
    )
    rows = QueueSlot.objects.filter(queue__paused_at=None, queue__brand__deleted_at=None)
    if brand_id:
        rows = rows.filter(queue__brand_id=brand_id)
    own = ArraySubquery(links.order_by("account_id").values("account_id"))
    rows = rows.select_related("queue__brand").only(*_COLUMNS)
    rows = rows.order_by("queue__brand__name", "queue_id")
    found: list[QueueSlot] = list(rows.annotate(accounts=own)[: MOST_SLOTS + 1])
    if len(found) <= MOST_SLOTS:
        return found, True
    # A queue of which a part is missing would look as if its other times were taken.
    cut = found[-1].queue_id
    return [slot for slot in found if slot.queue_id != cut], False


def _accounts(slot: QueueSlot) -> Sequence[UUID]:
    found: Sequence[UUID] = vars(slot)["accounts"]
    return found


def _free(
    slots: Sequence[QueueSlot],
    taken: Collection[tuple[UUID, datetime]],
    begin: datetime,
    end: datetime,
) -> Iterable[tuple[datetime, PostingQueue, list[UUID]]]:
    """(moment, queue, accounts that may take it) of each queue's times."""
    for _, group in groupby(slots, key=lambda slot: slot.queue_id):
        own = list(group)
        queue = own[0].queue
        free: dict[datetime, list[UUID]] = {}
        for account, moment in _times(own, _accounts(own[0]), begin, end):
            if (account, moment) not in taken:
                free.setdefault(moment, []).append(account)
        for moment, ids in free.items():
            yield moment, queue, ids


def _times(
    own: Sequence[QueueSlot], accounts: Sequence[UUID], begin: datetime, end: datetime
) -> Iterable[tuple[UUID, datetime]]:
    """(account, moment) of one queue; accounts mostly share their times, which come once then."""
    known: dict[frozenset[tuple[int, time]], list[datetime]] = {}
    for account in accounts:
        times = times_of(own, account)
        key = frozenset((day, wall) for day, walls in times.items() for wall in walls)
        if key not in known:
            found = runs(times, own[0].queue.timezone, after=begin, until=end)
            # Where the clock jumps over two slots both become one moment.
            known[key] = list(dict.fromkeys(run.moment for run in found if run.moment < end))
        for moment in known[key]:
            yield account, moment


def _open_slot(moment: datetime, zone: str, queue: PostingQueue, ids: list[UUID]) -> OpenSlot:
    there = to_zone(moment, queue.timezone)
    return OpenSlot(
        moment=moment,
        wall=f"{to_zone(moment, zone):%H:%M}",
        day=f"{there:%Y-%m-%d}",
        time=f"{there:%H:%M}",
        queue_id=queue.pk,
        queue=queue.name,
        brand_id=queue.brand_id,
        brand=queue.brand.name,
        account_id=ids[0] if len(ids) == 1 else None,
        account_count=len(ids),
    )


def _taken(
    accounts: Collection[UUID], begin: datetime, end: datetime
) -> set[tuple[UUID, datetime]]:
    with over_all_brands("an account's posts stand at their times, whoever may read them"):
        posts = PendingPost.objects.filter(
            account_id__in=accounts,
            status__in=LIVING,
            scheduled_for__gte=begin - AHEAD,
            scheduled_for__lt=end,
        )
        pairs = posts.order_by().values_list("account_id", "scheduled_for")
        return {(account, at.replace(second=0, microsecond=0)) for account, at in pairs}
