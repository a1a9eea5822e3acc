"""Notices by mail: one letter a person and sweep, sent with no transaction open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from config.kernel.clock import now
from config.kernel.due import by_organization, due_rows
from config.kernel.models import claim
from config.kernel.scoping import current_organization_id, org_atomic, scope
from config.kernel.tasks import record_work
from organizations.models import Membership, Notification, Organization, User
from organizations.services.letters import letter

from .kinds import notice_kinds
from .unsubscribing import token_for

log = structlog.get_logger(__name__)

LEASE_SECONDS = 600
WAITS = (60, 300, 1_800, 7_200)
"""Seconds until the second, third, fourth and fifth try."""
MOST_ATTEMPTS = len(WAITS) + 1
MOST_IN_A_LETTER = 20


def sweep_mail(*, moment: datetime | None = None, most: int = 500) -> int:
    """Send every notice whose mail is due, bundled by person. Says how many were sent.

    Safe to run twice at once. A mail server that is away is tried five times in about three hours;
    then the notice stands in Warren only.
    """
    sent = 0
    due = by_organization(due_rows(Notification, moment=moment or now(), most=most))
    for organization_id, ids in due.items():
        with scope(organization_id):
            sent += _mail(ids)
    if sent:
        record_work("notification_mail", sent)
    return sent


def _mail(ids: Sequence[UUID]) -> int:
    waiting = Notification.objects.filter(pk__in=ids, mailed_at=None)
    rows = claim(waiting, lease_seconds=LEASE_SECONDS, limit=len(ids))
    letters = _letters(rows)
    server: BaseEmailBackend = get_connection()
    sent, is_away = 0, False
    try:
        for message, bundle in letters:
            is_away = is_away or not _is_open(server)
            if is_away:
                _postpone(bundle)
            elif _sent(server, message, bundle):
                sent += len(bundle)
    finally:
        _close(server)
    return sent


def _letters(
    rows: Sequence[Notification],
) -> list[tuple[EmailMultiAlternatives, list[Notification]]]:
    """A letter for each person who is still a member; what is for nobody is put away."""
    with org_atomic() as organization_id:
        organization = Organization.with_deleted.get(pk=organization_id)
        members = Membership.objects.filter(user_id__in={row.user_id for row in rows})
        people = {each.user_id: each.user for each in members.select_related("user")}
        lost = [row for row in rows if not _may_write_to(people.get(row.user_id), organization)]
        Notification.objects.filter(pk__in=[row.pk for row in lost]).update(
            due_at=None, claimed_until=None
        )
        bundles: dict[UUID, list[Notification]] = {}
        for row in rows:
            if row not in lost:
                bundles.setdefault(row.user_id, []).append(row)
        return [
            (compose(people[user_id], organization, bundle), bundle)
            for user_id, bundle in bundles.items()
        ]


def _may_write_to(user: User | None, organization: Organization) -> bool:
    return bool(user and user.is_active and not user.is_deleted and not organization.is_deleted)


def compose(
    user: User, organization: Organization, bundle: Sequence[Notification]
) -> EmailMultiAlternatives:
    """One letter with at most twenty notices by kind, each kind with its own way out."""
    base = f"{settings.WARREN_BASE_URL}/o/{organization.slug}"
    kinds = list(dict.fromkeys(row.kind for row in bundle))
    out = f"{settings.WARREN_BASE_URL}/unsubscribe/{token_for(organization.pk, user.pk, kinds)}/"
    # Together what is of one kind; the kind of the oldest comes first.
    ordered = sorted(bundle, key=lambda row: kinds.index(row.kind))
    lines = [
        {"row": row, "url": f"{base}/notifications/{row.pk}/"} for row in ordered[:MOST_IN_A_LETTER]
    ]
    context = {
        "organization": organization.name,
        "name": user.name,
        "notices": lines,
        "groups": _groups(lines),
        "more": max(0, len(bundle) - MOST_IN_A_LETTER),
        "count": len(bundle),
        "list_url": f"{base}/notifications/",
        "choices_url": f"{base}/notifications/choices/",
        "ways_out": [
            {
                "words": _words(kind),
                "url": f"{settings.WARREN_BASE_URL}/unsubscribe/"
                f"{token_for(organization.pk, user.pk, [kind])}/",
            }
            for kind in kinds
        ],
    }
    # RFC 2369 and RFC 8058: the mail program's own button, without a visit to a page.
    headers = {
        "List-Unsubscribe": f"<{out}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Message-ID": f"<notice-{bundle[0].pk}@{_host()}>",
    }
    return letter("notification", to=user.email, context=context, headers=headers)


def _groups(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines under what their kind is called; a heading only where there are several kinds."""
    found = [
        {"words": _words(kind), "lines": list(rows)}
        for kind, rows in groupby(lines, key=lambda line: line["row"].kind)
    ]
    return found if len(found) > 1 else [{**each, "words": ""} for each in found]


def _words(kind: str) -> str:
    known = notice_kinds.get(kind)
    return known.words if known else kind.replace("_", " ")


def _host() -> str:
    return settings.WARREN_BASE_URL.partition("://")[2].partition(":")[0].partition("/")[0]


def _is_open(server: BaseEmailBackend) -> bool:
    """One connection for all letters of a sweep, and one wait if the server is away."""
    try:
        server.open()
    except (SMTPException, OSError) as error:
        log.warning("mail_away", error=str(error))
        return False
    return True


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (SMTPException, OSError) as error:
        log.warning("mail_away", error=str(error))


def _sent(
    server: BaseEmailBackend, message: EmailMultiAlternatives, bundle: list[Notification]
) -> bool:
    try:
        server.send_messages([message])
    except SMTPRecipientsRefused as error:
        # The address is wrong, and stays so.
        log.warning("mail_refused", kinds=[row.kind for row in bundle], error=str(error))
        _settle(bundle, due_at=None)
        return False
    except (SMTPException, OSError) as error:
        log.warning("mail_failed", organization=str(current_organization_id()), error=str(error))
        _postpone(bundle)
        return False
    _settle(bundle, mailed_at=now())
    return True


def _postpone(bundle: list[Notification]) -> None:
    for row in bundle:
        last = row.attempts >= MOST_ATTEMPTS
        wait = WAITS[min(row.attempts, len(WAITS)) - 1]
        _settle([row], due_at=None if last else now() + timedelta(seconds=wait))


def _settle(bundle: list[Notification], **fields: datetime | None) -> None:
    for row in bundle:
        # One row a transaction: others write the notices of a post together, in their own order.
        with org_atomic():
            # A worker that woke after its lease must not take back what another has sent.
            held = Notification.objects.filter(pk=row.pk, fence=row.fence)
            held.update(claimed_until=None, **fields)
