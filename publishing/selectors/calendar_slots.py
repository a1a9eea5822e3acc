"""Slots of a brand's queues at which a post could still be put."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from config.kernel.clock import now, resolve, to_zone
from publishing.models import PendingPost, QueueSlot
from publishing.services.queue_times import runs
from publishing.services.queues import AHEAD, LIVING, times_of

SLOTS_A_DAY = 12


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
    account_id: UUID | None
    account_count: int


def open_slots(
    brand_id: UUID, days: Sequence[date], zone: str, accounts: Collection[UUID]
) -> dict[date, list[OpenSlot]]:
    """Local day -> its slots that one of these accounts may still take, in order; 2 queries.
    Paused queues have none, and neither has the past."""
    if not days or not accounts:
        return {}
    begin = max(now() + AHEAD, resolve(days[0], time.min, zone))
    end = resolve(days[-1] + timedelta(days=1), time.min, zone)
    if begin >= end:
        return {}
    slots = list(
        QueueSlot.objects.filter(queue__brand_id=brand_id, queue__paused_at=None)
        .select_related("queue")
        .order_by("queue_id")
    )
    if not slots:
        return {}
    taken = _taken(accounts, begin, end)
    free: dict[tuple[datetime, UUID], list[UUID]] = {}
    queues = {slot.queue_id: slot.queue for slot in slots}
    for queue_id, queue in queues.items():
        own = [slot for slot in slots if slot.queue_id == queue_id]
        for account_id in accounts:
            for run in runs(times_of(own, account_id), queue.timezone, after=begin, until=end):
                if (account_id, run.moment) not in taken and run.moment < end:
                    free.setdefault((run.moment, queue_id), []).append(account_id)
    found: dict[date, list[OpenSlot]] = {}
    for (moment, queue_id), ids in sorted(free.items(), key=lambda item: item[0]):
        local, there = to_zone(moment, zone), to_zone(moment, queues[queue_id].timezone)
        of_day = found.setdefault(local.date(), [])
        unique = list(dict.fromkeys(ids))
        if len(of_day) < SLOTS_A_DAY:
            of_day.append(
                OpenSlot(
                    moment=moment,
                    wall=f"{local:%H:%M}",
                    day=f"{there:%Y-%m-%d}",
                    time=f"{there:%H:%M}",
                    queue_id=queue_id,
                    queue=queues[queue_id].name,
                    account_id=unique[0] if len(unique) == 1 else None,
                    account_count=len(unique),
                )
            )
    return found


def _taken(
    accounts: Collection[UUID], begin: datetime, end: datetime
) -> set[tuple[UUID, datetime]]:
    posts = PendingPost.objects.filter(
        account_id__in=accounts,
        status__in=LIVING,
        scheduled_for__gte=begin - AHEAD,
        scheduled_for__lt=end,
    )
    pairs = posts.values_list("account_id", "scheduled_for")
    return {(account, at.replace(second=0, microsecond=0)) for account, at in pairs}
