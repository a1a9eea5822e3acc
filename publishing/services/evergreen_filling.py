"""Empty slots of queues, filled from the pool a day ahead: seen without a lock, taken with one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import F

from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.errors import DomainError, Invalid
from config.kernel.scoping import org_atomic, scope
from config.kernel.tasks import record_work
from organizations.models import ActorKind
from organizations.services.audit import record
from publishing.models import EvergreenItem, PendingPost, PostingQueue, SocialAccount

from .compositions import accounts_of
from .compositions_following import locked_composition
from .compositions_placing import place_composition
from .evergreen import next_in_line, rest_of
from .queues import Slot, free_slots, held_moments, locked_queue

AHEAD: Final = timedelta(days=1)
"""How long before its time an empty slot is filled: until then a person may fill it."""
NOTICE: Final = timedelta(minutes=30)
"""A slot that is nearer is left empty: nobody could look at the post before it leaves."""
EVERY: Final = timedelta(minutes=15)
MOST_A_QUEUE: Final = 50
QUEUES_A_SWEEP: Final = 500


class Empty(NamedTuple):
    account: SocialAccount
    slot: Slot


def due_queues(*, most: int = QUEUES_A_SWEEP) -> list[Due]:
    return due_rows(PostingQueue, moment=now(), most=most)


def sweep_evergreen(*, most: int = QUEUES_A_SWEEP) -> int:
    """Fill the empty slots of the next day, in all organizations. Gives the number of posts."""
    return sum(fill_queue(row.organization_id, row.id) for row in due_queues(most=most))


def fill_queue(organization_id: UUID, queue_id: UUID) -> int:
    """Fill a queue's slots of the next day that nobody filled. Safe to run twice, and at once: a
    slot is looked at again under the queue's lock, and one that has a post is not empty."""
    made = 0
    with scope(organization_id):
        for _ in range(MOST_A_QUEUE):
            if not _fill_one(queue_id):
                break
            made += 1
        with org_atomic():
            PostingQueue.objects.filter(pk=queue_id, fills_from_pool=True).update(
                fill_due_at=now() + EVERY
            )
    if made:
        record_work("evergreen", made)
    return made


def _fill_one(queue_id: UUID) -> bool:
    """One post for the first empty slot that anything of the pool fits; False when none does."""
    with org_atomic():
        queue = PostingQueue.objects.filter(pk=queue_id, fills_from_pool=True).first()
        if queue is None or queue.paused_at:
            return False
        pool = list(
            queue.pool.select_related("composition", "created_by").filter(
                composition__deleted_at=None, paused_at=None
            )
        )
        wishes = list(_wishes(queue, pool))
    return any(_take(queue, item, empty) for item, empty in wishes)


def _wishes(
    queue: PostingQueue, pool: Sequence[EvergreenItem]
) -> Iterator[tuple[EvergreenItem, Empty]]:
    accounts_by_item = {item.pk: accounts_of(item.composition) for item in pool}
    accounts = {each.pk: each for found in accounts_by_item.values() for each in found}
    for empty in _empty_slots(queue, list(accounts.values())):
        for item in next_in_line(pool, at=empty.slot.moment):
            if any(each.pk == empty.account.pk for each in accounts_by_item[item.pk]):
                yield item, empty


def _empty_slots(queue: PostingQueue, accounts: Sequence[SocialAccount]) -> list[Empty]:
    moment = now()
    found: list[Empty] = []
    for account in accounts:
        held = held_moments(account.pk, after=moment)
        slots = free_slots(
            queue, account.pk, after=moment + NOTICE, held=held, until=moment + AHEAD
        )
        try:
            found += [Empty(account, slot) for slot in slots]
        except Invalid:
            # The queue has no slot for this account.
            continue
    return sorted(found, key=lambda each: (each.slot.moment, each.account.pk))


def _take(queue: PostingQueue, item: EvergreenItem, empty: Empty) -> bool:
    """Use the item for the slot, if under the locks both are still as they were seen."""
    try:
        with org_atomic():
            # The composition before its queue, as everybody who places one.
            composition = locked_composition(item.composition)
            row = locked_queue(queue)
            own = EvergreenItem.objects.select_for_update(no_key=True, of=("self",))
            fresh = own.select_related("created_by").filter(pk=item.pk).first()
            held = held_moments(empty.account.pk, after=now())
            if fresh is None or row.paused_at or not row.fills_from_pool:
                return False
            if empty.slot.moment in held or not rest_of(fresh, at=empty.slot.moment).is_ready:
                return False
            fresh.composition = composition
            _use(fresh, empty)
    except DomainError as error:
        _leave_out(item, error.message)
        return False
    return True


def _use(item: EvergreenItem, empty: Empty) -> None:
    posts = place_composition(
        composition=item.composition,
        by=item.created_by,
        when=empty.slot.moment,
        wall=empty.slot.wall,
        zone=empty.slot.zone,
        evergreen=item,
        accounts=[empty.account],
    )
    PendingPost.objects.filter(pk__in=[post.pk for post in posts]).update(queue=item.queue_id)
    EvergreenItem.objects.filter(pk=item.pk).update(
        use_count=F("use_count") + 1, last_used_at=empty.slot.moment, updated_at=now()
    )
    record(
        action="evergreen.used",
        target=item,
        kind=ActorKind.SYSTEM,
        data={"posts": [str(post.pk) for post in posts], "at": empty.slot.wall},
    )


def _leave_out(item: EvergreenItem, why: str) -> None:
    """Words that no longer fit, an account that is signed out: it is paused with the reason told,
    since a pool must not stumble over it at every look."""
    with org_atomic():
        EvergreenItem.objects.filter(pk=item.pk).update(paused_at=now(), updated_at=now())
        record(action="evergreen.failed", target=item, kind=ActorKind.SYSTEM, reason=why)
