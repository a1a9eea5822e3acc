"""Reading how posts do: at set ages, into snapshots, and on to what is learned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from analytics.learning.angles import learn_angles
from analytics.models import EngagementSnapshot, MetricsError
from config.kernel.clock import now
from config.kernel.due import by_organization, due_rows
from config.kernel.errors import NotFound
from config.kernel.models import claim
from config.kernel.scoping import org_atomic, scope
from organizations.selectors import is_being_closed
from organizations.services.audit import record
from publishing.channels.base import ChannelError, Gone, Measurement
from publishing.models import Post, PostStatus
from publishing.services.measurements import can_measure, measure_post

from .engagement import engagement_rate
from .voice_notes import note_voice_of_post

Age = EngagementSnapshot.Age

AGES: dict[str, timedelta] = {
    Age.QUARTER_HOUR: timedelta(minutes=15),
    Age.HOUR: timedelta(hours=1),
    Age.DAY: timedelta(days=1),
    Age.WEEK: timedelta(weeks=1),
}
"""At which ages a post's numbers are read (issue 2, section 3, item 9), youngest first."""

POSTS_A_SWEEP = 500
LEASE_SECONDS = 120.0
FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=6)
GIVING_UP = timedelta(days=3)
"""How long after its last age a post that cannot be read is still asked for."""

NUMBERS = ("likes", "comments", "shares", "clicks", "impressions", "reach")


def sweep_metrics(moment: datetime | None = None, *, most: int = POSTS_A_SWEEP) -> int:
    """Read the numbers of every post that is due, in all organizations. Returns how many were."""
    read = 0
    for organization_id, ids in due_posts(moment, most=most).items():
        with scope(organization_id):
            read += collect_posts(post_ids=ids)
    return read


def due_posts(
    moment: datetime | None = None, *, most: int = POSTS_A_SWEEP
) -> dict[UUID, list[UUID]]:
    """Posts whose numbers are due, under their organizations."""
    return by_organization(due_rows(Post, moment=moment or now(), most=most))


def collect_posts(*, post_ids: Sequence[UUID]) -> int:
    """Read the posts of one organization that are still due, then learn once from all of them.

    Returns how many could be read; one that cannot be read never stops the next.
    """
    if _is_held(post_ids):
        return 0
    read = [post for post_id in post_ids if (post := _read_due(post_id)) is not None]
    for brand_id, platform in {(post.brand_id, post.platform) for post in read}:
        learn_angles(brand_id=brand_id, platform=platform)
    return len(read)


def collect_metrics(*, post_id: UUID, age: str | None = None) -> EngagementSnapshot | None:
    """Read one post's numbers now, and learn from them.

    With an `age` the reading is filed under it whatever the clock says (its `age_seconds` stays
    true); else under the oldest age that the post has reached. The network is asked with no
    transaction open. None when the platform cannot tell, or the post is gone: the row says why.
    Raises NotFound for a post that is not there.
    """
    with org_atomic():
        post = Post.objects.select_related("account").filter(pk=post_id).first()
    if post is None:
        raise NotFound("This post is not there any more.")
    snapshot = _read(post, age)
    if snapshot is not None:
        learn_angles(brand_id=post.brand_id, platform=post.platform)
    return snapshot


def age_reached(published_at: datetime, moment: datetime) -> str:
    """The oldest age that a post has reached; the youngest of all when it has reached none."""
    reached = [age for age in AGES if published_at + _scaled(age) <= moment]
    return reached[-1] if reached else Age.QUARTER_HOUR


def next_due_at(published_at: datetime, age: str) -> datetime | None:
    """When a post is read again after a reading at `age`; None after the last."""
    later = list(AGES)[list(AGES).index(age) + 1 :]
    return published_at + _scaled(later[0]) if later else None


def _is_held(post_ids: Sequence[UUID]) -> bool:
    """A team that is being closed has nobody asked about its posts; they are due again later."""
    with org_atomic():
        if not is_being_closed():
            return False
        Post.objects.filter(pk__in=post_ids).update(due_at=now() + LONGEST_WAIT)
    return True


def _read_due(post_id: UUID) -> Post | None:
    due = Post.objects.live().select_related("account").filter(pk=post_id)
    claimed = claim(due, lease_seconds=LEASE_SECONDS)
    if not claimed:
        return None
    post = claimed[0]
    return post if _read(post, None) is not None else None


def _read(post: Post, age: str | None) -> EngagementSnapshot | None:
    if post.metrics_updated_at is None:
        note_voice_of_post(post)
    if not can_measure(post.platform):
        _settle(post, due_at=None)
        return None
    try:
        told = measure_post(post=post)
    except ChannelError as error:
        _put_off(post, error)
        return None
    if isinstance(told, Gone):
        _gone(post, told)
        return None
    return _keep(post, told, age)


def _keep(post: Post, told: Measurement, age: str | None) -> EngagementSnapshot:
    moment = now()
    age = age or age_reached(post.published_at, moment)
    numbers = {name: getattr(told, name) for name in NUMBERS}
    rated = {name: number for name, number in numbers.items() if name != "reach"}
    rate = engagement_rate(**rated)
    with org_atomic():
        snapshot, _ = EngagementSnapshot.objects.update_or_create(
            post=post,
            age=age,
            defaults={
                **numbers,
                "engagement_rate": rate,
                "age_seconds": max(int((moment - post.published_at).total_seconds()), 0),
            },
        )
        known = {name: number for name, number in numbers.items() if number is not None}
        _settle(
            post,
            **known,
            engagement_rate=rate,
            metrics_updated_at=moment,
            due_at=next_due_at(post.published_at, age),
        )
    return snapshot


def _gone(post: Post, told: Gone) -> None:
    """The post is no longer there: its last numbers stay, and nobody asks again."""
    with org_atomic():
        if _settle(post, status=PostStatus.DELETED, due_at=None):
            reason = told.reason or "The network no longer has this post."
            record(action="post.gone", target=post, reason=reason)


def _put_off(post: Post, error: ChannelError) -> None:
    moment = now()
    wait = min(FIRST_WAIT * 2 ** min(max(post.attempts - 1, 0), 10), LONGEST_WAIT)
    if error.retry_after is not None:
        wait = max(wait, timedelta(seconds=error.retry_after))
    ends = post.published_at + _scaled(Age.WEEK) + GIVING_UP
    with org_atomic():
        MetricsError.objects.create(
            post=post, platform=post.platform, message=error.message, code=error.code[:60]
        )
        later = moment + wait
        _settle(post, attempts=post.attempts, due_at=later if later <= ends else None)


def _settle(post: Post, **fields: object) -> bool:
    """Write a reading back, unless a later reader has the row."""
    changes = {"attempts": 0, "claimed_until": None, "updated_at": now(), **fields}
    with org_atomic():
        ours = Post.objects.filter(pk=post.pk, fence=post.fence).update(**changes)
    for name, value in changes.items() if ours else ():
        setattr(post, name, value)
    return bool(ours)


def _scaled(age: str) -> timedelta:
    # The demo lets a week pass in an afternoon.
    return AGES[age] * float(settings.WARREN_METRICS_SCALE)
