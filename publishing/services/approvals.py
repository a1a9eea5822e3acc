"""Leave to publish: bound to one text on one account, and void as soon as either changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from config.kernel.clock import now
from organizations.models import User
from publishing.channels.base import fingerprint
from publishing.models import Approval, PendingPost, PolicyContract, SignOff, Workflow

WINDOW_DAYS: int = Workflow._meta.get_field("window_days").default


def content_hash(post: PendingPost) -> str:
    """SHA-256, 64 hex digits, of what readers will see: text, hashtags, link and media, and with
    them title, thread, first comment and options where a post has them."""
    shown: dict[str, Any] = {
        "content": post.content,
        "hashtags": list(post.hashtags),
        "link": post.link,
        "media": post.media,
    }
    further = {
        "title": post.title,
        "thread": list(post.thread),
        "first_comment": post.first_comment,
        "options": post.options,
    }
    return fingerprint(shown | {name: value for name, value in further.items() if value})


def give_approval(
    *,
    post: PendingPost,
    by: User | None = None,
    policy: str = "",
    client_name: str = "",
    contract: PolicyContract | None = None,
    clauses: Sequence[Mapping[str, str]] = (),
    until: Approval | None = None,
) -> Approval:
    """Write down that exactly this text may go to exactly this account, until its window ends.

    `by` a person, by a client (`client_name`), or by a policy named in words. The window is the
    planned time and the days after it that the brand's workflow gives, or what is left of an
    earlier one's (`until`). Call it with the post's row locked.
    """
    return Approval.objects.create(
        pending_post=post,
        account_id=post.account_id,
        content_hash=content_hash(post),
        approver=by,
        client_name=client_name[:120],
        policy=policy[:200],
        contract=contract,
        clauses=[dict(each) for each in clauses],
        valid_until=until.valid_until if until else _window_end(post),
    )


def _window_end(post: PendingPost) -> datetime:
    return max(post.scheduled_for, now()) + window_of(post)


def window_of(post: PendingPost) -> timedelta:
    """How long after the planned time an approval of the post holds."""
    days = Workflow.objects.filter(brand_id=post.brand_id).values_list("window_days", flat=True)
    return timedelta(days=days.first() or WINDOW_DAYS)


def void_approval(*, post: PendingPost, reason: str) -> bool:
    """Take the living approval back. False when there was none."""
    moment = now()
    living = Approval.objects.filter(pending_post=post, voided_at=None)
    return bool(living.update(voided_at=moment, void_reason=reason[:200], updated_at=moment))


def living_approval(post: PendingPost) -> Approval | None:
    """The approval that still covers the post as it stands; None after any change of it."""
    approval = Approval.objects.filter(pending_post=post, voided_at=None).first()
    if approval is None or approval.account_id != post.account_id:
        return None
    return approval if approval.content_hash == content_hash(post) else None


def covers(post: PendingPost, moment: datetime) -> bool:
    """Whether the living approval reaches to this moment; those without a window always do."""
    living = Approval.objects.filter(pending_post=post, voided_at=None).first()
    return living is not None and (living.valid_until is None or moment <= living.valid_until)


def void_sign_offs(*, post: PendingPost, reason: str) -> int:
    """Take back every word that was given on the post as it stood. Returns how many there were."""
    moment = now()
    living = SignOff.objects.filter(pending_post=post, voided_at=None)
    return living.update(voided_at=moment, void_reason=reason[:200], updated_at=moment)
