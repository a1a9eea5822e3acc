"""Deliveries: which wait, which went wrong, and everything that is known of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from config.kernel.pagination import Page, paginate
from publishing.channels.base import Channel, DeliveryClass, Finds, Pack
from publishing.channels.registry import channels, platform_label
from publishing.delivery import words
from publishing.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Part,
    PendingPost,
    Post,
)
from publishing.services.packs import PackFile, files_of, pack_of

from .preview import Preview, preview

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Tab:
    slug: str
    word: str
    states: tuple[str, ...]
    order: str
    empty: str


TABS: Final[Mapping[str, Tab]] = {
    tab.slug: tab
    for tab in (
        Tab(
            "open",
            "On their way",
            (
                DeliveryState.SCHEDULED,
                DeliveryState.CLAIMED,
                DeliveryState.SENDING,
                DeliveryState.ACCEPTED,
            ),
            "due_at",
            "Nothing is on its way. Approved posts stand here until they are out.",
        ),
        Tab(
            "unknown",
            "Unknown",
            (DeliveryState.UNKNOWN,),
            "-created_at",
            "Every outcome is known.",
        ),
        Tab("failed", "Failed", (DeliveryState.FAILED,), "-created_at", "Nothing failed."),
        Tab("missed", "Missed", (DeliveryState.MISSED,), "-created_at", "No post missed its time."),
        Tab(
            "published",
            "Published",
            (DeliveryState.PUBLISHED,),
            "-created_at",
            "Nothing is out yet.",
        ),
    )
}

ENDED_UNSENT: Final = (DeliveryState.FAILED, DeliveryState.MISSED)
MOVING: Final = (DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.ACCEPTED)

# What a trail keeps for operators and people need not read.
INTERNAL = frozenset({"worker", "fence"})


@dataclass(frozen=True, slots=True)
class Line:
    """One attempt or look, with its evidence in words."""

    attempt: DeliveryAttempt
    evidence: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Follower:
    """A later part of the thread, or the first comment, under its post."""

    delivery: Delivery
    name: str
    text: str
    can_send: bool
    """Whether it may be sent again: it did not go out, and what it goes under did."""


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    delivery: Delivery
    name: str
    """Which part of its post it is, in words."""
    root: Delivery | None
    """For a later part or a comment: the delivery of the post itself."""
    followers: Sequence[Follower]
    pack: Pack | None
    """For a post that a person publishes: its words and the place to post."""
    files: Sequence[PackFile]
    preview: Preview
    trail: Sequence[Line]
    post: Post | None
    platform_label: str
    can_check: bool
    is_safe: bool
    """Whether the channel itself keeps a second sending from making a second post."""
    promise: str
    """What keeps a second sending from doubling the post, as the channel's class says."""

    @property
    def is_unknown(self) -> bool:
        return self.delivery.state == DeliveryState.UNKNOWN

    @property
    def is_accepted(self) -> bool:
        """Somebody over there, or a person, works on it."""
        return self.delivery.state == DeliveryState.ACCEPTED

    @property
    def is_handed_over(self) -> bool:
        return self.is_accepted and self.pack is not None

    @property
    def waits_until(self) -> datetime | None:
        """When it is tried again, after a first try that did not end."""
        row = self.delivery
        is_waiting = row.state == DeliveryState.SCHEDULED and bool(row.attempts or row.error_code)
        return row.due_at if is_waiting else None

    @property
    def can_retry(self) -> bool:
        return self.delivery.state in ENDED_UNSENT

    @property
    def is_moving(self) -> bool:
        """Whether the page asks again by itself: not for days, while a person posts."""
        here = self.delivery.state in MOVING and not self.is_handed_over
        return here or any(each.delivery.state in MOVING for each in self.followers)


def deliveries_for_list(*, tab: Tab, cursor: str | None = None) -> Page[Delivery]:
    told = Delivery.objects.with_a_fate_of_their_own()
    deliveries = told.filter(state__in=tab.states).defer("payload", "remote_handle")
    return paginate(
        deliveries.select_related("account", "pending_post__brand"),
        order=(tab.order,),
        cursor=cursor,
        size=PAGE_SIZE,
    )


