"""A post before the people who decide on it: put forward, signed step by step, approved at the end.

A yes covers exactly the words that stood there, for exactly that account, by somebody who may still
give it when the last one does. The last step's end gives the approval that the ledger asks for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Func, JSONField, QuerySet

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, DomainError, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, User
from organizations.services.audit import record
from publishing.delivery.ledger import cancel_delivery, schedule_delivery
from publishing.models import (
    PendingPost,
    PendingStatus,
    PortalLink,
    SignOff,
    Workflow,
    WorkflowStep,
)

from .approvals import (
    content_hash,
    covers,
    give_approval,
    living_approval,
    void_approval,
    void_sign_offs,
)
from .comments import comment_on
from .learning import tell_learning
from .post_moves import (
    APPROVED,
    back_to_first,
    change,
    expiry,
    in_words,
    locked,
    moved,
    refuse_decided,
    refuse_unready,
    refuse_unsendable,
)
from .renditions import fit_media, fit_soon
from .reviewers import Review, Standing, review_of
from .reviews_refusing import refuse_signer, refuse_stale
from .versions import maker_of, note_version
from .workflows import steps_of, steps_of_post, workflow_of

__all__ = [
    "awaits_client",
    "comment_on",
    "note_version",
    "posts_for_client",
    "put_forward",
    "renew_approval",
    "sign_off",
    "steps_of",
    "stop_post",
    "take_back",
]

Answer = SignOff.Answer
COMMENT_MOST: Final = 2_000


def put_forward(*, post: PendingPost, by: User | None, notes: str = "") -> PendingPost:
    """Put a draft before those who decide, with the steps that its brand has now.

    Where the brand asks nobody, what a person wrote is approved by that person and scheduled at
    once; what the agent wrote waits for a person even there. `notes` says why it was not decided
    already. Raises Conflict when it is no draft any more or its account cannot be used, and Invalid
    when it does not fit its channel, both only where it would be scheduled.
    """
    owns = by is not None and asks_nobody(post)
    if owns:
        fit_media(media=post.media, account=post.account, at_once=True)
    with org_atomic():
        row = locked(post)
        moved(
            row,
            PendingStatus.PENDING,
            expires_at=expiry(row.brand),
            review_notes=notes,
            steps=[step.as_json() for step in steps_of(row.brand)],
            step=0,
            reminded_at=None,
        )
        note_version(post=row, by=row.author or by, author_name=maker_of(row))
        if by is not None and owns:
            return approve_own(row, by)
        fit_soon(row)
        record(action="post.submitted", target=row, by=by, reason=notes)
    return row


def asks_nobody(post: PendingPost) -> bool:
    """Whether what a person does with these words is leave enough."""
    return post.generation_id is None and workflow_of(post.brand).mode == Workflow.Mode.NONE


def approve_own(row: PendingPost, by: User) -> PendingPost:
    """Approve a locked post by who placed or changed it, where the brand asks nobody else.

    While a video is still being made to fit it waits, and says so.
    """
    try:
        return _approve(row, now(), by=by)
    except DomainError as error:
        if error.code != "media_unfinished":
            raise
        change(row, review_notes=error.message)
        fit_soon(row)
        return row


def sign_off(
    *,
    post: PendingPost,
    answer: str,
    by: User | None = None,
    link: PortalLink | None = None,
    client_name: str = "",
    comment: str = "",
    seen: str = "",
) -> PendingPost:
    """Say yes, ask for changes, or turn a post down, at the step where it waits.

    `by` a member, or a client through a link. `post` as the caller saw it: when it has moved to
    another step since, nothing is signed. `seen` is the `content_hash` of the words that were
    shown, where they were shown. The last yes approves the post and schedules it, or lets it leave
    at once when its time has passed.
    Raises Conflict when it waits no more, or was changed or signed meanwhile; Forbidden for whom
    the step does not ask; Invalid for changes without a word about which.
    """
    moment, comment = now(), comment.strip()
    if len(comment) > COMMENT_MOST:
        raise Invalid(f"A comment has at most {COMMENT_MOST:,} characters.", field="comment")
    if answer == Answer.APPROVED:
        fit_media(media=post.media, account=post.account, at_once=True)
    with org_atomic():
        row = locked(post)
        if answer == Answer.REJECTED and by is not None:
            return _turn_down(row, by=by, reason=comment)
        refuse_decided(row, moment)
        refuse_stale(row, post, seen)
        review = review_of(row, *([by.pk] if by else []))
        standing = _standing_for(review, row)
        refuse_signer(review, standing, row, by=by, link=link, answer=answer)
        if answer == Answer.APPROVED:
            _keep(row, standing, answer, by=by, link=link, client_name=client_name, said=comment)
            return _after_yes(row, moment, by=by, client_name=_name(link, client_name))
        if answer == Answer.CHANGES:
            return _send_back(row, standing, by, link, client_name, comment)
        _keep(row, standing, answer, by=by, link=link, client_name=client_name, said=comment)
        return _turn_down(
            row, by=None, reason=comment, client_name=_name(link, client_name), is_noted=True
        )


def take_back(*, post: PendingPost, by: User) -> PendingPost:
    """Take one's own yes back while the post still waits for others.

    Raises Conflict when there is none that counts.
    """
    with org_atomic():
        row = locked(post)
        refuse_decided(row, now())
        mine = SignOff.objects.filter(pending_post=row, voided_at=None, user=by)
        if not mine.update(voided_at=now(), void_reason="Taken back.", updated_at=now()):
            raise Conflict("You have not signed this post as it stands, or it was changed since.")
        standing = review_of(row).open
        if standing is not None and standing.number != row.step:
            change(row, step=standing.number, reminded_at=None)
        record(action="post.approval_withdrawn", target=row, by=by)
    return row


def stop_post(*, post: PendingPost, reason: str, by: User | None) -> PendingPost:
    """Turn a post down for good, with the reason kept. Its credits are not given back.

    Raises Conflict when it has left or was turned down already.
    """
    with org_atomic():
        return _turn_down(locked(post), by=by, reason=reason.strip())


def renew_approval(*, post: PendingPost, by: User | None) -> PendingPost | None:
    """Let a failed post leave again under the approval that it had; None when that covers it no
    more. Its words, its account and its window are as everybody signed them.
    """
    moment = now()
    with org_atomic():
        row = locked(post)
        if row.status != PendingStatus.FAILED:
            return None
        earlier = living_approval(row)
        if earlier is None or not covers(row, moment):
            return None
        refuse_unsendable(row)
        void_approval(post=row, reason="It was sent again.")
        moved(row, PendingStatus.PENDING, failure_category="", failure_reason="")
        row.scheduled_for = max(row.scheduled_for, moment)
        give_approval(
            post=row, by=by or earlier.approver, client_name=earlier.client_name, until=earlier
        )
        moved(row, PendingStatus.APPROVED, scheduled_for=row.scheduled_for, expires_at=None)
        schedule_delivery(pending_post=row)
        record(action="post.approval_renewed", target=row, by=by)
    return row


def awaits_client(post: PendingPost) -> bool:
    """Whether the post waits, and for the client's word."""
    if post.status != PendingStatus.PENDING:
        return False
    steps = steps_of_post(post)
    return post.step < len(steps) and steps[post.step].is_client


