"""Several waiting posts decided at once; one that cannot be does not stop the others."""

from __future__ import annotations

from collections.abc import Sequence

from config.kernel.errors import Invalid
from organizations.models import User
from publishing.models import PendingPost, PendingStatus, SignOff

from .pending_posts import Bulk, approve_posts, each_of, reject_posts, withdraw_approval
from .reviews import sign_off, take_back

Answer = SignOff.Answer
MOST_AT_ONCE = 100


def decide_posts(*, posts: Sequence[PendingPost], answer: str, comment: str, by: User) -> Bulk:
    """Approve, send back or reject posts, each as the caller saw it, with one comment for all.

    Raises Invalid for none, for more than 100, and where the answer needs words and has none.
    """
    if not posts:
        raise Invalid("Choose at least one post.", field="post")
    if len(posts) > MOST_AT_ONCE:
        raise Invalid(f"Decide on at most {MOST_AT_ONCE} posts at once.", field="post")
    if answer == Answer.APPROVED:
        return approve_posts(posts=posts, by=by)
    if not comment.strip():
        raise Invalid("Say what should change, or why not.", field="comment")
    if answer == Answer.REJECTED:
        return reject_posts(posts=posts, reason=comment, by=by)
    return each_of(
        posts, lambda post: sign_off(post=post, answer=Answer.CHANGES, by=by, comment=comment)
    )


def take_back_posts(*, posts: Sequence[PendingPost], by: User) -> Bulk:
    """Take back what was just approved or signed of several posts."""

    def back(post: PendingPost) -> PendingPost:
        if post.status == PendingStatus.PENDING:
            return take_back(post=post, by=by)
        return withdraw_approval(post=post, by=by)

    return each_of(posts, back)
