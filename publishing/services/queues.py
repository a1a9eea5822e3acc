"""Queues: a brand's lines of posts, and the next free time in one.

A queue gives times and owns no posts. Its slots are weekdays and wall times of its zone, turned
into moments as late as possible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.brands import over_all_brands
from config.kernel.clock import is_zone, now
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import changed_fields, record
from publishing.delivery.ledger import wake_deliveries
from publishing.models import (
    PendingPost,
    PendingStatus,
    PostingQueue,
    QueueSlot,
    SocialAccount,
)

from .queue_times import Times, runs

AHEAD = timedelta(minutes=1)
"""A slot that is nearer than this has gone by: the post must still be made and looked at."""
FARTHEST = timedelta(days=730)
DEFAULT_NAME = "Main queue"
NAME_LENGTH = 80
LIVING = (
    PendingStatus.DRAFT,
    PendingStatus.PENDING,
    PendingStatus.AUTO_APPROVED,
    PendingStatus.APPROVED,
    PendingStatus.PUBLISHING,
)
"""Posts in these states stand at their time; a rejected, expired or failed one has left it."""


class Slot(NamedTuple):
    """A time of a queue: `wall` is "2026-11-23 09:00" on the clocks of `zone`."""

    moment: datetime
    wall: str
    zone: str


def next_free_slot(
    *,
    queue: PostingQueue,
    account: SocialAccount,
    after: datetime | None = None,
    taken: Collection[datetime] = (),
) -> Slot:
    """The first time of the queue for this account at which no living post of it stands.

    Later than `after` and at least a minute ahead; `taken` are moments that the caller has given
    away already. Call it in the transaction that makes the post: the brand's queues stay locked
    until its end, so that two people who add at once get two times. Whoever locks posts too locks
    the queue first.
    Raises Conflict when the queue is paused or full for two years, Invalid when it has no slot for
    the account. Source of gap and fold: specification 6.8.
    """
    with org_atomic():
        row = locked_queue(queue)
        refuse_paused(row)
        start = _start(after)
        held = {_minute(moment) for moment in taken} | _held(account.pk, start)
        for slot in free_slots(row, account.pk, after=start, held=held):
            return slot
    raise Conflict(f"“{row.name}” is full for two years. Add slots to it, or choose a time.")


def free_slots(
    queue: PostingQueue,
    account_id: UUID,
    *,
    after: datetime,
    held: Collection[datetime],
    until: datetime | None = None,
) -> Iterator[Slot]:
    """The times of one account after `after` that are not in `held`, in order. No lock.

    Raises Invalid when the queue has none for the account.
    """
    times = times_of(queue.slots.all(), account_id)
    if not times:
        raise Invalid(
            f"“{queue.name}” has no slot for this channel. Add one to the queue, or choose a time.",
            field="queue",
        )
    seen: set[datetime] = set()
    for run in runs(times, queue.timezone, after=after, until=until or after + FARTHEST):
        # Where the clock jumps over two slots both become one moment; it is given out once.
        if run.moment not in held and run.moment not in seen:
            seen.add(run.moment)
            yield Slot(run.moment, f"{run.date} {run.wall:%H:%M}", queue.timezone)


def times_of(slots: Collection[QueueSlot], account_id: UUID) -> Times:
    """Weekday -> wall times of the slots that this account may use: its own and everybody's."""
    times: Times = {}
    for slot in slots:
        if slot.account_id is None or slot.account_id == account_id:
            times.setdefault(slot.weekday, set()).add(slot.wall_time)
    return times


def locked_queue(queue: PostingQueue) -> PostingQueue:
    """The queue as it stands, with all queues of its brand locked: an account's times may lie in
    several of them."""
    rows = PostingQueue.objects.filter(brand_id=queue.brand_id).order_by("pk")
    for row in rows.select_for_update(no_key=True):
        if row.pk == queue.pk:
            return row
    raise Conflict(f"“{queue.name}” was deleted meanwhile. Choose another queue.")


def refuse_paused(queue: PostingQueue) -> None:
    if queue.paused_at:
        raise Conflict(
            f"“{queue.name}” is paused, so nothing new is placed in it. Resume it, or choose a "
            "time.",
            code="queue_paused",
        )


def default_queue(*, brand: BrandProfile, by: User | None = None) -> PostingQueue:
    """The brand's own queue; made at first use, with two slots on each workday in its zone."""
    found = PostingQueue.objects.filter(brand=brand, is_default=True).first()
    if found is not None:
        return found
    # Slots stand on this module.
    from .queue_slots import apply_preset

    with org_atomic():
        # Two people who open a brand's first queue at once wait for each other here.
        BrandProfile.objects.select_for_update(no_key=True).get(pk=brand.pk)
        found = PostingQueue.objects.filter(brand=brand, is_default=True).first()
        if found is None:
            found = PostingQueue.objects.create(
                brand=brand,
                name=_free_name(brand),
                timezone=brand.timezone,
                is_default=True,
            )
            record(action="queue.created", target=found, by=by, data={"name": found.name})
            apply_preset(queue=found, preset="2_per_day", by=by)
    return found


