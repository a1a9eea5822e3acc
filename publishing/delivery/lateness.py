"""The rule for what comes too late: a person is asked, unless the post itself says what then.

Without that, nothing is posted in a burst after a pause or an outage.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.kernel.clock import ago
from organizations.services.audit import record
from publishing.models import Delivery, DeliveryState, PendingPost, WhenLate

from . import followers, pace
from .charges import give_back
from .rows import fail_pending
from .words import CLOSING, HELD, NETWORK_DOWN, OUR_OWN_TIMES, STOPPED, act

MISSED = "missed"
SKIPPED = "skipped"

NEVER_MADE_UP = frozenset({CLOSING, STOPPED})
"""After these a person is asked about whatever was due meanwhile, however late it may go out."""

HOLDERS = {*HELD, NETWORK_DOWN}
"""What holds a post up from outside, so that its own time counts on."""


def is_too_late(delivery: Delivery, moment: datetime) -> bool:
    """Whether a post would go out so long after its time that a person should say if it still may.

    A retry is measured from the time that we ourselves set for it; everything else, also what was
    held up by a pause, from the time that the post was planned for. A post that is to go out
    however late is never too late.
    """
    if delivery.state not in (DeliveryState.SCHEDULED, DeliveryState.CLAIMED):
        return False
    if _goes_out_however_late(delivery):
        return False
    if delivery.is_follower:
        return _is_follower_late(delivery, moment)
    if delivery.error_code in NEVER_MADE_UP:
        # Whoever lets go, or keeps the team after all, does not get what was due meanwhile.
        return bool(delivery.pending_post.scheduled_for < moment)
    is_our_retry = (
        delivery.attempts and delivery.error_code not in HOLDERS
    ) or delivery.error_code in OUR_OWN_TIMES
    planned = delivery.due_at if is_our_retry else delivery.pending_post.scheduled_for
    return planned is not None and moment - planned > pace.too_late()


def _goes_out_however_late(delivery: Delivery) -> bool:
    is_wanted = delivery.pending_post.when_late == WhenLate.PUBLISH
    return is_wanted and delivery.error_code not in NEVER_MADE_UP


def _is_follower_late(delivery: Delivery, moment: datetime) -> bool:
    """A thread that has begun is finished, unless something held it up for that long."""
    if delivery.error_code == STOPPED:
        return True
    began = delivery.parent.published_at if delivery.parent else None
    is_held = delivery.error_code in HOLDERS and began is not None
    return is_held and moment - (began or moment) > pace.too_late()


def put_aside(rows: Sequence[Delivery], moment: datetime) -> list[Delivery]:
    """Take out what is too late, in the caller's transaction; return the rest."""
    late = [row for row in rows if is_too_late(row, moment)]
    if not late:
        return list(rows)
    # Edits lock the pending post before the delivery, so here it may only be asked for, not
    # waited for; the next sweep finds what is left.
    posts = PendingPost.objects.filter(pk__in=[row.pending_post_id for row in late])
    locked = set(posts.select_for_update(skip_locked=True).values_list("pk", flat=True))
    for row in late:
        if row.pending_post_id not in locked:
            continue
        if row.pending_post.when_late == WhenLate.SKIP:
            _leave_out(row, moment)
        else:
            miss(row, moment, f"{_too_late(row, moment)} Choose a new time, or send it now.")
    return [row for row in rows if row not in late]


def miss(row: Delivery, moment: datetime, sentence: str) -> None:
    """Mark one waiting delivery as missed, in the caller's transaction, and give its credit back.

    Only a row that waits may be missed; `claimed` here means that its worker is gone.
    """
    _end(row, DeliveryState.MISSED, moment, sentence, code=MISSED)


def _leave_out(row: Delivery, moment: datetime) -> None:
    """What nobody wants any more when it is late: withdrawn, and nobody is asked."""
    sentence = f"{_too_late(row, moment)} It was to be left out when late."
    _end(row, DeliveryState.CANCELLED, moment, sentence, code=SKIPPED)


def _end(row: Delivery, to: str, moment: datetime, sentence: str, *, code: str) -> None:
    Delivery.objects.filter(pk=row.pk).update(
        state=to,
        fence=row.fence + 1,
        claimed_until=None,
        lease_owner="",
        error_code=code,
        error_message=sentence,
        updated_at=moment,
    )
    fail_pending(row, category=code, reason=sentence, moment=moment)
    followers.end_with(row, to, moment)
    give_back(row, f"the post was {code}")
    record(action=act(row, to), target=row, reason=sentence)


def _too_late(row: Delivery, moment: datetime) -> str:
    planned = row.pending_post.scheduled_for
    if row.parent is not None:
        planned = row.parent.published_at or planned
    held = f" {row.error_message}" if row.error_code in HOLDERS else ""
    return (
        f"This post was due {ago(planned, at=moment)} and did not go out in time, so it was not "
        f"posted late.{held}"
    )