def trouble_counts() -> dict[str, int]:
    """How many deliveries wait for a person, by tab."""
    states = [DeliveryState.UNKNOWN, DeliveryState.MISSED, DeliveryState.FAILED]
    found: dict[str, int] = {}
    told = Delivery.objects.with_a_fate_of_their_own().filter(state__in=states)
    for state in told.values_list("state", flat=True)[:500]:
        found[state] = found.get(state, 0) + 1
    return found


def delivery_row(delivery: UUID) -> Delivery | None:
    related = ("account", "pending_post__brand", "pending_post__account")
    return Delivery.objects.select_related(*related).filter(pk=delivery).first()


def followers_of(delivery: Delivery) -> list[Delivery]:
    """The parts of the thread and the first comment of a post's delivery, in their order."""
    found = Delivery.objects.filter(
        pending_post_id=delivery.pending_post_id,
        occurrence__startswith=f"{delivery.occurrence}/",
    )
    rows = found.select_related("pending_post").defer("payload", "remote_handle")
    return list(rows.order_by("created_at", "pk"))


def root_of(delivery: Delivery) -> Delivery | None:
    """The delivery of the post that a part or a comment hangs on; None of a post itself."""
    if not delivery.is_follower:
        return None
    posts = Delivery.objects.posts().filter(pending_post_id=delivery.pending_post_id)
    return posts.filter(occurrence=delivery.occurrence.partition("/")[0]).first()


def delivery_page(delivery: Delivery) -> DeliveryPage:
    channel: object = channels.get(delivery.platform)
    pack = pack_of(delivery)
    return DeliveryPage(
        delivery=delivery,
        name=words.name_of(delivery),
        root=root_of(delivery),
        followers=[] if delivery.is_follower else _followers(delivery),
        pack=pack,
        files=files_of(delivery) if pack else [],
        preview=_preview(delivery),
        trail=[Line(each, evidence_in_words(each.evidence)) for each in delivery.trail.all()],
        post=Post.objects.filter(delivery=delivery).first(),
        platform_label=platform_label(delivery.platform),
        can_check=isinstance(channel, Finds)
        and isinstance(channel, Channel)
        and channel.delivery_class is not DeliveryClass.D,
        is_safe=isinstance(channel, Channel) and channel.delivery_class is DeliveryClass.A,
        promise=_promise(channel),
    )


def _followers(root: Delivery) -> list[Follower]:
    rows = followers_of(root)
    out = {row.pk for row in (root, *rows) if row.state == DeliveryState.PUBLISHED}
    return [
        Follower(
            row,
            words.name_of(row),
            text_of(row),
            can_send=row.state in ENDED_UNSENT and row.parent_id in out,
        )
        for row in rows
    ]


def text_of(delivery: Delivery) -> str:
    """The words of a delivery, as they were approved: of the post, a later part, or the comment."""
    post: PendingPost = delivery.pending_post
    if not delivery.is_follower:
        return post.content
    if delivery.part == Part.COMMENT:
        return post.first_comment
    number = int(delivery.occurrence.rpartition("/")[2])
    return post.thread[number - 2] if number - 2 < len(post.thread) else ""


def _preview(delivery: Delivery) -> Preview:
    post = delivery.pending_post
    if delivery.is_follower:
        return preview(platform=delivery.platform, content=text_of(delivery))
    return preview(
        platform=delivery.platform,
        content=post.content,
        hashtags=post.hashtags,
        link=post.link,
        media=post.media,
        title=post.title,
    )


def evidence_in_words(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (name.replace("_", " ").capitalize(), str(value))
        for name, value in evidence.items()
        if name not in INTERNAL and value not in (None, "", [], {})
    ]


def _promise(channel: object) -> str:
    if not isinstance(channel, Channel):
        return "This channel is no longer installed, so it cannot be asked."
    return {
        DeliveryClass.A: (
            f"{channel.label} knows the post by a key that was chosen before it was sent, so "
            "sending it again cannot double it."
        ),
        DeliveryClass.B: (
            f"{channel.label} gave a handle before it published, so the post can be asked for."
        ),
        DeliveryClass.C: (
            f"{channel.label} can be read back, so Warren looks for the post before it sends "
            "it again."
        ),
        DeliveryClass.D: (
            f"{channel.label} offers no way to look, so only a person can say whether it is out."
        ),
    }[channel.delivery_class]
