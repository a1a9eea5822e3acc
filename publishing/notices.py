"""What publishing tells people of: posts, approvals, channels and schedules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from organizations.models import ActorKind, AuditRecord, Role
from organizations.notices.kinds import Notice, NoticeKind, place, target_of

from .channels.registry import platform_label
from .models import (
    AutopilotRun,
    BrandAccountLink,
    Delivery,
    Part,
    PendingPost,
    PendingStatus,
    PostComment,
    Schedule,
    SocialAccount,
    Stop,
)
from .services.accounts import BY_CLIENT
from .services.workflows import steps_of_post

APPROVAL_GAP: Final = timedelta(hours=1)


def failed_post(record: AuditRecord) -> Notice | None:
    return _about_delivery(record, "{what} for {brand} was not published on {channel}")


def unknown_post(record: AuditRecord) -> Notice | None:
    return _about_delivery(record, "Did {what} for {brand} arrive on {channel}? Please look")


def due_by_hand(record: AuditRecord) -> Notice | None:
    return _about_delivery(record, "{what} for {brand} is due: please post it by hand")


def missed_post(record: AuditRecord) -> Notice | None:
    return _about_delivery(record, "{what} for {brand} missed its time on {channel}")


def _about_delivery(record: AuditRecord, title: str) -> Notice | None:
    row = target_of(record, Delivery.objects.select_related("account", "pending_post__brand"))
    if row is None:
        return None
    post = row.pending_post
    told = title.format(
        what=_WHAT[row.part], brand=post.brand.name, channel=platform_label(post.platform)
    )
    return Notice(
        title=told[:1].upper() + told[1:],
        body=f"{record.reason}\n\n{quoted(post.content)}".strip(),
        path=place("publishing:delivery-show", delivery=row.pk),
        brand_ids=frozenset({post.brand_id}),
    )


_WHAT: Final[Mapping[str, str]] = {
    Part.POST: "a post",
    Part.REPLY: "a later part of a thread",
    Part.COMMENT: "the first comment",
}


def waiting_post(record: AuditRecord) -> Notice | None:
    """To whom the step asks: those who are named, else everybody who may write for the brand."""
    post = target_of(record, PendingPost.objects.select_related("brand"))
    if post is None or post.status != PendingStatus.PENDING:
        return None
    step = steps_of_post(post)[min(post.step, max(len(post.steps) - 1, 0))]
    is_by_hand = post.generation_mode == PendingPost.GenerationMode.MANUAL
    if step.is_client or (is_by_hand and post.generation_id and len(post.steps) < 2):
        # The client is told by mail; who asked for a text by hand looks at it already.
        return None
    if record.action == "post.signed" and not record.data.get("moved"):
        return None
    return Notice(
        people=frozenset(step.approvers) or None,
        title=f"A post for {post.brand.name} on {platform_label(post.platform)} waits for approval",
        body=f"{record.reason}\n\n{quoted(post.content)}".strip(),
        path=place("publishing:approval-show", pending=post.pk),
        brand_ids=frozenset({post.brand_id}),
    )


def returned_post(record: AuditRecord) -> Notice | None:
    """Changes asked for: told to whoever made the post, or to all where the agent did."""
    post = target_of(record, PendingPost.objects.select_related("brand"))
    if post is None:
        return None
    return Notice(
        title=f"Changes are asked for: a post for {post.brand.name}",
        body=f"{record.reason}\n\n{quoted(post.content)}".strip(),
        path=place("publishing:approval-show", pending=post.pk),
        brand_ids=frozenset({post.brand_id}),
        people=frozenset({post.author_id}) if post.author_id else None,
    )


def mentioned(record: AuditRecord) -> Notice | None:
    """To those whom a comment names, and what a client says to the author too."""
    row = PostComment.objects.filter(pk=record.data.get("comment")).first()
    post = target_of(record, PendingPost.objects.select_related("brand"))
    if row is None or post is None:
        return None
    people = set(row.mentions)
    if row.author_id is None and post.author_id:
        people.add(post.author_id)
    if not people and row.author_id is not None:
        return None
    who = row.client_name or (row.author.name or row.author.email if row.author else "Somebody")
    return Notice(
        title=f"{who} on a post for {post.brand.name}",
        body=quoted(row.body),
        path=place("publishing:approval-talk", pending=post.pk),
        brand_ids=frozenset({post.brand_id}),
        people=frozenset(people) or None,
    )


def expired_posts(record: AuditRecord) -> Notice | None:
    return Notice(
        title="Waiting posts expired: nobody decided in time",
        body=record.reason,
        path=place("publishing:post-list"),
    )


def lost_channel(record: AuditRecord) -> Notice | None:
    account = target_of(record, SocialAccount.with_deleted.all())
    if account is None:
        return None
    links = BrandAccountLink.objects.filter(account=account)
    brands = frozenset(links.values_list("brand_id", flat=True))
    name = f"{account.name} on {platform_label(account.platform)}"
    if record.action == "account.disconnected":
        return Notice(
            title=f"{name} was disconnected",
            body="Nothing is published there any more. Approved posts that had not left were "
            "stopped.",
            path=place("publishing:channel-list"),
        )
    is_over = record.action == "account.needs_reconnect"
    return Notice(
        title=f"{name} has to be connected again{'' if is_over else ' soon'}",
        body=f"{record.reason}\n\n{'Its posts wait until then.' if is_over else ''}".strip(),
        path=place("publishing:channel-show", account=account.pk),
        brand_ids=brands or None,
    )


def connected_by_client(record: AuditRecord) -> Notice | None:
    """Members who connect something see it at once; what a client does, they hear of."""
    account = target_of(record, SocialAccount.objects.all())
    if account is None or record.data.get("way") != BY_CLIENT:
        return None
    links = BrandAccountLink.objects.filter(account=account)
    brands = links.values_list("brand_id", flat=True)
    who = record.data.get("client") or "A client"
    return Notice(
        title=f"{who} connected {account.name}",
        body="By the link that you made. Posts can go there now.",
        path=place("publishing:channel-show", account=account.pk),
        brand_ids=frozenset(brands) or None,
    )


def approved_by_client(record: AuditRecord) -> Notice | None:
    """What members approve they see themselves; a client's yes comes while nobody looks."""
    post = target_of(record, PendingPost.objects.select_related("brand"))
    if post is None or record.actor_kind != ActorKind.CLIENT:
        return None
    who = record.data.get("client") or "A client"
    return Notice(
        title=f"{who} approved a post for {post.brand.name}",
        body=quoted(post.content),
        path=place("publishing:approval-show", pending=post.pk),
        brand_ids=frozenset({post.brand_id}),
    )


