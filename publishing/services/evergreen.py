"""The evergreen pool: posts that stay true fill a queue's empty slots, each after a long rest.

Nothing of the pool comes again within its cooldown, which is longer than the month in which the
agent may not repeat itself. Who has rested longest goes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from config.kernel.clock import now
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import record
from publishing.models import (
    Composition,
    EvergreenItem,
    PendingPost,
    PendingStatus,
    Post,
    PostingQueue,
)

from .compositions import accounts_of, compose
from .queues import locked_queue

SHORTEST_REST: Final = 31
LONGEST_REST: Final = 730
MOST_ITEMS: Final = 500
_GONE: Final = (PendingStatus.REJECTED, PendingStatus.EXPIRED, PendingStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Rest:
    """Whether an item may be used at a moment, from when on, and why not before."""

    is_ready: bool
    ready_at: datetime | None
    reason: str


def add_to_pool(
    *,
    composition: Composition,
    queue: PostingQueue,
    by: User | None,
    cooldown_days: int = 60,
    most_uses: int | None = None,
) -> EvergreenItem:
    """Let a composition fill empty slots of a queue; one that is there gets the new rest.

    Raises Invalid for a rest outside 31 to 730 days, a queue of another brand, a composition for no
    account, or a pool of more than 500.
    """
    _refuse_rest(cooldown_days, most_uses)
    if queue.brand_id != composition.brand_id:
        raise Invalid(
            "This queue belongs to another brand. Choose one of the post's.", field="queue"
        )
    if not accounts_of(composition):
        raise Invalid("Choose accounts for the draft first.", field="composition")
    with org_atomic():
        if queue.pool.count() >= MOST_ITEMS:
            raise Invalid(f"This pool has {MOST_ITEMS} posts. Take some out first.", field="queue")
        row, _ = EvergreenItem.objects.update_or_create(
            composition=composition,
            queue=queue,
            defaults={"cooldown_days": cooldown_days, "most_uses": most_uses, "paused_at": None},
            create_defaults={
                "cooldown_days": cooldown_days,
                "most_uses": most_uses,
                "created_by": by,
                # What was out before it came here rests too.
                "last_used_at": _last_out(composition),
            },
        )
        record(action="evergreen.added", target=row, by=by)
    return row


def add_published(
    *, post: Post, queue: PostingQueue, by: User | None, cooldown_days: int = 60
) -> EvergreenItem:
    """Take what is out into the pool, as a composition of its own where it has none.

    Raises Invalid as `add_to_pool`.
    """
    with org_atomic():
        source = post.pending_post
        composition = source.variant.composition if source and source.variant else None
        if composition is None or composition.is_deleted:
            composition = compose(
                brand=post.brand,
                by=by,
                accounts=[post.account],
                text=post.content,
                hashtags=list(post.hashtags),
                link=post.link,
                media=post.media,
                pillar=source.pillar if source else "",
            )
        row = add_to_pool(composition=composition, queue=queue, by=by, cooldown_days=cooldown_days)
        if row.last_used_at is None or row.last_used_at < post.published_at:
            row.last_used_at = post.published_at
            row.save(update_fields=["last_used_at", "updated_at"])
    return row


def change_item(
    *, item: EvergreenItem, cooldown_days: int, most_uses: int | None, by: User | None
) -> EvergreenItem:
    _refuse_rest(cooldown_days, most_uses)
    with org_atomic():
        item.cooldown_days, item.most_uses = cooldown_days, most_uses
        item.save(update_fields=["cooldown_days", "most_uses", "updated_at"])
        record(action="evergreen.changed", target=item, by=by)
    return item


def pause_item(*, item: EvergreenItem, by: User | None, is_paused: bool = True) -> EvergreenItem:
    """Leave it out until it is let in again."""
    with org_atomic():
        item.paused_at = now() if is_paused else None
        item.save(update_fields=["paused_at", "updated_at"])
        action = "evergreen.paused" if is_paused else "evergreen.resumed"
        record(action=action, target=item, by=by)
    return item


def remove_item(*, item: EvergreenItem, by: User | None) -> None:
    """Take it out of the pool. Posts that were made of it stay."""
    with org_atomic():
        record(action="evergreen.removed", target=item, by=by)
        item.delete()


def set_filling(*, queue: PostingQueue, fills: bool, by: User | None) -> PostingQueue:
    """Whether a queue's empty slots are filled from its pool."""
    with org_atomic():
        row = locked_queue(queue)
        row.fills_from_pool = fills
        row.fill_due_at = now() if fills else None
        row.save(update_fields=["fills_from_pool", "fill_due_at", "updated_at"])
        record(action="evergreen.filling", target=row, by=by, data={"fills": fills})
    return row


def rest_of(item: EvergreenItem, *, at: datetime) -> Rest:
    """Pure: whether the item may go out at that moment."""
    if item.paused_at:
        return Rest(False, None, "It is paused.")
    if item.most_uses is not None and item.use_count >= item.most_uses:
        return Rest(False, None, f"It was used {item.use_count} times, as often as it may.")
    if item.last_used_at is None:
        return Rest(True, None, "It was not used yet.")
    ready = item.last_used_at + timedelta(days=item.cooldown_days)
    if ready <= at:
        return Rest(True, ready, "It has rested long enough.")
    return Rest(False, ready, f"It rests {item.cooldown_days} days after each use.")


def next_in_line(items: Sequence[EvergreenItem], *, at: datetime) -> list[EvergreenItem]:
    """Who may go out at that moment, who has rested longest first; never used comes before all."""
    ready = [item for item in items if rest_of(item, at=at).is_ready]
    return sorted(ready, key=_rested_longest)


def _rested_longest(item: EvergreenItem) -> tuple[bool, float, UUID]:
    return item.last_used_at is not None, _seconds(item.last_used_at), item.pk


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def _last_out(composition: Composition) -> datetime | None:
    """When a post of it was or is to be out last."""
    posts = PendingPost.objects.filter(variant__composition=composition)
    posts = posts.exclude(status__in=_GONE).order_by("-scheduled_for")
    return posts.values_list("scheduled_for", flat=True).first()


def _refuse_rest(cooldown_days: int, most_uses: int | None) -> None:
    if not SHORTEST_REST <= cooldown_days <= LONGEST_REST:
        raise Invalid(
            f"A rest has {SHORTEST_REST} to {LONGEST_REST} days: sooner it would be the same words "
            "within a month.",
            field="cooldown_days",
        )
    if most_uses is not None and not 1 <= most_uses <= 1_000:
        raise Invalid("Give a number of uses from 1 to 1000, or none.", field="most_uses")
