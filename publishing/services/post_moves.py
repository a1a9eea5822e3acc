"""Under every verb of a pending post: its lock, its moves, and what forbids them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict
from config.kernel.states import move
from content.models import Candidate
from publishing.delivery.ledger import cancel_delivery
from publishing.models import PendingPost, PendingStatus

from .accounts import is_usable
from .approvals import void_approval, void_sign_offs
from .drafts import channel_of, draft_of, refuse_misfit
from .renditions import refuse_unfit

APPROVED = (PendingStatus.APPROVED, PendingStatus.AUTO_APPROVED)
EDITABLE = (*APPROVED, PendingStatus.DRAFT, PendingStatus.PENDING)
REOPENABLE = (PendingStatus.EXPIRED, PendingStatus.FAILED)


def locked(post: PendingPost) -> PendingPost:
    """The post as it stands, locked: an edit and a sending take turns.

    The post comes before its deliveries here as in the ledger, or the two would wait for each
    other for ever.
    """
    rows = PendingPost.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("account", "brand").get(pk=post.pk)


def as_written(candidate: Candidate) -> dict[str, Any]:
    return {
        "generation_id": candidate.generation_id,
        "candidate": candidate,
        "content": candidate.text,
        "hashtags": list(candidate.hashtags),
        "link": candidate.link,
        "media": candidate.media,
        "angle": candidate.angle,
        "angle_reason": candidate.angle_reason,
        "is_exploration": candidate.is_exploration,
    }


def mark_selected(candidate: Candidate) -> None:
    siblings = Candidate.objects.filter(generation_id=candidate.generation_id)
    siblings.filter(is_selected=True).exclude(pk=candidate.pk).update(is_selected=False)
    siblings.filter(pk=candidate.pk).update(is_selected=True)


def moved(row: PendingPost, to: str, **fields: Any) -> None:
    if not row.graph.allows(row.status, to) or not move(row, to, **fields):
        raise Conflict(
            f"This post is {in_words(row)} by now; somebody or the agent was faster. Look again."
        )


def change(row: PendingPost, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=[*(name.removesuffix("_id") for name in fields), "updated_at"])


def void(row: PendingPost, reason: str) -> None:
    """The words are others now: what was said about the former ones covers nothing any more."""
    if row.status in APPROVED or row.status in REOPENABLE:
        back_to_pending(row, reason)
    elif row.status == PendingStatus.PENDING:
        void_sign_offs(post=row, reason=reason)
        back_to_first(row)


def back_to_pending(row: PendingPost, reason: str) -> None:
    if row.status in APPROVED:
        cancel_delivery(pending_post=row)
    void_approval(post=row, reason=reason)
    void_sign_offs(post=row, reason=reason)
    moved(
        row,
        PendingStatus.PENDING,
        expires_at=expiry(row.brand),
        step=0,
        reminded_at=None,
        failure_category="",
        failure_reason="",
    )


def back_to_first(row: PendingPost) -> None:
    """Let the post wait at its first step again, with a new deadline: who is asked, or asked to
    change it, has as long for it as everybody."""
    change(row, step=0, reminded_at=None, expires_at=expiry(row.brand))


def expiry(brand: BrandProfile) -> datetime:
    return now() + timedelta(hours=brand.approval_timeout_hours)


def refuse_decided(row: PendingPost, moment: datetime) -> None:
    is_late = row.expires_at is not None and row.expires_at <= moment
    if row.status == PendingStatus.EXPIRED or (row.status == PendingStatus.PENDING and is_late):
        raise Conflict(
            "This post expired before anybody decided. Open it again, then approve it.",
            code="expired",
        )
    if row.status != PendingStatus.PENDING:
        raise Conflict(f"This post is {in_words(row)}, so there is nothing to approve.")


def refuse_unsendable(row: PendingPost) -> None:
    if not is_usable(row.account):
        label = channel_of(row.platform).label
        raise Conflict(
            f"{row.account.name} on {label} cannot be used now. Connect it again under Channels, "
            "then approve the post.",
            code="account_unusable",
        )
    refuse_unready(row)


def refuse_unready(row: PendingPost) -> None:
    """Refuse words that do not fit the channel, and media that do not or not yet."""
    refuse_misfit(draft_of(row), row.account)
    refuse_unfit(row)


def refuse_frozen(row: PendingPost) -> None:
    if row.status not in (*EDITABLE, *REOPENABLE):
        raise Conflict(f"This post is {in_words(row)}, so it can no longer be changed.")


def in_words(row: PendingPost) -> str:
    return PendingStatus(row.status).label.lower()
