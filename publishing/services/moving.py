"""Posts moved to other times by a person: one, several at once, and back again.

A time is a wall time in a zone and becomes a moment here. Moving a post by hand takes it out of its
queue, so that placing the queue anew leaves it where a person wanted it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from config.kernel.clock import now, resolve, to_zone, weekday_of
from config.kernel.errors import Conflict, DomainError, Invalid, NotFound
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, User
from organizations.services.audit import record
from publishing.models import PendingPost, PostingQueue

from .pending_posts import reschedule_post
from .post_moves import change
from .queue_times import WALL
from .queues import locked_queue, next_free_slot

MOST_AT_ONCE: Final = 200
UNDO_WITHIN: Final = timedelta(minutes=30)
MOVED: Final = ("posts.moved", "queue.retimed", "queue.shuffled", "queue.reordered")
"""Acts whose record knows the former times."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where several posts go, each from its own time: on by days, to a weekday of its week (0 is
    Sunday, weeks begin on Monday), to a wall time; or into a queue, each to its next free slot."""

    days: int = 0
    weekday: int | None = None
    at: time | None = None
    queue: PostingQueue | None = None

    @property
    def is_empty(self) -> bool:
        return not self.days and self.weekday is None and self.at is None and self.queue is None


@dataclass(slots=True)
class Moved:
    """What became of each of several posts; `undo` names the record that brings them back."""

    done: list[PendingPost] = field(default_factory=list)
    problems: list[tuple[PendingPost, str]] = field(default_factory=list)
    undo: UUID | None = None


def move_post(
    *, post: PendingPost, wall: str, zone: str, by: User | None, queue: PostingQueue | None = None
) -> PendingPost:
    """Give a post another wall time, such as "2026-11-23 09:00", in a zone.

    An approval stays while the new time lies inside its window; else the post waits for a decision
    again. Raises Invalid for a time that is none or not ahead, Conflict when the post is leaving.
    """
    return _moved([post], lambda row: _put(row, wall, zone, queue, by), by=by, is_all=True).done[0]


def move_with_undo(*, post: PendingPost, wall: str, zone: str, by: User | None) -> Moved:
    """As `move_post`, for a page that offers to take it back."""
    return _moved([post], lambda row: _put(row, wall, zone, None, by), by=by, is_all=True)


def move_posts(
    *, posts: Sequence[PendingPost], target: Target, by: User | None, is_all: bool = False
) -> Moved:
    """Move several posts, each as a savepoint of its own, or with `is_all` all of them or none.

    Raises Invalid without a target or for more than 200 posts, and with `is_all` whatever stopped
    the first that could not be moved.
    """
    if target.is_empty:
        raise Invalid("Say where the posts go: by how many days, to which day or queue.")
    if len(posts) > MOST_AT_ONCE:
        raise Invalid(f"Move at most {MOST_AT_ONCE} posts at once. Choose fewer.")
    ordered = sorted(posts, key=lambda post: (post.scheduled_for, post.pk))
    if target.queue is None:
        return _moved(ordered, lambda row: _shift(row, target, by), by=by, is_all=is_all)
    queue = target.queue
    with org_atomic():
        # Before any post, as everybody does who locks both.
        locked_queue(queue)
        return _moved(ordered, lambda row: _into(row, queue, by), by=by, is_all=is_all)


def put_posts(
    *,
    places: Sequence[tuple[PendingPost, str, str]],
    queue: PostingQueue,
    action: str,
    by: User | None,
) -> Moved:
    """Give posts of a queue the (wall, zone) beside them, and keep them in it."""
    wanted = {post.pk: (wall, zone) for post, wall, zone in places}
    return _moved(
        [post for post, _, _ in places],
        lambda row: _put(row, *wanted[row.pk], queue, by),
        by=by,
        action=action,
        about=queue,
    )


def undo_move(*, record_id: UUID, by: User) -> Moved:
    """Bring posts back to where they stood before one move: within half an hour, by who moved them.

    A post that was moved again or left meanwhile stays, with a sentence why.
    Raises NotFound when there was no such move, Conflict when it can no longer be taken back.
    """
    kept = AuditRecord.objects.filter(pk=record_id, action__in=MOVED).first()
    if kept is None:
        raise NotFound("There is no such move to take back.")
    if kept.actor_id != by.pk or kept.created_at < now() - UNDO_WITHIN:
        raise Conflict("This can no longer be taken back here. Move the posts by hand.")
    former = {UUID(each["post"]): each for each in kept.data["moves"]}
    posts = list(PendingPost.objects.filter(pk__in=former).select_related("brand"))

    def back(row: PendingPost) -> PendingPost:
        return _back(row, former[row.pk], by)

    return _moved(posts, back, by=by, remembers=False)


def wall_of(post: PendingPost) -> tuple[datetime, str]:
    """(time on the wall without a zone, zone) at which a post stands, as a person meant it."""
    zone = post.zone or post.brand.timezone
    if post.wall_time and post.zone:
        wall = parsed(post.wall_time)
        if resolve(wall.date(), wall.time(), zone) == post.scheduled_for:
            return wall, zone
    return to_zone(post.scheduled_for, zone).replace(tzinfo=None, second=0, microsecond=0), zone


def parsed(wall: str) -> datetime:
    """A wall time without a zone. Raises Invalid with the field."""
    try:
        return datetime.strptime(wall.strip().replace("T", " ")[:16], WALL)  # noqa: DTZ007
    except ValueError as error:
        raise Invalid(
            f"“{wall}” is not a time. Write day and time, such as 2026-11-23 09:00.", field="when"
        ) from error


def shifted(wall: datetime, target: Target) -> datetime:
    """A wall time moved as the target says. Pure."""
    day: date = wall.date() + timedelta(days=target.days)
    if target.weekday is not None:
        monday = day - timedelta(days=day.weekday())
        # Counted from Monday, since the week of a plan begins there.
        day = next(
            each
            for each in (monday + timedelta(days=number) for number in range(7))
            if weekday_of(each) == target.weekday
        )
    return datetime.combine(day, target.at or wall.time())


class _NotAllError(Exception):
    """Undoes what was moved already, when all or none should be."""

    def __init__(self, error: DomainError) -> None:
        self.error = error


def _moved(
    posts: Sequence[PendingPost],
    act: Callable[[PendingPost], PendingPost],
    *,
    by: User | None,
    is_all: bool = False,
    action: str = "posts.moved",
    about: PostingQueue | None = None,
    remembers: bool = True,
) -> Moved:
    outcome = Moved()
    moves: list[dict[str, Any]] = []
    try:
        with org_atomic():
            for post in posts:
                before = _where(post)
                try:
                    row = act(post)
                except DomainError as error:
                    if is_all:
                        raise _NotAllError(error) from error
                    outcome.problems.append((post, error.message))
                    continue
                outcome.done.append(row)
                moves.append({"post": str(row.pk), **before, "to": row.scheduled_for.isoformat()})
            if moves and remembers:
                kept = record(
                    action=action,
                    target=about or (outcome.done[0] if len(moves) == 1 else None),
                    by=by,
                    data={"moves": moves},
                )
                outcome.undo = kept.pk
    except _NotAllError as stopped:
        raise stopped.error from stopped
    return outcome


def _where(post: PendingPost) -> dict[str, Any]:
    return {
        "from": post.scheduled_for.isoformat(),
        "wall": post.wall_time,
        "zone": post.zone,
        "queue": str(post.queue_id) if post.queue_id else None,
    }


def _put(
    post: PendingPost, wall: str, zone: str, queue: PostingQueue | None, by: User | None
) -> PendingPost:
    local = parsed(wall)
    moment = resolve(local.date(), local.time(), zone)
    return _set(post, moment, f"{local:{WALL}}", zone, queue.pk if queue else None, by)


def _shift(post: PendingPost, target: Target, by: User | None) -> PendingPost:
    wall, zone = wall_of(post)
    return _put(post, f"{shifted(wall, target):{WALL}}", zone, None, by)


def _into(post: PendingPost, queue: PostingQueue, by: User | None) -> PendingPost:
    if post.brand_id != queue.brand_id:
        raise Conflict(f"“{queue.name}” is a queue of another brand. Choose one of this post's.")
    slot = next_free_slot(queue=queue, account=post.account)
    return _set(post, slot.moment, slot.wall, slot.zone, queue.pk, by)


def _back(post: PendingPost, former: dict[str, Any], by: User) -> PendingPost:
    if post.scheduled_for != datetime.fromisoformat(former["to"]):
        raise Conflict("It was moved again meanwhile, so it stays where it is.")
    queue = former["queue"]
    if queue and not PostingQueue.objects.filter(pk=queue).exists():
        queue = None
    moment = datetime.fromisoformat(former["from"])
    return _set(post, moment, former["wall"], former["zone"], UUID(queue) if queue else None, by)


def _set(
    post: PendingPost, moment: datetime, wall: str, zone: str, queue: UUID | None, by: User | None
) -> PendingPost:
    with org_atomic():
        row = reschedule_post(post=post, moment=moment, by=by)
        change(row, wall_time=wall, zone=zone, queue_id=queue)
    return row
