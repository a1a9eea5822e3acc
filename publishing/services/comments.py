"""What people say about a post before it goes out: among themselves, or to the client."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from config.kernel.clock import now
from config.kernel.errors import Conflict, Forbidden, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, User
from organizations.services.audit import record
from publishing.models import PendingPost, PortalLink, PostComment

from .reviewers import team_of

MOST = 5_000
MENTIONS_MOST = 20


def comment_on(
    *,
    post: PendingPost,
    body: str,
    by: User | None = None,
    link: PortalLink | None = None,
    client_name: str = "",
    is_for_client: bool = False,
    parent: PostComment | None = None,
    mentions: Collection[UUID] = (),
) -> PostComment:
    """Say something about a post: `by` a member, or by a client through a link.

    A client sees only what `is_for_client`, and what they say themselves is. An answer stands under
    its question, one deep, and is seen by whom the question is. Raises Invalid for an empty or too
    long text, Conflict for an answer to something of another post.
    """
    words = body.replace("\r\n", "\n").strip()
    if not words:
        raise Invalid("Write what you want to say first.", field="body")
    if len(words) > MOST:
        raise Invalid(f"A comment has at most {MOST:,} characters.", field="body")
    parent = _top(parent, post)
    if by is None and (link is None or (parent is not None and not parent.is_for_client)):
        raise Forbidden("This can only be answered by the team.")
    with org_atomic():
        row = PostComment.objects.create(
            pending_post=post,
            parent=parent,
            author=by,
            link=link,
            client_name=client_name[:120],
            body=words,
            is_for_client=by is None or (parent.is_for_client if parent else is_for_client),
            mentions=_mentionable(mentions, post) if by else [],
        )
        record(
            action="post.commented",
            target=post,
            by=by,
            kind=None if by else ActorKind.CLIENT,
            data={"comment": str(row.pk), "is_for_client": row.is_for_client},
        )
    return row


def change_comment(*, comment: PostComment, body: str, by: User) -> PostComment:
    """Correct one's own comment. Raises Forbidden for somebody else's, Invalid for no words."""
    words = body.replace("\r\n", "\n").strip()
    if not words:
        raise Invalid("Write what you want to say first, or delete the comment.", field="body")
    if len(words) > MOST:
        raise Invalid(f"A comment has at most {MOST:,} characters.", field="body")
    _refuse_foreign(comment, by)
    with org_atomic():
        comment.body = words
        comment.save(update_fields=["body", "updated_at"])
        record(action="post.comment_changed", target=comment.pending_post, by=by)
    return comment


def delete_comment(*, comment: PostComment, by: User) -> None:
    """Take one's own comment away; answers to it stay. Raises Forbidden for somebody else's."""
    _refuse_foreign(comment, by)
    with org_atomic():
        comment.deleted_at = now()
        comment.body = ""
        comment.mentions = []
        comment.save(update_fields=["deleted_at", "body", "mentions", "updated_at"])
        record(action="post.comment_deleted", target=comment.pending_post, by=by)


def _refuse_foreign(comment: PostComment, by: User) -> None:
    if comment.author_id != by.pk or comment.deleted_at is not None:
        raise Forbidden("Only whoever wrote a comment can change or delete it.")


def _top(parent: PostComment | None, post: PendingPost) -> PostComment | None:
    """The comment that an answer stands under: answers to answers stand beside them."""
    if parent is None:
        return None
    if parent.pending_post_id != post.pk:
        raise Conflict("That comment belongs to another post.")
    return parent.parent if parent.parent is not None else parent


def _mentionable(mentions: Collection[UUID], post: PendingPost) -> list[UUID]:
    """Only people who may see the brand, each once."""
    able = team_of(set(mentions), post.brand_id).sees
    return [each for each in dict.fromkeys(mentions) if each in able][:MENTIONS_MOST]
