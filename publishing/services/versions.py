"""What a post said from one change to the next, kept so that any two can be compared."""

from __future__ import annotations

from typing import Any

from organizations.models import User
from publishing.models import PendingPost, PostVersion

from .approvals import content_hash

WORDS = ("content", "hashtags", "link", "media", "title", "thread", "first_comment", "options")


def note_version(
    *, post: PendingPost, by: User | None = None, author_name: str = "", reason: str = ""
) -> PostVersion:
    """Keep the words as they stand as the newest version, unless they are that already.

    `by` a member; else `author_name`: the agent's or a client's. Call it with the post's row
    locked, in the transaction of the change.
    """
    last = PostVersion.objects.filter(pending_post=post).order_by("-number").first()
    fingerprint = content_hash(post)
    if last is not None and last.content_hash == fingerprint:
        return last
    return PostVersion.objects.create(
        pending_post=post,
        number=last.number + 1 if last else 1,
        words=words_at(post),
        content_hash=fingerprint,
        author=by,
        author_name=author_name[:120],
        reason=reason[:200],
    )


def note_first_version(post: PendingPost) -> None:
    """Keep the words as they were made, before the first change of a post without versions."""
    if not PostVersion.objects.filter(pending_post=post).exists():
        note_version(post=post, by=post.author, author_name=maker_of(post))


def maker_of(post: PendingPost) -> str:
    """Who wrote a post that no member did."""
    return "" if post.author_id or post.generation_id is None else "The agent"


def words_at(post: PendingPost) -> dict[str, Any]:
    """What the post says, in the names of its fields."""
    return {name: getattr(post, name) for name in WORDS}