def pulled_brake(record: AuditRecord) -> Notice | None:
    stop = target_of(record, Stop.objects.all())
    if stop is None:
        return None
    is_over = record.action == "stop.released"
    return Notice(
        title="Posts leave again" if is_over else "Somebody stopped everything that goes out",
        body=record.reason,
        path=place("publishing:stop-list"),
        brand_ids=frozenset({stop.brand_id}) if stop.brand_id else None,
    )


def stopped_schedule(record: AuditRecord) -> Notice | None:
    row = target_of(record, Schedule.objects.all())
    if row is None:
        return None
    return Notice(
        title=_SCHEDULE_WORDS[record.action].format(name=row.name),
        body=record.reason,
        path=place("publishing:schedule-show", schedule=row.pk),
        brand_ids=_brand(row.brand_id),
    )


def failed_run(record: AuditRecord) -> Notice | None:
    run = target_of(record, AutopilotRun.objects.select_related("brand"))
    if run is None or record.actor_kind == ActorKind.PERSON:
        return None
    return Notice(
        title=f"The agent could not write for {run.brand.name}",
        body=record.reason,
        path=place("publishing:run-show", run=run.pk),
        brand_ids=_brand(run.brand_id),
    )


_SCHEDULE_WORDS: Final = {
    "schedule.paused": "The schedule “{name}” is paused",
    "schedule.exhausted": "The schedule “{name}” has no material left to write from",
    "schedule.runs_missed": "The schedule “{name}” missed runs",
}


def _brand(brand_id: UUID) -> frozenset[UUID]:
    return frozenset({brand_id})