def create_queue(
    *, brand: BrandProfile, name: str, timezone: str, by: User | None, preset: str = ""
) -> PostingQueue:
    """Add a queue to a brand; its first one is the default. `preset` fills its slots.

    Raises Invalid with the `field` that is wrong.
    """
    from .queue_slots import apply_preset

    with org_atomic():
        BrandProfile.objects.select_for_update(no_key=True).get(pk=brand.pk)
        queue = PostingQueue.objects.create(
            brand=brand,
            name=_checked_name(name, brand.pk),
            timezone=_checked_zone(timezone),
            is_default=not PostingQueue.objects.filter(brand=brand, is_default=True).exists(),
        )
        record(action="queue.created", target=queue, by=by, data={"name": queue.name})
        if preset:
            apply_preset(queue=queue, preset=preset, by=by)
    return queue


def change_queue(
    *,
    queue: PostingQueue,
    name: str,
    timezone: str,
    fills_from_pool: bool,
    is_default: bool,
    by: User | None,
) -> PostingQueue:
    """Rename a queue, move it to another zone, have empty slots filled, make it the default.

    Posts that wait in it keep their times until somebody has them placed anew.
    """
    with org_atomic():
        row = locked_queue(queue)
        values = {
            "name": _checked_name(name, row.brand_id, but=row.pk),
            "timezone": _checked_zone(timezone),
            "fills_from_pool": fills_from_pool,
            # There is always one: it stops being the default only when another becomes it.
            "is_default": is_default or row.is_default,
        }
        before, after = changed_fields({name: getattr(row, name) for name in values}, values)
        if not after:
            return row
        if "is_default" in after:
            PostingQueue.objects.filter(brand_id=row.brand_id, is_default=True).update(
                is_default=False
            )
        for field, value in values.items():
            setattr(row, field, value)
        row.save(update_fields=[*values, "updated_at"])
        record(action="queue.changed", target=row, by=by, before=before, after=after)
    return row


def delete_queue(*, queue: PostingQueue, by: User | None) -> None:
    """Remove a queue with its slots and its evergreen pool. Its posts keep their times.

    When it was the default, the brand's oldest other queue becomes that.
    """
    with org_atomic():
        row = locked_queue(queue)
        record(action="queue.deleted", target=row, by=by, data={"name": row.name})
        was_default, brand_id = row.is_default, row.brand_id
        row.delete()
        heir = PostingQueue.objects.filter(brand_id=brand_id).order_by("created_at").first()
        if was_default and heir is not None:
            heir.is_default = True
            heir.save(update_fields=["is_default", "updated_at"])


def pause_queue(*, queue: PostingQueue, by: User | None) -> PostingQueue:
    """Place nothing new in a queue, and let no post of it out, until it is resumed. Its posts keep
    their times; one that is too late by then is kept back and asks what to do.

    Raises Conflict when it is paused already.
    """
    with org_atomic():
        row = locked_queue(queue)
        if row.paused_at:
            raise Conflict(f"“{row.name}” is paused already. Nothing was changed.")
        row.paused_at = now()
        row.save(update_fields=["paused_at", "updated_at"])
        record(action="queue.paused", target=row, by=by)
    return row


def resume_queue(*, queue: PostingQueue, by: User | None) -> PostingQueue:
    """Let a queue take posts and let them out again; nothing is made up for in a burst.

    Raises Conflict when it is not paused.
    """
    with org_atomic():
        row = locked_queue(queue)
        if not row.paused_at:
            raise Conflict(f"“{row.name}” is not paused. Nothing was changed.")
        row.paused_at = None
        row.save(update_fields=["paused_at", "updated_at"])
        wake_deliveries(queue=row)
        record(action="queue.resumed", target=row, by=by)
    return row


def _start(after: datetime | None) -> datetime:
    soon = now() + AHEAD
    return max(after, soon) if after else soon


def _held(account_id: UUID, start: datetime, *, but: Collection[UUID] = ()) -> set[datetime]:
    """Moments, to the minute, at which a living post of the account stands."""
    with over_all_brands("an account's posts stand at their times, whoever may read them"):
        posts = PendingPost.objects.filter(
            account_id=account_id, status__in=LIVING, scheduled_for__gte=start - AHEAD
        )
        moments = posts.exclude(pk__in=but).values_list("scheduled_for", flat=True)
        return {_minute(moment) for moment in moments}


def held_moments(account_id: UUID, *, after: datetime, but: Collection[UUID] = ()) -> set[datetime]:
    """As `_held`, for those who place several posts at once; `but` are the posts to be placed."""
    return _held(account_id, after, but=but)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _checked_name(name: str, brand_id: UUID, *, but: UUID | None = None) -> str:
    name = " ".join(name.split())[:NAME_LENGTH]
    if not name:
        raise Invalid("Give the queue a name, such as “Evenings”.", field="name")
    others = PostingQueue.objects.filter(brand_id=brand_id, name__iexact=name)
    if others.exclude(pk=but).exists() if but else others.exists():
        raise Invalid(f"This brand has a queue “{name}” already. Choose another.", field="name")
    return name


def _checked_zone(zone: str) -> str:
    if not is_zone(zone):
        raise Invalid(
            f"“{zone}” is not a time zone. Choose one such as Europe/Berlin.", field="timezone"
        )
    return zone


def _free_name(brand: BrandProfile) -> str:
    names = set(PostingQueue.objects.filter(brand=brand).values_list("name", flat=True))
    numbered = (f"{DEFAULT_NAME} {number}" for number in range(2, len(names) + 3))
    return (
        DEFAULT_NAME if DEFAULT_NAME not in names else next(n for n in numbered if n not in names)
    )
