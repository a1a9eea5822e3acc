"""When a person is written to, and to which webhook of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q

from config.kernel.clock import now
from config.kernel.errors import DomainError, Invalid
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from organizations.models import (
    AuditCategory,
    Membership,
    NoticeState,
    Notification,
    NotificationSettings,
    Organization,
    OutgoingNotice,
    User,
)
from organizations.notices.kinds import notice_kinds
from organizations.notices.outgoing import NotSent, call
from organizations.notices.timing import Wishes, when_to_tell
from organizations.services.webhooks import check_address
from organizations.webhooks.signing import new_secret

from .audit import changed_fields, record

_WHEN: Final = (
    *("digest", "digest_time", "digest_weekday", "quiet_from", "quiet_until"),
    *("timezone", "urgent_waits"),
)


def settings_of(user: User) -> NotificationSettings:
    """A person's settings in the organization in scope; unsaved defaults in the team's zone."""
    row = NotificationSettings.objects.filter(user=user).first()
    if row is not None:
        return row
    zone = Organization.objects.values_list("timezone", flat=True).get()
    return NotificationSettings(user=user, timezone=zone)


def save_when(*, user: User, values: Mapping[str, Any]) -> NotificationSettings:
    """Keep when a person is written to. What waits already is reckoned anew."""
    with org_atomic():
        row = _locked(user)
        before = {name: getattr(row, name) for name in _WHEN}
        for name in _WHEN:
            setattr(row, name, values[name])
        row.save()
        old, new = changed_fields(before, {name: getattr(row, name) for name in _WHEN})
        if new:
            record(action="notifications.timed", target=user, by=user, before=old, after=new)
            _reckon_anew(user, Wishes.of(row))
    return row


def save_hook(*, user: User, url: str) -> str:
    """Keep the address of a person's webhook, and return the secret that it is signed with.

    Each address gets a secret of its own, which is shown this once. Raises Invalid (hook_url) for
    one that is not https or not public.
    """
    try:
        check_address(url)
    except DomainError as error:
        raise Invalid(error.message, field="hook_url") from error
    secret = new_secret()
    with org_atomic():
        row = _locked(user)
        row.hook_url, row.hook_secret = url, secret
        row.save()
        _forget_queued(user)
        record(
            action="notifications.hook_saved",
            target=user,
            by=user,
            category=AuditCategory.SECURITY,
            after={"hook_url": url},
        )
    return secret


def delete_hook(*, user: User) -> None:
    """Take a person's webhook away; what was on its way to it is not sent."""
    with org_atomic():
        row = _locked(user)
        if not row.hook_url:
            return
        row.hook_url, row.hook_secret = "", None
        row.save()
        _forget_queued(user)
        record(
            action="notifications.hook_deleted",
            target=user,
            by=user,
            category=AuditCategory.SECURITY,
        )


def try_hook(*, user: User) -> None:
    """Send one signed test to a person's webhook. Opens no transaction while it does.

    Raises Invalid with what the other side answered.
    """
    with org_atomic():
        row = settings_of(user)
        team = Organization.objects.values_list("name", flat=True).get()
        secret = row.hook_secret.reveal() if row.hook_secret else ""
    if not row.hook_url:
        raise Invalid("Enter an address first.", field="hook_url")
    payload = {
        "type": "test",
        "title": "A test of your webhook",
        "organization": team,
        "created_at": now().isoformat(),
    }
    try:
        call(address=row.hook_url, message_id=str(uuid7()), payload=payload, keys=[secret])
    except NotSent as error:
        raise Invalid(f"The test did not arrive. {error}", field="hook_url") from error


def _locked(user: User) -> NotificationSettings:
    """The person's row, made if there is none, and nobody else's to change for now."""
    zone = Organization.objects.values_list("timezone", flat=True).get()
    # A person who has left in this moment keeps nothing here.
    Membership.objects.get(user=user)
    NotificationSettings.objects.get_or_create(user=user, defaults={"timezone": zone})
    return NotificationSettings.objects.select_for_update().get(user=user)


def _reckon_anew(user: User, wishes: Wishes) -> None:
    moment = now()
    urgent = [key for key, kind in notice_kinds.items() if kind.is_urgent]
    mine = Q(user=user, due_at__isnull=False, attempts=0)
    waiting = Notification.objects.filter(mine, mailed_at=None)
    queued = OutgoingNotice.objects.filter(mine, state=NoticeState.QUEUED)
    for rows in (waiting, queued):
        rows.filter(kind__in=urgent).update(due_at=when_to_tell(wishes, moment, True))
        rows.exclude(kind__in=urgent).update(due_at=when_to_tell(wishes, moment, False))


def _forget_queued(user: User) -> None:
    OutgoingNotice.objects.filter(user=user, state=NoticeState.QUEUED).delete()