def quoted(text: str) -> str:
    words = " ".join(text.split())
    return f"“{words[:200]}{'…' if len(words) > 200 else ''}”" if words else ""


KINDS: Final = (
    NoticeKind(
        key="post_failed",
        words="A post was not published",
        help="After every try, with what the channel answered.",
        group="Posts",
        actions=frozenset({"delivery.failed", "delivery.part_failed"}),
        make=failed_post,
        by_mail=True,
        is_urgent=True,
        settled_by=frozenset(
            {
                *("delivery.settled", "delivery.published", "delivery.part_published"),
                *("delivery.part_resent", "staff.requeued"),
            }
        ),
    ),
    NoticeKind(
        key="post_unknown",
        words="Nobody knows whether a post arrived",
        help="Nothing is sent again until a person has looked.",
        group="Posts",
        actions=frozenset({"delivery.unknown", "delivery.part_unknown"}),
        make=unknown_post,
        by_mail=True,
        is_urgent=True,
        settled_by=frozenset({"delivery.settled", "delivery.published", "delivery.part_published"}),
    ),
    NoticeKind(
        key="post_by_hand",
        words="A post is due that somebody posts by hand",
        help="With its text, its files and the place where it goes.",
        group="Posts",
        actions=frozenset({"delivery.due_by_hand", "delivery.part_due_by_hand"}),
        make=due_by_hand,
        by_mail=True,
        settled_by=frozenset({"delivery.settled", "delivery.published", "delivery.part_published"}),
    ),
    NoticeKind(
        key="post_missed",
        words="A post missed its time",
        help="It was held up for so long that a person decides.",
        group="Posts",
        actions=frozenset({"delivery.missed", "delivery.part_missed"}),
        make=missed_post,
        by_mail=True,
        settled_by=frozenset(
            {
                *("delivery.settled", "delivery.published"),
                *("delivery.part_published", "delivery.part_resent"),
            }
        ),
    ),
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
        words="Changes of a post are asked for",
        help="By the team or the client, with what should change.",
        group="Posts",
        actions=frozenset({"post.changes_asked"}),
        make=returned_post,
        by_mail=True,
        settled_by=frozenset({"post.edited", "post.approved", "post.rejected"}),
    ),
    NoticeKind(
        key="post_mention",
        words="Somebody mentions you, or a client comments",
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
    ),
    NoticeKind(
        key="channel_lost",
        words="A channel is disconnected",
        help="Or its access has ended and has to be renewed.",
        group="Channels and schedules",
        actions=frozenset(
            {"account.needs_reconnect", "account.access_ending", "account.disconnected"}
        ),
        make=lost_channel,
        by_mail=True,
        is_urgent=True,
        settled_by=frozenset({"account.connected", "account.recovered"}),
    ),
    NoticeKind(
        key="brake_pulled",
        words="Somebody stops what goes out",
        help="Of the team, a brand, a network or a channel; and when they let go again.",
        group="Channels and schedules",
        actions=frozenset({"stop.pulled", "stop.released"}),
        make=pulled_brake,
        by_mail=True,
        is_urgent=True,
    ),
    NoticeKind(
        key="client_approved",
        words="A client approved a post",
        help="By their link. What they want changed is told as such.",
        group="Posts",
        actions=frozenset({"post.approved"}),
        make=approved_by_client,
    ),
    NoticeKind(
        key="client_connected",
        words="A client connected an account",
        help="By a link that you made for them.",
        group="Channels and schedules",
        actions=frozenset({"account.connected"}),
        make=connected_by_client,
    ),
    NoticeKind(
        key="schedule_stopped",
        words="A schedule stopped",
        help="It was paused, has no material left, or missed runs.",
        group="Channels and schedules",
        actions=frozenset(_SCHEDULE_WORDS),
        make=stopped_schedule,
        by_mail=True,
        settled_by=frozenset({"schedule.resumed", "schedule.woken", "schedule.deleted"}),
    ),
    NoticeKind(
        key="run_failed",
        words="The agent could not write",
        help="A turn of the agent ended without a post.",
        group="Channels and schedules",
        actions=frozenset({"run.failed"}),
        make=failed_run,
    ),
)