def posts_for_client(brand: BrandProfile, post_ids: Collection[UUID] = ()) -> QuerySet[PendingPost]:
    """The posts of a brand that wait for its client and have not expired, those due first first.

    `post_ids` narrows it to these.
    """
    rows = PendingPost.objects.waiting().filter(brand=brand, expires_at__gt=now())
    if post_ids:
        rows = rows.filter(pk__in=list(post_ids))
    here = Func(
        "steps", "step", template="(%(expressions)s)", arg_joiner=" -> ", output_field=JSONField()
    )
    waiting = rows.annotate(waits_at=here).filter(waits_at__kind=WorkflowStep.Kind.CLIENT)
    return waiting.select_related("account", "brand").order_by("scheduled_for", "pk")


def _standing_for(review: Review, row: PendingPost) -> Standing:
    """Where it waits. A step behind it that fell open again, because somebody who had signed it is
    no longer in the team, comes first."""
    standing = review.open
    if standing is None:
        # Everybody has signed and the end could not be reached then, such as for a lost channel.
        return review.steps[-1]
    if standing.number != row.step:
        change(row, step=standing.number, reminded_at=None)
    return standing


def _keep(
    row: PendingPost,
    standing: Standing,
    answer: str,
    *,
    by: User | None,
    link: PortalLink | None,
    client_name: str,
    said: str,
) -> SignOff:
    if by is not None:
        # Who says something else now takes the earlier word back.
        mine = SignOff.objects.filter(pending_post=row, voided_at=None, user=by)
        mine.filter(step=standing.number).update(voided_at=now(), void_reason="Said otherwise.")
    return SignOff.objects.create(
        pending_post=row,
        step=standing.number,
        step_name=standing.step.name,
        answer=answer,
        user=by,
        link=link,
        client_name=_name(link, client_name) if by is None else "",
        account_id=row.account_id,
        content_hash=content_hash(row),
        comment=said,
    )


