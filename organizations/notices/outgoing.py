"""Notices on their way to webhooks, and to brands' own mailboxes: claim, send with no transaction
open, settle by the fence. Tried as often as a mail to a member, with the same waits."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings

from config.kernel import http
from config.kernel.clock import now
from config.kernel.due import by_organization, due_rows
from config.kernel.models import claim
from config.kernel.scoping import org_atomic, scope
from config.kernel.states import move
from config.kernel.tasks import record_work
from config.kernel.vault import SecretUnreadable
from organizations.models import (
    Membership,
    NoticeState,
    NotificationSettings,
    Organization,
    OutgoingNotice,
)
from organizations.privacy.digests import keyed
from organizations.services.letters import letter
from organizations.webhooks import signing

from .mailing import LEASE_SECONDS, MOST_ATTEMPTS, WAITS

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS: Final = 10.0
MOST_ANSWER_BYTES: Final = 16_000
Way = OutgoingNotice.Way


class NotSent(Exception):
    """Why a notice did not get there. One that is `final` is not tried again."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def sweep_outgoing(*, moment: datetime | None = None, most: int = 500) -> int:
    """Send what is due to webhooks and brands' mailboxes. Says how many arrived.

    Safe to run twice at once. What is away is tried five times in about three hours.
    """
    sent = 0
    due = by_organization(due_rows(OutgoingNotice, moment=moment or now(), most=most))
    for organization_id, ids in due.items():
        with scope(organization_id):
            waiting = OutgoingNotice.objects.filter(pk__in=ids, state=NoticeState.QUEUED)
            rows = claim(waiting, lease_seconds=LEASE_SECONDS, limit=len(ids))
            sent += sum(_send(bundle) for bundle in _bundles(rows))
    if sent:
        record_work("outgoing_notice", sent)
    return sent


def call(*, address: str, message_id: str, payload: dict[str, Any], keys: Iterable[str]) -> None:
    """POST one signed message; opens no transaction and follows no redirect. Raises NotSent."""
    body = signing.body_of(payload)
    signed = signing.headers_of(message_id=message_id, moment=now(), body=body, keys=keys)
    try:
        with http.client(timeout_seconds=TIMEOUT_SECONDS, max_bytes=MOST_ANSWER_BYTES) as door:
            answer = door.post(
                address, content=body, headers={**signed, "Content-Type": "application/json"}
            )
    except http.OutboundError as error:
        raise NotSent(error.message) from error
    if answer.status_code == 410:
        raise NotSent("It answered 410: it does not want to be called any more.", final=True)
    if not 200 <= answer.status_code < 300:
        raise NotSent(f"It answered {answer.status_code}.")


def payload_of(row: OutgoingNotice, organization: Organization) -> dict[str, Any]:
    base = f"{settings.WARREN_BASE_URL}/o/{organization.slug}"
    return {
        "type": "notice",
        "kind": row.kind,
        "title": row.title,
        "body": row.body,
        "url": f"{base}/{row.path}" if row.path else f"{base}/notifications/",
        "organization": organization.name,
        "brand": str(row.brand_id) if row.brand_id else None,
        "created_at": row.created_at.isoformat(),
    }


def brand_secret(brand_id: UUID) -> str:
    """What a brand's webhook is signed with: made of the installation's key, and kept nowhere."""
    made = bytes.fromhex(keyed("brand notices", str(brand_id)))
    return signing.PREFIX + base64.b64encode(made).decode()


def _bundles(rows: Sequence[OutgoingNotice]) -> Iterator[list[OutgoingNotice]]:
    """One letter for all that a mailbox is told at once; webhooks are called for each."""

    def whose(row: OutgoingNotice) -> tuple[str, str]:
        return row.way, row.address if row.way == Way.MAIL else str(row.pk)

    for _, bundle in groupby(sorted(rows, key=whose), key=whose):
        yield sorted(bundle, key=lambda row: row.created_at)


def _send(bundle: list[OutgoingNotice]) -> int:
    try:
        if bundle[0].way == Way.MAIL:
            _mail(bundle)
        else:
            _hook(bundle[0])
    except NotSent as error:
        _put_off(bundle, str(error), final=error.final)
        return 0
    _settle(bundle, NoticeState.SENT, sent_at=now(), error_message="")
    return len(bundle)


def _hook(row: OutgoingNotice) -> None:
    with org_atomic():
        organization = Organization.with_deleted.get()
        keys = _keys(row, organization)
    call(
        address=row.address,
        message_id=str(row.pk),
        payload=payload_of(row, organization),
        keys=keys,
    )


def _keys(row: OutgoingNotice, organization: Organization) -> list[str]:
    if organization.is_deleted:
        raise NotSent("The team was closed.", final=True)
    if row.user_id is None:
        return [brand_secret(row.brand_id)] if row.brand_id else []
    mine = NotificationSettings.objects.filter(user_id=row.user_id, hook_url=row.address).first()
    if mine is None or not Membership.objects.filter(user_id=row.user_id).exists():
        raise NotSent("This webhook is not the person's any more.", final=True)
    try:
        return [mine.hook_secret.reveal()] if mine.hook_secret else []
    except SecretUnreadable as error:
        raise NotSent("The signing secret cannot be read. Make a new one.") from error


def _mail(bundle: list[OutgoingNotice]) -> None:
    with org_atomic():
        organization = Organization.with_deleted.get()
        if organization.is_deleted:
            raise NotSent("The team was closed.", final=True)
        base = f"{settings.WARREN_BASE_URL}/o/{organization.slug}"
        lines = [{"row": row, "url": f"{base}/{row.path}" if row.path else base} for row in bundle]
        context = {"organization": organization.name, "notices": lines, "count": len(bundle)}
        message = letter("brand_notice", to=bundle[0].address, context=context)
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        raise NotSent("The mail server does not take this address.", final=True) from error
    except (SMTPException, OSError) as error:
        log.warning("mail_away", error=type(error).__name__)
        raise NotSent("The mail server is away.") from error


def _put_off(bundle: list[OutgoingNotice], reason: str, *, final: bool) -> None:
    for row in bundle:
        if final or row.attempts >= MOST_ATTEMPTS:
            _settle([row], NoticeState.FAILED, error_message=reason)
            continue
        wait = timedelta(seconds=WAITS[min(row.attempts, len(WAITS)) - 1])
        with org_atomic():
            mine = OutgoingNotice.objects.filter(
                pk=row.pk, fence=row.fence, state=NoticeState.QUEUED
            )
            mine.update(due_at=now() + wait, claimed_until=None, error_message=reason)


def _settle(bundle: list[OutgoingNotice], state: NoticeState, **fields: Any) -> None:
    for row in bundle:
        # One row a transaction, as with mail to members.
        with org_atomic():
            move(row, state, fence=row.fence, due_at=None, claimed_until=None, **fields)
