"""What approving tells people of: posts that wait, come back, are spoken of or expire."""

from __future__ import annotations

from typing import Final

from config.kernel.clock import now
from organizations.models import ActorKind, AuditRecord, Role
from organizations.notices.kinds import Notice, NoticeKind, place, target_of

from .channels.registry import platform_label
from .models import PendingPost, PendingStatus, PortalLink, PostComment
from .notices import APPROVAL_GAP, quoted
from .services.workflows import steps_of_post


def waiting_post(record: AuditRecord) -> Notice | None:
    """To whom the step asks: those who are named, else everybody who may write for the brand."""
    post = target_of(record, PendingPost.objects.select_related("brand"))
    if post is None or post.status != PendingStatus.PENDING:
        return None
    step = steps_of_post(post)[min(post.step, max(len(post.steps) - 1, 0))]
    is_by_hand = post.generation_mode == PendingPost.GenerationMode.MANUAL
    if record.action == "post.signed" and not record.data.get("moved"):
        return None
    if step.is_client:
        return _without_client(post)
    if is_by_hand and post.generation_id and len(post.steps) < 2:
        # Who asked for a text by hand looks at it already.
        return None
    return Notice(
        people=frozenset(step.approvers) or None,
        title=f"A post for {post.brand.name} on {platform_label(post.platform)} waits for approval",
        body=f"{record.reason}\n\n{quoted(post.content)}".strip(),
        path=place("publishing:approval-show", pending=post.pk),
        brand_ids=frozenset({post.brand_id}),
    )


def _without_client(post: PendingPost) -> Notice | None:
    """A client is told by mail; where none has a link to the post, the team is."""
    if PortalLink.objects.reviewing(now()).leading_to(post).exists():
        return None
    return Notice(
        title=f"A post for {post.brand.name} waits for the client, and no link is open",
        body=f"Nobody can answer until you make one.\n\n{quoted(post.content)}",
        path=place("publishing:portal-list", brand=post.brand_id),
        brand_ids=frozenset({post.brand_id}),
    )


def returned_post(record: AuditRecord) -> Notice | None:
    """Changes asked for, or turned down: told to whoever made the post, or to all where the agent
    did. What a member turns down of the agent's, they and the agent know."""
    post = target_of(record, PendingPost.objects.select_related("brand"))
    if post is None:
        return None
    is_over = record.action == "post.rejected"
    is_client = record.actor_kind == ActorKind.CLIENT
    if is_over and not is_client and not post.author_id:
        return None
    who = (record.data.get("client") or "The client") if is_client else "Somebody"
    what = f"{who} rejected" if is_over else "Changes are asked for:"
    return Notice(
        title=f"{what} a post for {post.brand.name}",
        body=f"{record.reason}\n\n{quoted(post.content)}".strip(),
        path=place("publishing:approval-show", pending=post.pk),
        brand_ids=frozenset({post.brand_id}),
        people=frozenset({post.author_id}) if post.author_id else None,
    )


def mentioned(record: AuditRecord) -> Notice | None:
    """To those whom a comment names or answers, and what a client says to the author too."""
    rows = PostComment.objects.select_related("author", "parent")
    row = rows.filter(pk=record.data.get("comment")).first()
    post = target_of(record, PendingPost.objects.select_related("brand"))
    if row is None or post is None:
        return None
    people = set(row.mentions)
    if row.parent is not None and row.parent.author_id:
        people.add(row.parent.author_id)
    if row.author_id is None and post.author_id:
        people.add(post.author_id)
    if not people and row.author_id is not None:
        return None
    who = row.client_name or (row.author.name or row.author.email if row.author else "Somebody")
    return Notice(
        title=f"{who} wrote about a post for {post.brand.name}",
        body=quoted(row.body),
        path=place("publishing:approval-talk", pending=post.pk),
        brand_ids=frozenset({post.brand_id}),
        people=frozenset(people) or None,
    )


def expired_posts(record: AuditRecord) -> Notice | None:
    rows = PendingPost.objects.filter(
        pk__in=record.data.get("posts", ()), status=PendingStatus.EXPIRED
    )
    read = rows.select_related("brand").only("content", "brand__name")
    posts = list(read.order_by("scheduled_for", "pk"))
    brands = {post.brand_id for post in posts}
    what, first = f"{len(posts) or 'Some'} waiting posts", record.reason
    if len(posts) == 1:
        what = f"A post for {posts[0].brand.name}"
    if len(brands) == 1:
        # Of several brands not everybody who is told may read the words.
        first = quoted(posts[0].content)
        first += f" and {len(posts) - 1} more" if len(posts) > 1 else ""
    return Notice(
        title=f"{what} expired: nobody decided in time",
        body=f"Nothing was published. Open again what should still go out.\n\n{first}".strip(),
        path=f"{place('publishing:approval-list')}?state=stopped",
        brand_ids=frozenset(brands) or None,
    )


def approved_by_client(record: AuditRecord) -> Notice | None:
    """What members approve they see themselves; a client's yes comes while nobody looks, and is
    taken back so."""
    post = target_of(record, PendingPost.objects.select_related("brand"))
    if post is None or record.actor_kind != ActorKind.CLIENT:
        return None
    who = record.data.get("client") or "A client"
    did = "approved" if record.action == "post.approved" else "took back the approval of"
    return Notice(
        title=f"{who} {did} a post for {post.brand.name}",
        body=quoted(post.content),
        path=place("publishing:approval-show", pending=post.pk),
        brand_ids=frozenset({post.brand_id}),
    )


KINDS: Final = (
    NoticeKind(
        key="approval_waiting",
        words="A post waits for approval",
        help="By mail at most once an hour, all waiting posts together.",
        group="Posts",
        actions=frozenset({"post.submitted", "post.signed", "post.approval_reminded"}),
        make=waiting_post,
        by_mail=True,
        gap=APPROVAL_GAP,
        settled_by=frozenset(
            {
                *("post.approved", "post.rejected", "post.auto_approved"),
                *("post.signed", "post.changes_asked"),
            }
        ),
    ),
    NoticeKind(
        key="post_returned",
        words="A post is sent back or rejected",
        help="By the team or the client, with what should change, or why not.",
        group="Posts",
        actions=frozenset({"post.changes_asked", "post.rejected"}),
        make=returned_post,
        by_mail=True,
        settled_by=frozenset({"post.edited", "post.approved", "post.rejected", "post.reopened"}),
    ),
    NoticeKind(
        key="post_mention",
        words="Somebody mentions or answers you, or a client comments",
        help="In the comments on a post.",
        group="Posts",
        actions=frozenset({"post.commented"}),
        make=mentioned,
        role=Role.VIEWER,
        by_mail=True,
    ),
    NoticeKind(
        key="approval_expired",
        words="A waiting post expired",
        help="Nobody decided before the brand's deadline.",
        group="Posts",
        actions=frozenset({"posts.expired"}),
        make=expired_posts,
        by_mail=True,
        gap=APPROVAL_GAP,
    ),
    NoticeKind(
        key="client_approved",
        words="A client approved a post",
        help="By their link, or took that back. What they want changed is told as such.",
        group="Posts",
        actions=frozenset({"post.approved", "post.approval_withdrawn"}),
        make=approved_by_client,
    ),
)
