"""What a client sees behind a link: the posts that wait, what was said, and the ways in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Window

from config.kernel.clock import now
from publishing.channels.base import Authorizes, Channel, Connects, secret_names
from publishing.channels.registry import channels, platform_label
from publishing.models import (
    MediaRendition,
    PendingPost,
    PortalLink,
    Post,
    PostComment,
    SignOff,
)
from publishing.services.approvals import content_hash
from publishing.services.networks import app_keys
from publishing.services.renditions import renditions_of_posts
from publishing.services.reviews import posts_for_client
from publishing.services.workflows import steps_of_post

from .preview import Preview, preview_of

MOST_POSTS: Final = 20
MOST_ANSWERED: Final = 20
_VERBS: Final = {
    SignOff.Answer.APPROVED.value: "approved it",
    SignOff.Answer.CHANGES.value: "asked for changes",
    SignOff.Answer.REJECTED.value: "rejected it",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A word of the team or of a client that the client may read. `answer` is empty for a
    comment."""

    who: str
    body: str
    at: datetime
    answer: str = ""
    is_over: bool = False

    @property
    def verb(self) -> str:
        return _VERBS.get(self.answer, "wrote")


@dataclass(frozen=True, slots=True)
class ReviewPost:
    """One post as its network will show it. `seen` binds an answer to exactly these words."""

    post: PendingPost
    label: str
    preview: Preview
    seen: str
    said: Sequence[Said]
    is_with_team: bool = False
    """A client asked for a change of exactly these words, and the team has not made it yet."""

    @property
    def is_late(self) -> bool:
        """Whether its time has passed, so that a last yes lets it go at once."""
        return self.post.scheduled_for <= now()


@dataclass(frozen=True, slots=True)
class ReviewPage:
    posts: Sequence[ReviewPost]
    more: int
    answered: Sequence[SignOff]

    @property
    def open(self) -> list[ReviewPost]:
        """Those that a client has still to say something about."""
        return [each for each in self.posts if not each.is_with_team]

    @property
    def waiting(self) -> int:
        return len(self.open) + self.more


@dataclass(frozen=True, slots=True)
class WayIn:
    """A network that a client may connect, and how."""

    channel: Channel
    by_consent: bool
    by_form: bool

    @property
    def words(self) -> str:
        secret = secret_names(self.channel.credential_fields)
        if self.by_consent and self.by_form:
            return f"You sign in over there, or enter the {secret}."
        return "You sign in over there." if self.by_consent else f"You enter the {secret}."


def review_page(link: PortalLink) -> ReviewPage:
    """The posts that wait for the client of this link, those due first first, 20 at most; and what
    was answered by the link lately."""
    # Counted by the query that reads them, whatever their number.
    waiting = posts_for_client(link.brand, link.post_ids).annotate(of=Window(Count("pk")))
    shown = list(waiting[:MOST_POSTS])
    answered = (
        SignOff.objects.filter(link=link)
        .select_related("pending_post__account")
        .order_by("-created_at", "-pk")
    )
    posts = _review_posts(shown)
    more = shown[0].of - len(shown) if shown else 0
    return ReviewPage(posts, more, list(answered[:MOST_ANSWERED]))


def _review_posts(rows: Sequence[PendingPost]) -> list[ReviewPost]:
    ids = [row.pk for row in rows]
    words = list(
        SignOff.objects.filter(
            Q(link__isnull=False) | Q(answer=SignOff.Answer.CHANGES, voided_at=None),
            pending_post_id__in=ids,
        )
    )
    said, asked = _said_of(ids, words), _asked_by(words)
    renditions = renditions_of_posts(rows)
    found = []
    for row in rows:
        seen = content_hash(row)
        found.append(
            ReviewPost(
                post=row,
                label=platform_label(row.platform),
                preview=preview_of(row, renditions=renditions[row.pk]),
                seen=seen,
                said=said[row.pk],
                is_with_team=(row.pk, seen) in asked,
            )
        )
    return sorted(found, key=lambda each: each.is_with_team)


def _asked_by(words: Iterable[SignOff]) -> set[tuple[UUID, str]]:
    """Posts with the digest of what a change is asked of."""
    asked = SignOff.Answer.CHANGES
    return {
        (word.pending_post_id, word.content_hash)
        for word in words
        if word.answer == asked and word.voided_at is None
    }


def _said_of(ids: Collection[UUID], words: Iterable[SignOff]) -> dict[UUID, list[Said]]:
    """What a client may read of what was said about posts, oldest first."""
    found: dict[UUID, list[Said]] = defaultdict(list)
    comments = PostComment.objects.filter(
        pending_post_id__in=ids, is_for_client=True, deleted_at=None
    ).select_related("author")
    for comment in comments:
        who = str(comment.author) if comment.author else comment.client_name or "The client"
        found[comment.pending_post_id].append(Said(who, comment.body, comment.created_at))
    for word in words:
        if word.link_id is None:
            continue
        found[word.pending_post_id].append(
            Said(
                who=word.client_name or "The client",
                body=word.comment,
                at=word.created_at,
                answer=word.answer,
                is_over=word.voided_at is not None,
            )
        )
    for each in found.values():
        each.sort(key=lambda one: one.at)
    return found


def come_to_client(ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these waiting posts that have come to their client, now or at a step before: until
    then the words are the team's alone."""
    rows = PendingPost.objects.filter(pk__in=ids).only("steps", "step") if ids else ()
    return frozenset(
        row.pk for row in rows if any(step.is_client for step in steps_of_post(row)[: row.step + 1])
    )


def shows_picture(link: PortalLink, name: str) -> bool:
    """Whether a picture or video is one of the posts that this link shows."""
    key = f"{link.organization_id}/{name}"
    # What goes out may be a file that was made to fit, of one that the post names.
    fitted = MediaRendition.objects.filter(fitted=key).values_list("reference", flat=True)
    keys = [key, *fitted[:10]]
    return any(
        rows.filter(media__contains=[{"reference": each}]).exists()
        for rows in _shown_by(link)
        for each in keys
    )


def open_to_clients() -> list[WayIn]:
    """The networks that let in whoever shows that an account is theirs: on a page of their own, if
    this installation is set up for it, or by a secret that the network gave them.

    What asks for no secret, such as a page of ours or a receiver of the team's, is the team's to
    connect: there anybody could name what is another's.
    """
    found = [_way_into(channel) for channel in channels.values()]
    usable = [way for way in found if way.by_consent or way.by_form]
    return sorted(usable, key=lambda way: way.channel.label.casefold())


def connectable_by_client(link: PortalLink) -> list[WayIn]:
    """Those of them that the link does not leave out."""
    wanted = set(link.platforms)
    return [each for each in open_to_clients() if not wanted or each.channel.slug in wanted]


def _way_into(channel: Channel) -> WayIn:
    is_ready = not channel.needs_app or app_keys(channel.slug) is not None
    shows_whose = any(each.secret for each in channel.credential_fields)
    return WayIn(
        channel,
        by_consent=isinstance(channel, Authorizes) and is_ready,
        by_form=isinstance(channel, Connects) and shows_whose,
    )


def _shown_by(link: PortalLink) -> list[QuerySet[Any]]:
    purpose = PortalLink.Purpose
    if link.purpose == purpose.REVIEW:
        answered = PendingPost.objects.filter(sign_offs__link=link)
        return [posts_for_client(link.brand, link.post_ids), answered]
    if link.purpose == purpose.REPORT:
        return [Post.objects.filter(brand=link.brand)]
    return []
