"""A client's yes taken back by the same link, as long as the post has not left."""

from __future__ import annotations

from config.kernel.clock import now
from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind
from organizations.services.audit import record
from publishing.delivery.ledger import cancel_delivery
from publishing.models import PendingPost, PendingStatus, PortalLink, SignOff

from .approvals import void_approval
from .post_moves import change, expiry, in_words, locked, moved

REASON = "The client took it back."


def take_back_as_client(*, post: PendingPost, link: PortalLink) -> PendingPost:
    """Void the yes that was given by this link: the post waits for the client again, and what the
    team signed stays. Its delivery is cancelled under the same lock.

    Raises Conflict where no such yes counts any more, and when the post has left or is leaving.
    """
    moment = now()
    with org_atomic():
        row = locked(post)
        given = SignOff.objects.filter(
            pending_post=row, link=link, answer=SignOff.Answer.APPROVED, voided_at=None
        )
        word = given.order_by("-created_at").first()
        if word is None:
            raise Conflict("Your approval of this post counts no more, so it cannot be taken back.")
        if row.status not in (PendingStatus.PENDING, PendingStatus.APPROVED):
            raise Conflict(f"This post is {in_words(row)} already, so it cannot be called back.")
        given.update(voided_at=moment, void_reason=REASON, updated_at=moment)
        # Whoever took it back need not be told by mail that it waits.
        again = {"step": word.step, "expires_at": expiry(row.brand), "reminded_at": moment}
        if row.status == PendingStatus.APPROVED:
            cancel_delivery(pending_post=row)
            void_approval(post=row, reason=REASON)
            moved(row, PendingStatus.PENDING, **again)
        else:
            change(row, **again)
        record(action="post.approval_withdrawn", target=row, kind=ActorKind.CLIENT, reason=REASON)
    return row
