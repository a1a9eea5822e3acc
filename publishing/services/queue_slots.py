"""Slots of a queue: added, removed, and set by a preset; at most 10 a day for each account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import time
from typing import Final
from uuid import UUID

from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import record
from publishing.models import PostingQueue, QueueSlot, SocialAccount

from .queue_times import a_day
from .queues import locked_queue
from .schedules import POSTS_A_DAY_MOST, PRESETS

EVERY_DAY: Final = tuple(range(7))
SLOT_PRESETS: Final[Mapping[str, str]] = {
    "1_per_day": "Once a day: 10:00, Monday to Friday",
    "2_per_day": "Twice a day: 09:00 and 17:00, Monday to Friday",
    "3_per_day": "Three times a day: 08:00, 12:00 and 18:00, Monday to Friday",
    "weekly": "Weekly: Monday 10:00",
}
"""The presets of schedules (specification 1c), in words."""


def add_slots(
    *,
    queue: PostingQueue,
    weekdays: Collection[int],
    wall: time,
    account: SocialAccount | None = None,
    by: User | None,
) -> int:
    """Add a wall time on some weekdays, for one account or for all. Returns how many are new.

    Raises Invalid for a day that is none, when all stand already, or beyond 10 posts a day.
    """
    wall = wall.replace(second=0, microsecond=0, tzinfo=None)
    days = _checked_days(weekdays)
    with org_atomic():
        row = locked_queue(queue)
        standing = {(slot.account_id, slot.weekday, slot.wall_time) for slot in row.slots.all()}
        account_id = account.pk if account else None
        new = [day for day in days if (account_id, day, wall) not in standing]
        if not new:
            raise Invalid("These slots stand already. Choose another time or day.", field="time")
        _refuse_too_many(standing | {(account_id, day, wall) for day in new})
        QueueSlot.objects.bulk_create(
            QueueSlot(queue=row, account=account, weekday=day, wall_time=wall) for day in new
        )
        data = {"days": new, "time": f"{wall:%H:%M}"}
        record(action="queue.slots_added", target=row, by=by, data=data)
    return len(new)


def remove_slot(*, slot: QueueSlot, by: User | None) -> None:
    """Take a slot away. Posts that stand at it keep their time."""
    with org_atomic():
        row = locked_queue(slot.queue)
        data = {"days": [slot.weekday], "time": f"{slot.wall_time:%H:%M}"}
        record(action="queue.slots_removed", target=row, by=by, data=data)
        slot.delete()


def apply_preset(*, queue: PostingQueue, preset: str, by: User | None) -> None:
    """Give a queue the times of a preset in place of those that it has for all accounts.

    Slots of single accounts stay. Raises Invalid for a preset that is none.
    """
    if preset not in SLOT_PRESETS:
        raise Invalid("Choose one of the presets.", field="preset")
    chosen = PRESETS[preset]
    with org_atomic():
        row = locked_queue(queue)
        wanted = {(day, wall) for day in chosen.days for wall in chosen.times}
        own = {
            (slot.account_id, slot.weekday, slot.wall_time)
            for slot in row.slots.exclude(account=None)
        }
        _refuse_too_many(own | {(None, day, wall) for day, wall in wanted})
        row.slots.filter(account=None).delete()
        QueueSlot.objects.bulk_create(
            QueueSlot(queue=row, weekday=day, wall_time=wall) for day, wall in sorted(wanted)
        )
        record(action="queue.preset_applied", target=row, by=by, data={"preset": preset})


def _checked_days(weekdays: Collection[int]) -> list[int]:
    days = sorted(set(weekdays))
    if not days:
        raise Invalid("Choose at least one day.", field="weekdays")
    if any(day not in EVERY_DAY for day in days):
        raise Conflict("A week has seven days, from 0 for Sunday to 6 for Saturday.")
    return days


def _refuse_too_many(slots: Iterable[tuple[UUID | None, int, time]]) -> None:
    slots = list(slots)
    for account_id in {account_id for account_id, _, _ in slots}:
        usable = [(day, wall) for owner, day, wall in slots if owner in (None, account_id)]
        if a_day(usable) > POSTS_A_DAY_MOST:
            raise Invalid(
                f"That would be {a_day(usable):.1f} posts a day for one channel; at most "
                f"{POSTS_A_DAY_MOST} are allowed. Remove a slot first.",
                field="time",
            )
