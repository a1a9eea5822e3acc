"""What operators may do for a person's account; each team of the person reads it in its log."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.http import HttpRequest

from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditCategory, User
from organizations.selectors import belongings_of_user

from .audit import record
from .sessions import end_every_session


def end_sessions_of(*, user: User, reason: str, by: User) -> int:
    """Sign a person out everywhere. Says how many sessions that ended."""
    count = end_every_session(user_id=user.pk)
    _write_down("staff.ended_sessions", user, reason, by, count=count)
    return count


def resend_verification(*, user: User, request: HttpRequest, reason: str, by: User) -> None:
    """Mail the link again that proves an address. Raises Conflict when it is proven already."""
    address, _ = EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"primary": True}
    )
    if address.verified:
        raise Conflict(f"{user.email} is verified already. Nothing was sent.")
    address.send_confirmation(request)
    _write_down("staff.resent_verification", user, reason, by)


def _write_down(action: str, user: User, reason: str, by: User, **data: int) -> None:
    for team in belongings_of_user(user.pk):
        with org_atomic(team.id):
            record(
                action=action,
                target=user,
                by=by,
                kind=ActorKind.STAFF,
                category=AuditCategory.SECURITY,
                reason=reason,
                data=data,
            )
