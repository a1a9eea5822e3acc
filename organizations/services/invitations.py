"""Letters that let somebody into a team: sent to one address, used once, within seven days.

The link's token is 32 random bytes and stands in the letter alone; the row keeps its SHA-256. So a
letter that no mail server took cannot be sent later as it was: sending again makes another token.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final
from uuid import UUID

import structlog
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse

from config.kernel.clock import in_words, now
from config.kernel.errors import Forbidden, Invalid, NotFound
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.throttle import throttle
from organizations.models import (
    AuditCategory,
    Invitation,
    Membership,
    Organization,
    Role,
    User,
)

from .app_settings import setting
from .audit import record
from .brand_sight import sight
from .entitlements import require_room
from .letters import letter
from .rights import LIMITED_ROLES, lock_team, manager_of_people
from .suppression import require_not_suppressed

log = structlog.get_logger(__name__)

MAIL_SECONDS: Final = 8
AN_HOUR: Final = 3600
MOST_OF_A_TEAM: Final = 20
MOST_TO_AN_ADDRESS: Final = 5

# The same words for what never was, was used, was taken back and has expired.
UNKNOWN: Final = (
    "This invitation does not work, or not any more: it may have been used, taken back or replaced "
    "by a newer one, or its time is over. Ask the team for a new one."
)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the holder of a token is told before they decide."""

    organization_id: UUID
    team: str
    timezone: str
    email: str
    role: Role
    is_limited: bool
    invited_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    slug: str
    team: str
    was_member: bool


def lifetime() -> timedelta:
    """How long a letter's link works: seven days, unless operators set something else."""
    return timedelta(days=int(setting("invitation_days")))


def invite(
    *, email: str, role: Role, by: User, brand_ids: Collection[UUID] = frozenset()
) -> Invitation:
    """Invite one address into the team in scope, for some brands only if any are named.

    The letter leaves after the commit; if it does not, `sent_at` stays empty and the row stands, to
    be sent again. Raises Forbidden, Invalid, PaymentRequired (no room in the plan), TooMany (20 an
    hour by one team, 5 an hour to one address).
    """
    email = email.strip()
    with org_atomic():
        lock_team()
        mine = manager_of_people(by)
        _require_grantable(mine, role, brand_ids)
        _require_outsider(email)
        require_not_suppressed(email)
        _make_way(email, by)
        _require_a_seat()
        token, digest = _new_token()
        row = Invitation.objects.create(
            email=email,
            role=role,
            brand_ids=sorted(brand_ids, key=str),
            token_digest=digest,
            invited_by=by,
            expires_at=now() + lifetime(),
        )
        _write_down("invitation.sent", row, by)
        _send_after_commit(row, token)
    return row


def resend_invitation(*, invitation_id: UUID, by: User) -> Invitation:
    """Send an open or expired invitation again, with another link and another seven days.

    The former link works no more. Raises as `invite` does, and NotFound for one that was used.
    """
    with org_atomic():
        row = _changeable(invitation_id, by)
        _require_a_seat(but=row)
        token, row.token_digest = _new_token()
        row.sent_at, row.expires_at, row.invited_by = None, now() + lifetime(), by
        row.save(
            update_fields=["token_digest", "sent_at", "expires_at", "invited_by", "updated_at"]
        )
        _write_down("invitation.resent", row, by)
        _send_after_commit(row, token)
    return row


def revoke_invitation(*, invitation_id: UUID, by: User) -> None:
    """Take an invitation back; its link works no more. NotFound for one that was used."""
    with org_atomic():
        _revoke(_changeable(invitation_id, by), by)


def revoke_beyond_rights(*, of: User, by: User) -> int:
    """Take back what somebody handed out and could hand out no more, since they left or lost a
    role. Runs in the caller's transaction and returns how many fell."""
    mine = Membership.objects.filter(user=of).first()
    fallen = 0
    for row in Invitation.objects.open().filter(invited_by=of):
        if mine is None or not _may_grant(mine, Role(row.role)):
            _revoke(row, by, reason="Whoever sent it may not invite to this role any more.")
            fallen += 1
    return fallen


