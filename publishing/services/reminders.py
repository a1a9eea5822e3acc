"""Whoever a waiting post asks, told once a step before it expires."""

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
from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind
from organizations.services.audit import record
from organizations.services.letters import letter
from organizations.services.suppression import require_not_suppressed
from organizations.services.white_label import dressed, look_of_team, worn
from publishing.models import PendingPost, PortalLink, Workflow

from .portal import mailed_address
from .reviews import awaits_client

log = structlog.get_logger(__name__)

REMINDED_A_SWEEP: Final = 5_000
MAIL_SECONDS: Final = 8
MOST_AHEAD: Final = timedelta(hours=336)
HOURS_AHEAD: Final[int] = Workflow._meta.get_field("reminder_hours").default


def remind_posts(moment: datetime | None = None) -> int:
    """Remind of posts that expire soon, in all organizations; each once a step. Returns how many.

    Members are told as they chose; a client by mail to those who have an open link to the post,
    with an address of it.
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
        waiting = PendingPost.objects.waiting().filter(
            pk__in=ids, reminded_at=None, expires_at__gt=moment
        )
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
        _write_to_clients([row for row in told if awaits_client(row)], moment)
    return len(told)


def _is_due(row: PendingPost, hours: int, moment: datetime) -> bool:
    return (
        bool(hours)
        and row.expires_at is not None
        and (row.expires_at - timedelta(hours=hours) <= moment)
    )


def _take(row: PendingPost, moment: datetime) -> bool:
    """One of several sweeps reminds."""
    mine = PendingPost.objects.waiting().filter(pk=row.pk, step=row.step, reminded_at=None)
    return bool(mine.update(reminded_at=moment))


def _write_to_clients(posts: Sequence[PendingPost], moment: datetime) -> None:
    """One letter to each open link, of all posts that it leads to."""
    links = PortalLink.objects.filter(
        brand__in={post.brand_id for post in posts},
        purpose=PortalLink.Purpose.REVIEW,
        revoked_at=None,
        expires_at__gt=moment,
    ).exclude(client_email="")
    for link in links.select_related("brand") if posts else ():
        mine = [
            post
            for post in posts
            if post.brand_id == link.brand_id and (not link.post_ids or post.pk in link.post_ids)
        ]
        if mine:
            _write(link, mine, moment)


def _write(link: PortalLink, posts: Sequence[PendingPost], moment: datetime) -> None:
    try:
        require_not_suppressed(link.client_email)
    except DomainError:
        return
    look = look_of_team()
    soonest = min(post.expires_at or moment for post in posts)
    context = {
        **worn(look),
        "brand": link.brand.name,
        "client": link.client_name,
        "count": len(posts),
        "url": mailed_address(link),
        "expires": in_words(soonest, link.brand.timezone, at=moment),
        "ends": in_words(link.expires_at, link.brand.timezone, at=moment),
    }
    message = dressed(letter("client_reminder", to=link.client_email, context=context), look)
    transaction.on_commit(partial(_send, message))


def _send(message: EmailMultiAlternatives) -> None:
    message.connection = get_connection(timeout=MAIL_SECONDS)
    try:
        message.send()
    except (SMTPException, OSError) as error:
        log.warning("client_reminder_not_sent", error=type(error).__name__)
