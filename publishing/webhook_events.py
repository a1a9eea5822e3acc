"""What other systems can hear of posts, approvals and channels, and what they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from organizations.models import AuditRecord
from organizations.webhooks.catalogue import add_event

from .models import Conversation, Delivery, InboxMessage, PendingPost, Post, SocialAccount


def facts_of_deliveries(records: Sequence[AuditRecord]) -> Mapping[UUID, Mapping[str, Any]]:
    rows = Delivery.objects.select_related("pending_post", "account").in_bulk(_targets(records))
    out = Post.objects.filter(delivery__in=rows)
    posts: dict[UUID | None, UUID] = dict(out.values_list("delivery_id", "pk"))
    return {
        record.pk: _delivery(rows[record.target_id], posts.get(record.target_id))
        for record in records
        if record.target_id in rows
    }


def facts_of_pending_posts(records: Sequence[AuditRecord]) -> Mapping[UUID, Mapping[str, Any]]:
    rows = PendingPost.objects.select_related("account").in_bulk(_targets(records))
    return {
        record.pk: {"post": _pending(rows[record.target_id])}
        for record in records
        if record.target_id in rows
    }


def facts_of_accounts(records: Sequence[AuditRecord]) -> Mapping[UUID, Mapping[str, Any]]:
    rows = SocialAccount.with_deleted.defer("credentials").in_bulk(_targets(records))
    return {
        record.pk: {"channel": _account(rows[record.target_id])}
        for record in records
        if record.target_id in rows
    }


def facts_of_conversations(records: Sequence[AuditRecord]) -> Mapping[UUID, Mapping[str, Any]]:
    rows = Conversation.objects.select_related("account").in_bulk(_targets(records))
    ids = [UUID(record.data["message_id"]) for record in records if "message_id" in record.data]
    said = InboxMessage.objects.in_bulk(ids)
    return {
        record.pk: _conversation(
            rows[record.target_id], said.get(UUID(record.data.get("message_id", str(record.pk))))
        )
        for record in records
        if record.target_id in rows
    }


def _conversation(row: Conversation, said: InboxMessage | None) -> dict[str, Any]:
    return {
        "conversation": {
            "id": str(row.pk),
            "kind": row.kind,
            "post_id": str(row.post_id) if row.post_id else None,
            "person": row.person_name,
            "sentiment": row.sentiment,
        },
        "message": {"text": said.text, "url": said.url} if said else None,
        "channel": _account(row.account),
    }


def _delivery(row: Delivery, post_id: UUID | None) -> dict[str, Any]:
    return {
        "post": {
            **_pending(row.pending_post),
            "id": str(post_id) if post_id else None,
            "url": row.remote_url,
            "published_at": row.published_at.isoformat() if row.published_at else None,
        },
        "channel": _account(row.account),
    }


def _pending(row: PendingPost) -> dict[str, Any]:
    return {
        "pending_post_id": str(row.pk),
        "brand_id": str(row.brand_id),
        "platform": row.platform,
        "text": row.content,
        "scheduled_for": row.scheduled_for.isoformat() if row.scheduled_for else None,
    }


def _account(row: SocialAccount) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "platform": row.platform,
        "name": row.name,
        "handle": row.handle,
    }


def _targets(records: Sequence[AuditRecord]) -> list[UUID]:
    return [record.target_id for record in records if record.target_id]


add_event("post.published", "A post went out", "delivery.published", facts=facts_of_deliveries)
add_event("post.failed", "A post did not go out", "delivery.failed", facts=facts_of_deliveries)
add_event(
    "post.unknown",
    "Nobody knows whether a post went out",
    "delivery.unknown",
    facts=facts_of_deliveries,
)
add_event(
    "post.missed", "A post was too late to go out", "delivery.missed", facts=facts_of_deliveries
)
add_event(
    "approval.requested",
    "A post waits for a decision",
    "post.submitted",
    facts=facts_of_pending_posts,
)
add_event(
    "approval.decided",
    "A post was approved or rejected",
    *("post.approved", "post.auto_approved", "post.rejected"),
    facts=facts_of_pending_posts,
)
add_event(
    "approval.step_signed",
    "Somebody signed a step of a post's approval",
    "post.signed",
    facts=facts_of_pending_posts,
)
add_event(
    "approval.changes_asked",
    "Changes of a post were asked for, by the team or the client",
    "post.changes_asked",
    facts=facts_of_pending_posts,
)
add_event("approval.expired", "Posts expired before anybody decided", "posts.expired")
add_event(
    "channel.connected", "A channel was connected", *("account.connected", "account.recovered")
)
add_event(
    "channel.disconnected",
    "A channel was disconnected or needs signing in again",
    *("account.disconnected", "account.needs_reconnect"),
    facts=facts_of_accounts,
)
add_event(
    "inbox.message_received",
    "Somebody wrote to a channel",
    "inbox.message_received",
    facts=facts_of_conversations,
)
add_event("schedule.paused", "A schedule stopped", "schedule.paused", "schedule.exhausted")