def welcome(token: str) -> Welcome | None:
    """What an invitation says, for whoever holds its token; None for one that does not work."""
    found = _look_up(token)
    if found is None:
        return None
    organization_id, invitation_id = found
    with org_atomic(organization_id):
        rows = Invitation.objects.acceptable().select_related("invited_by", "organization")
        row = rows.filter(pk=invitation_id).first()
        if row is None:
            return None
        return Welcome(
            organization_id=organization_id,
            team=row.organization.name,
            timezone=row.organization.timezone,
            email=row.email,
            role=Role(row.role),
            is_limited=bool(row.brand_ids),
            invited_by=str(row.invited_by or ""),
            expires_at=row.expires_at,
        )


def accept_invitation(*, token: str, by: User) -> Joined:
    """Join the team of an invitation. Used once, by who has proven to own the invited address.

    Raises NotFound, with the same words, for whatever does not work; Forbidden (codes
    `other_address`, `address_unverified`) for somebody else; PaymentRequired when the plan's seats
    were taken meanwhile, and the invitation then stays.
    """
    found = _look_up(token)
    if found is None:
        raise NotFound(UNKNOWN)
    organization_id, invitation_id = found
    with org_atomic(organization_id):
        lock_team()
        row = Invitation.objects.acceptable().filter(pk=invitation_id).first()
        if row is None:
            raise NotFound(UNKNOWN)
        _require_owner_of_address(row, by)
        was_member = Membership.objects.filter(user=by).exists()
        if not was_member:
            require_room("members", now=Membership.objects.count())
        _use_up(row, by)
        if not was_member:
            _join(row, by)
        team = Organization.objects.get()
    return Joined(slug=team.slug, team=team.name, was_member=was_member)


def owns_address(user: User, email: str) -> bool:
    """Whether a person has proven that mail to this address reaches them."""
    mine = EmailAddress.objects.filter(user=user, verified=True)
    return bool(mine.filter(email__iexact=email).exists())


def _may_grant(mine: Membership, role: Role) -> bool:
    own = Role(mine.role)
    return own.covers(Role.ADMIN) and role != Role.OWNER and own.covers(role)


def _require_grantable(mine: Membership, role: Role, brand_ids: Collection[UUID]) -> None:
    if not _may_grant(mine, role):
        raise Invalid(
            "Invite people as viewer, member or admin. A team has one owner, who hands it over.",
            field="role",
        )
    if brand_ids and role not in LIMITED_ROLES:
        raise Invalid(
            "An admin decides over all brands. Choose another role, or no brands.", field="brands"
        )
    if brand_ids and set(brand_ids) - {brand.id for brand in sight().choices()}:
        raise Invalid("One of the brands is no longer there. Choose anew.", field="brands")


def _require_outsider(email: str) -> None:
    mine = Q(user__email__iexact=email) | Q(
        user__emailaddress__email__iexact=email, user__emailaddress__verified=True
    )
    if Membership.objects.filter(mine).exists():
        raise Invalid(f"{email} is in the team already.", field="email")


def _make_way(email: str, by: User) -> None:
    """One open invitation an address: an expired one gives way, a living one stands."""
    standing = Invitation.objects.open().filter(email__iexact=email).first()
    if standing is None:
        return
    if not standing.is_expired:
        raise Invalid(
            f"{email} is invited already. Send that invitation again, or take it back first.",
            field="email",
        )
    _revoke(standing, by, reason="It had expired, and a new one was sent.")


def _require_a_seat(but: Invitation | None = None) -> None:
    waiting = Invitation.objects.acceptable()
    if but is not None:
        waiting = waiting.exclude(pk=but.pk)
    require_room("members", now=Membership.objects.count() + waiting.count())


def _changeable(invitation_id: UUID, by: User) -> Invitation:
    lock_team()
    mine = manager_of_people(by)
    row = Invitation.objects.open().filter(pk=invitation_id).first()
    if row is None:
        raise NotFound("There is no such invitation any more. It was used or taken back.")
    if not _may_grant(mine, Role(row.role)):
        raise Forbidden("This invitation is for a role above your own.")
    return row


