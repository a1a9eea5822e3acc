"""Several waiting posts decided at once; one that cannot be does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from config.kernel.errors import DomainError, Invalid
from organizations.models import User
from publishing.models import PendingPost, PendingStatus, SignOff

from .pending_posts import approve_post, reject_post, withdraw_approval
from .reviews import sign_off, take_back

Answer = SignOff.Answer
MOST_AT_ONCE = 100
NOTHING_SEEN: Mapping[UUID, str] = MappingProxyType({})


@dataclass(slots=True)
class Bulk:
    """What became of each of several posts: done, or a sentence why not."""

    done: list[PendingPost] = field(default_factory=list)
    problems: list[tuple[PendingPost, str]] = field(default_factory=list)


def approve_posts(
    *, posts: Sequence[PendingPost], by: User | None, seen: Mapping[UUID, str] = NOTHING_SEEN
) -> Bulk:
    """Approve several posts; one that cannot be approved does not stop the others. `seen` are the
    digests of their words as they were shown, where they were."""
    return each_of(posts, lambda post: approve_post(post=post, by=by, seen=seen.get(post.pk, "")))


def reject_posts(*, posts: Sequence[PendingPost], reason: str, by: User | None) -> Bulk:
    """Reject several posts for one reason."""
    return each_of(posts, lambda post: reject_post(post=post, reason=reason, by=by))


def decide_posts(
    *,
    posts: Sequence[PendingPost],
    answer: str,
    comment: str,
    by: User,
    seen: Mapping[UUID, str] = NOTHING_SEEN,
) -> Bulk:
    """Approve, send back or reject posts, each as the caller saw it, with one comment for all.

    Raises Invalid for none, for more than 100, and where the answer needs words and has none.
    """
    if not posts:
        raise Invalid("Choose at least one post.", field="post")
    if len(posts) > MOST_AT_ONCE:
        raise Invalid(f"Decide on at most {MOST_AT_ONCE} posts at once.", field="post")
    if answer == Answer.APPROVED:
        return approve_posts(posts=posts, by=by, seen=seen)
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


def each_of(posts: Sequence[PendingPost], act: Callable[[PendingPost], PendingPost]) -> Bulk:
    """Do one thing with each of several posts, and keep the sentence of each that refused."""
    outcome = Bulk()
    for post in posts:
        try:
            outcome.done.append(act(post))
        except DomainError as error:
            outcome.problems.append((post, error.message))
    return outcome
