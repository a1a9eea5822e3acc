"""What publishing tells people of: posts that leave, channels, stops and schedules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from organizations.models import ActorKind, AuditRecord
from organizations.notices.kinds import Notice, NoticeKind, place, target_of

from .channels.registry import platform_label
from .models import (
    AutopilotRun,
    BrandAccountLink,
    Delivery,
    Part,
    Schedule,
    SocialAccount,
    Stop,
)
from .services.accounts import BY_CLIENT
from .services.stops import name_of

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


def pulled_brake(record: AuditRecord) -> Notice | None:
    stop = target_of(record, Stop.objects.select_related("brand", "account"))
    if stop is None:
        return None
    is_over = record.action == "stop.released"
    return Notice(
        title=f"{name_of(stop)} {'goes on: posts leave again' if is_over else 'stands still'}",
        body=record.reason,
        path=place("publishing:stop-list"),
        brand_ids=_brands_of(stop),
    )


def _brands_of(stop: Stop) -> frozenset[UUID] | None:
    """Whose business a stop is: a channel's is that of the brands that use it."""
    if stop.brand_id:
        return frozenset({stop.brand_id})
    if stop.account_id is None:
        return None
    links = BrandAccountLink.objects.filter(account_id=stop.account_id)
    return frozenset(links.values_list("brand_id", flat=True)) or None


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