def _new_token() -> tuple[str, str]:
    token = secrets.token_urlsafe(32)
    return token, _digest(token)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _look_up(token: str) -> tuple[UUID, UUID] | None:
    """Through a door in the database: whose it is must be known before it can be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id, id FROM invitation_by_digest(%s)", [_digest(token)])
        found = cursor.fetchone()
    return (found[0], found[1]) if found else None


def _require_owner_of_address(row: Invitation, by: User) -> None:
    if owns_address(by, row.email):
        return
    if by.email.lower() == row.email.lower():
        raise Forbidden(
            f"Confirm first that {row.email} is yours: open the link in the letter that we send "
            "you, then come back to this invitation.",
            code="address_unverified",
        )
    raise Forbidden(
        f"This invitation is for {row.email}, and you are signed in as {by.email}. Sign in with "
        "the invited address, or ask for an invitation to yours.",
        code="other_address",
    )


def _use_up(row: Invitation, by: User) -> None:
    taken = Invitation.objects.acceptable().filter(pk=row.pk)
    if not taken.update(accepted_at=now(), accepted_by=by, updated_at=now()):
        raise NotFound(UNKNOWN)


def _join(row: Invitation, by: User) -> None:
    member = Membership.objects.create(
        user=by,
        role=row.role,
        sees_all_brands=not row.brand_ids,
        invited_at=row.created_at,
        joined_at=now(),
    )
    if row.brand_ids:
        sight().choose(member.pk, row.brand_ids)
    record(
        action="member.joined",
        target=member,
        by=by,
        category=AuditCategory.SECURITY,
        after={"role": row.role, "brands": _brands(row)},
        data={"user": str(by.pk), "invitation": str(row.pk)},
    )


def _revoke(row: Invitation, by: User, reason: str = "") -> None:
    row.revoked_at = now()
    row.save(update_fields=["revoked_at", "updated_at"])
    _write_down("invitation.revoked", row, by, reason)


def _write_down(action: str, row: Invitation, by: User, reason: str = "") -> None:
    record(
        action=action,
        target=row,
        by=by,
        category=AuditCategory.SECURITY,
        reason=reason,
        after={"role": row.role, "brands": _brands(row)},
    )


def _brands(row: Invitation) -> str | list[str]:
    return [str(each) for each in row.brand_ids] or "all"


def _send_after_commit(row: Invitation, token: str) -> None:
    organization_id = current_organization_id()
    # Last of all: what was refused for another reason counts against nobody.
    throttle("invitation", str(organization_id), limit=MOST_OF_A_TEAM, per_seconds=AN_HOUR)
    throttle("invitation-to", row.email.lower(), limit=MOST_TO_AN_ADDRESS, per_seconds=AN_HOUR)
    message = _letter(row, token)
    transaction.on_commit(lambda: _send(row, message, organization_id))


def _letter(row: Invitation, token: str) -> EmailMultiAlternatives:
    team = Organization.objects.get()
    path = reverse("organizations:invitation-show", kwargs={"invited": token})
    context = {
        "organization": team.name,
        "role": Role(row.role).label.lower(),
        "invited_by": str(row.invited_by),
        "url": f"{settings.WARREN_BASE_URL}{path}",
        "expires": in_words(row.expires_at, team.timezone),
    }
    return letter("invitation", to=row.email, context=context)


def _send(row: Invitation, message: EmailMultiAlternatives, organization_id: UUID) -> None:
    message.connection = get_connection(timeout=MAIL_SECONDS)
    try:
        message.send()
    except (SMTPException, OSError) as error:
        log.warning("invitation_not_sent", invitation=str(row.pk), error=type(error).__name__)
        return
    row.sent_at = now()
    with org_atomic(organization_id):
        # Only for the link that was sent: somebody may have sent another meanwhile.
        same = Invitation.objects.filter(pk=row.pk, token_digest=row.token_digest)
        same.update(sent_at=row.sent_at)
