"""The order of a queue: shuffled, changed by a person, and placed anew when its slots changed.

The times stay and the posts change places, each account for itself. Nothing here happens without a
person asking, and each can be taken back with one click.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from config.kernel.clock import now
from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from organizations.models import User
from publishing.models import PendingPost, PostingQueue

from .moving import Moved, put_posts, wall_of
from .post_moves import EDITABLE
from .queue_times import WALL
from .queues import AHEAD, free_slots, held_moments, locked_queue, refuse_paused

MOST: Final = 200
"""Posts of a queue that are placed anew at once, the nearest first."""


@dataclass(frozen=True, slots=True)
class Placing:
    """One post of a queue, where it stands and where it would stand."""

    post: PendingPost
    before: datetime
    after: datetime
    wall: str
    zone: str

    @property
    def is_moved(self) -> bool:
        return self.before != self.after


def posts_in_queue(queue: PostingQueue, *, most: int = MOST) -> list[PendingPost]:
    """Its posts that still wait and can be moved, the next first."""
    posts = PendingPost.objects.filter(
        queue=queue, status__in=EDITABLE, scheduled_for__gt=now() + AHEAD
    )
    return list(posts.select_related("account", "brand").order_by("scheduled_for", "pk")[:most])


def placings(queue: PostingQueue) -> list[Placing]:
    """Where the posts of a queue would stand if they were placed anew in their order.

    Raises Invalid where an account has no slot any more, Conflict when the queue is paused.
    """
    refuse_paused(queue)
    posts = posts_in_queue(queue)
    start = now() + AHEAD
    found: dict[UUID, Placing] = {}
    for account_id in dict.fromkeys(post.account_id for post in posts):
        own = [post for post in posts if post.account_id == account_id]
        held = held_moments(account_id, after=start, but=[post.pk for post in own])
        slots = free_slots(queue, account_id, after=start, held=held)
        for post, slot in zip(own, slots, strict=False):
            found[post.pk] = Placing(post, post.scheduled_for, slot.moment, slot.wall, slot.zone)
    return [found[post.pk] for post in posts if post.pk in found]


def retime_queue(*, queue: PostingQueue, by: User | None) -> Moved:
    """Place the posts of a queue anew at its slots as they are now, in their order.

    Raises as `placings` does; Conflict too when all stand where they belong.
    """
    with org_atomic():
        row = locked_queue(queue)
        moving = [each for each in placings(row) if each.is_moved]
        if not moving:
            raise Conflict("Every post of this queue stands at its slot. Nothing was moved.")
        places = [(each.post, each.wall, each.zone) for each in moving]
        return put_posts(places=places, queue=row, action="queue.retimed", by=by)


def shuffle_queue(
    *, queue: PostingQueue, by: User | None, chance: random.Random | None = None
) -> Moved:
    """Let the posts of a queue change places at random, each account for itself."""
    # No secret hangs on it.
    chance = chance or random.Random()  # noqa: S311
    with org_atomic():
        row = locked_queue(queue)
        posts = posts_in_queue(row)
        if len(posts) < 2:
            raise Conflict("There are no two posts in this queue that could change places.")
        wanted: list[PendingPost] = []
        for account_id in dict.fromkeys(post.account_id for post in posts):
            own = [post for post in posts if post.account_id == account_id]
            chance.shuffle(own)
            wanted += own
        return _in_order(row, wanted, "queue.shuffled", by)


def move_in_queue(*, queue: PostingQueue, post: PendingPost, by: User | None, up: bool) -> Moved:
    """Let a post change places with the one before it (`up`) or after it of the same account.

    Raises Conflict when there is none.
    """
    with org_atomic():
        row = locked_queue(queue)
        own = [each for each in posts_in_queue(row) if each.account_id == post.account_id]
        here = next((n for n, each in enumerate(own) if each.pk == post.pk), None)
        there = None if here is None else here + (-1 if up else 1)
        if here is None or there is None or not 0 <= there < len(own):
            raise Conflict("It stands at the end of the queue already, or has left it.")
        own[here], own[there] = own[there], own[here]
        return _in_order(row, own, "queue.reordered", by)


def _in_order(
    queue: PostingQueue, wanted: Sequence[PendingPost], action: str, by: User | None
) -> Moved:
    """Give the posts of each account the times of that account in this order."""
    places = []
    for account_id in dict.fromkeys(post.account_id for post in wanted):
        own = [post for post in wanted if post.account_id == account_id]
        times = sorted(((post.scheduled_for, *wall_of(post)) for post in own), key=lambda t: t[0])
        for post, (moment, wall, zone) in zip(own, times, strict=True):
            if post.scheduled_for != moment:
                places.append((post, f"{wall:{WALL}}", zone))
    return put_posts(places=places, queue=queue, action=action, by=by)
