"""What operators may do for a person's account; each team of the person reads it in its log."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditCategory, User
from organizations.selectors import belongings_of_user
from organizations.sign_in.letters import letter_of

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


def take_factors_away(*, user: User, reason: str, by: User) -> int:
    """Let a person in by password again who lost app, passkeys and recovery codes.

    They get a mail, since it may be somebody else who asked, and are signed out everywhere. Says
    how many factors there were. Raises Conflict when there was none.
    """
    with transaction.atomic():
        count = int(Authenticator.objects.filter(user=user).delete()[0])
        if not count:
            raise Conflict(f"{user.email} has no second factor. Nothing was changed.")
        end_every_session(user_id=user.pk)
        _write_down("staff.removed_second_factors", user, reason, by, count=count)
    letter_of("mfa/email/removed_by_operator", to=user.email, context={}).send()
    return count


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