def _after_yes(
    row: PendingPost, moment: datetime, *, by: User | None, client_name: str
) -> PendingPost:
    review = review_of(row)
    standing = review.open
    if standing is None:
        return _approve(row, moment, by=by or _last_of_team(review), client_name=client_name)
    is_same = standing.number == row.step
    if not is_same:
        change(row, step=standing.number, reminded_at=None, expires_at=expiry(row.brand))
    record(
        action="post.signed",
        target=row,
        by=by,
        kind=None if by else ActorKind.CLIENT,
        data={"step": standing.number, "waits_for": standing.step.name, "moved": not is_same},
    )
    return row


def _approve(
    row: PendingPost, moment: datetime, *, by: User | None, client_name: str = ""
) -> PendingPost:
    """Everybody has said yes: leave for exactly these words, and a place in the ledger."""
    if client_name:
        # A lost channel is the team's to mend; the ledger holds the post until then.
        refuse_unready(row)
    else:
        refuse_unsendable(row)
    row.scheduled_for = max(row.scheduled_for, moment)
    give_approval(post=row, by=by, client_name=client_name)
    moved(row, PendingStatus.APPROVED, scheduled_for=row.scheduled_for, expires_at=None)
    schedule_delivery(pending_post=row)
    person = None if client_name else by
    record(
        action="post.approved",
        target=row,
        by=person,
        kind=ActorKind.CLIENT if client_name else None,
        reason=f"{client_name}, by their link." if client_name else "",
    )
    tell_learning(row, "approve", by=person)
    return row


def _last_of_team(review: Review) -> User | None:
    given = [row for standing in review.steps for row in standing.signed if row.user_id]
    return max(given, key=lambda row: row.created_at).user if given else None


def _send_back(
    row: PendingPost,
    standing: Standing,
    by: User | None,
    link: PortalLink | None,
    client_name: str,
    comment: str,
) -> PendingPost:
    """Back to whoever made it: what was signed is void, and it starts at its first step again."""
    if not comment:
        raise Invalid("Say what should change, so that the author knows.", field="comment")
    void_sign_offs(post=row, reason="Changes were asked for.")
    _keep(row, standing, Answer.CHANGES, by=by, link=link, client_name=client_name, said=comment)
    back_to_first(row)
    record(
        action="post.changes_asked",
        target=row,
        by=by,
        kind=None if by else ActorKind.CLIENT,
        reason=comment,
    )
    return row


def _turn_down(
    row: PendingPost,
    *,
    by: User | None,
    reason: str,
    client_name: str = "",
    is_noted: bool = False,
) -> PendingPost:
    if PendingStatus.REJECTED not in row.graph.moves[row.status]:
        raise Conflict(f"This post is {in_words(row)}, so it cannot be rejected any more.")
    if row.status in APPROVED:
        cancel_delivery(pending_post=row)
        void_approval(post=row, reason="The post was rejected.")
    if by is not None and not is_noted:
        steps = steps_of_post(row)
        at = min(row.step, len(steps) - 1)
        standing = Standing(at, steps[at], (), (), (), is_done=False)
        _keep(row, standing, Answer.REJECTED, by=by, link=None, client_name="", said=reason)
    moved(row, PendingStatus.REJECTED, rejection_reason=reason, expires_at=None)
    record(
        action="post.rejected",
        target=row,
        by=by,
        kind=ActorKind.CLIENT if client_name else None,
        reason=reason,
    )
    tell_learning(row, "reject", by=by, note=reason)
    return row


def _name(link: PortalLink | None, client_name: str) -> str:
    """How the client calls themselves; never empty for one who came by a link."""
    if link is None:
        return ""
    return (client_name.strip() or link.client_name or "The client")[:120]
