"""Whoever a waiting post asks, told once a step before it expires; a client also when it comes.

Members hear of a post that comes to them by their own notices. A client has none: whoever has an
open link with an address gets a letter, at most one an hour however many posts come, and again
when a change that they asked for is made. `reminded_at` of a post is when its step was told of
last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException
from typing import Final
from uuid import UUID

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from config.kernel.clock import in_words, now
from config.kernel.due import by_organization, due_rows
from config.kernel.scoping import current_organization_id, org_atomic
from organizations.models import ActorKind
from organizations.services.audit import record
from organizations.services.letters import letter
from organizations.services.suppression import without_suppressed
from organizations.services.white_label import dressed, look_of_team, worn
from publishing.models import PendingPost, PortalLink, SignOff, Workflow

from .approvals import content_hash
from .portal import mailed_address
from .reviews import awaits_client

log = structlog.get_logger(__name__)

REMINDED_A_SWEEP: Final = 5_000
MAIL_SECONDS: Final = 8
A_LETTER: Final = timedelta(hours=1)
"""Between two letters of new posts to clients of a brand."""
MOST_AHEAD: Final = timedelta(hours=336)
HOURS_AHEAD: Final[int] = Workflow._meta.get_field("reminder_hours").default


def remind_posts(moment: datetime | None = None) -> int:
    """Remind of posts that expire soon, in all organizations; each once a step. Returns how many.

    Members are told as they chose; a client by mail to those who have an open link to the post,
    with an address of it, and of posts that have just come to them as well.
    """
    moment = moment or now()
    # Soonest first, so that those whose time has come are among them whatever waits behind.
    due = due_rows(PendingPost, moment=moment + MOST_AHEAD, most=REMINDED_A_SWEEP)
    return sum(
        _remind(organization_id, ids, moment)
        for organization_id, ids in by_organization(due).items()
    )


def _remind(organization_id: UUID, ids: Sequence[UUID], moment: datetime) -> int:
    with org_atomic(organization_id):
        waiting = PendingPost.objects.waiting().filter(pk__in=ids, expires_at__gt=moment)
        rows = list(waiting.select_related("brand").order_by("expires_at", "pk"))
        hours = dict(
            Workflow.objects.filter(brand__in={row.brand_id for row in rows}).values_list(
                "brand_id", "reminder_hours"
            )
        )
        due = [row for row in rows if _is_due(row, hours.get(row.brand_id, HOURS_AHEAD), moment)]
        told = [row for row in due if _take(row, moment)]
        for row in told:
            until = in_words(row.expires_at or moment, row.brand.timezone, at=moment)
            record(
                action="post.approval_reminded",
                target=row,
                kind=ActorKind.SYSTEM,
                reason=f"It expires {until}.",
            )
        _write_to_clients(_of_clients(told), moment)
        new = [row for row in _of_clients(rows) if row.reminded_at is None]
        _tell_of_new(new, moment)
    return len(told)


def _of_clients(rows: Sequence[PendingPost]) -> list[PendingPost]:
    """Those that wait for a client's word, and not for a change that the client asked for."""
    theirs = [row for row in rows if awaits_client(row)]
    asked = SignOff.objects.filter(
        pending_post__in=theirs, answer=SignOff.Answer.CHANGES, voided_at=None
    )
    words = set(asked.values_list("pending_post_id", "content_hash")) if theirs else set()
    return [row for row in theirs if (row.pk, content_hash(row)) not in words]


def _is_due(row: PendingPost, hours: int, moment: datetime) -> bool:
    if not hours or row.expires_at is None:
        return False
    begins = row.expires_at - timedelta(hours=hours)
    return begins <= moment and (row.reminded_at is None or row.reminded_at < begins)


def _take(row: PendingPost, moment: datetime) -> bool:
    """One of several sweeps tells."""
    mine = PendingPost.objects.waiting().filter(
        pk=row.pk, step=row.step, reminded_at=row.reminded_at
    )
    row.reminded_at = moment
    return bool(mine.update(reminded_at=moment))


def _tell_of_new(posts: Sequence[PendingPost], moment: datetime) -> None:
    """Write to clients of posts that came to them, unless a letter left within the hour: then they
    wait for the next one, together."""
    links = _links(posts, moment)
    lately = {each.brand_id for each in links if each.sent_at and each.sent_at > moment - A_LETTER}
    ready = [row for row in posts if row.brand_id not in lately and _take(row, moment)]
    for link in links:
        mine = _behind(link, ready)
        if mine and link.brand_id not in lately:
            _write(link, mine, moment, is_new=True)


def _write_to_clients(posts: Sequence[PendingPost], moment: datetime) -> None:
    """One letter to each open link, of all posts that it leads to."""
    for link in _links(posts, moment):
        mine = _behind(link, posts)
        if mine:
            _write(link, mine, moment)


def _links(posts: Sequence[PendingPost], moment: datetime) -> list[PortalLink]:
    """The open ones of the posts' brands whose client may be written to; 2 queries."""
    if not posts:
        return []
    links = PortalLink.objects.reviewing(moment).filter(brand__in={post.brand_id for post in posts})
    found = list(links.exclude(client_email="").select_related("brand"))
    allowed = set(without_suppressed([each.client_email for each in found]))
    return [each for each in found if each.client_email in allowed]


def _behind(link: PortalLink, posts: Sequence[PendingPost]) -> list[PendingPost]:
    """Those of the posts that the link leads to."""
    return [
        post
        for post in posts
        if post.brand_id == link.brand_id and (not link.post_ids or post.pk in link.post_ids)
    ]


def _write(
    link: PortalLink, posts: Sequence[PendingPost], moment: datetime, *, is_new: bool = False
) -> None:
    look = look_of_team()
    soonest = min(post.expires_at or moment for post in posts)
    context = {
        **worn(look),
        "brand": link.brand.name,
        "client": link.client_name,
        "count": len(posts),
        "is_new": is_new,
        "url": mailed_address(link),
        "expires": in_words(soonest, link.brand.timezone, at=moment),
        "ends": in_words(link.expires_at, link.brand.timezone, at=moment),
    }
    message = dressed(letter("client_reminder", to=link.client_email, context=context), look)
    transaction.on_commit(partial(_send, message, link, current_organization_id()))


def _send(message: EmailMultiAlternatives, link: PortalLink, organization_id: UUID) -> None:
    message.connection = get_connection(timeout=MAIL_SECONDS)
    try:
        message.send()
    except (SMTPException, OSError) as error:
        log.warning("client_reminder_not_sent", error=type(error).__name__)
        return
    with org_atomic(organization_id):
        same = PortalLink.objects.filter(pk=link.pk, token_digest=link.token_digest)
        same.update(sent_at=now())
