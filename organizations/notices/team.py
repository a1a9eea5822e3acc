"""What this app tells people of: members, security, support, data and connections."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from organizations.models import (
    AuditRecord,
    Membership,
    Role,
    SupportTicket,
    SupportVisit,
    TicketReply,
    User,
    WebhookEndpoint,
)
from organizations.selectors import belongings_of_user

from .kinds import Notice, NoticeKind, place, target_of

_TEAM: Final = "Team and security"


def changed_team(record: AuditRecord) -> Notice | None:
    words = _TEAM_WORDS[record.action]
    return Notice(title=words.format(name=_person(record)), path=place("organizations:member-list"))


def own_membership(record: AuditRecord) -> Notice | None:
    """What was changed about a member, told to exactly that member."""
    user_id = _user_id(record)
    if user_id is None:
        return None
    role = str(record.after.get("role", ""))
    title = (
        f"You are now {_article(role)} of this team"
        if role
        else "What you may see in this team was changed"
    )
    return Notice(title=title, path=place("analytics:home"), people=frozenset({user_id}))


def started_visit(record: AuditRecord) -> Notice | None:
    visit = target_of(record, SupportVisit.objects.all())
    if visit is None:
        return None
    able = "look and change" if visit.may_change else "look, and change nothing"
    return Notice(
        title="Somebody of the support visits your team's pages",
        body=f"Reason: {visit.reason}\nThey may {able}, until {visit.ends_at:%H:%M} UTC. Billing, "
        "secrets, members and privacy stay closed to them. The audit log lists the visit.",
        path=place("organizations:audit-list"),
    )


def answered_ticket(record: AuditRecord) -> Notice | None:
    reply = TicketReply.objects.filter(pk=record.data.get("reply")).first()
    ticket = target_of(record, SupportTicket.objects.all())
    if reply is None or ticket is None or ticket.user_id is None:
        return None
    return Notice(
        title=f"Answer to “{ticket.subject[:120]}”",
        body=reply.body,
        path=place("organizations:ticket-show", ticket=ticket.pk),
        people=frozenset({ticket.user_id}),
    )


def stopped_webhook(record: AuditRecord) -> Notice | None:
    row = target_of(record, WebhookEndpoint.objects.all())
    if row is None:
        return None
    return Notice(
        title=f"The webhook “{row.name}” was stopped",
        body=row.stopped_reason or record.reason,
        path=place("organizations:webhook-list"),
    )


def ready_copy(record: AuditRecord) -> Notice | None:
    asker = _uuid(record.data.get("user"))
    return Notice(
        title="The copy of your team's data is ready",
        body="Its link works once, for 24 hours.",
        path=place("organizations:team-privacy"),
        people=frozenset({asker}) if asker else None,
    )


def ending_team(record: AuditRecord) -> Notice | None:
    is_ending = record.action == "team.closing"
    return Notice(
        title="This team is being closed" if is_ending else "This team stays",
        body="Nothing is published any more. After 30 days all of its data is erased; until then "
        "the owner can take that back."
        if is_ending
        else "Its closing was taken back.",
        path=place("analytics:home"),
    )


def security_event(record: AuditRecord) -> Notice | None:
    """Told to the person whose account it is, also when they did it themselves.

    It stands in the log of each of their teams, and they are told of it in the first one alone.
    """
    user_id = record.actor_id or record.target_id
    if user_id is None or not _is_first_team(record, user_id):
        return None
    return Notice(
        title=_SECURITY_WORDS[record.action],
        body=record.reason or "If that was not you, change your password and end all sessions.",
        path=place("organizations:security"),
        people=frozenset({user_id}),
    )


def changed_access(record: AuditRecord) -> Notice | None:
    return Notice(
        title=_ACCESS_WORDS[record.action],
        body=record.reason,
        path=place(_ACCESS_PLACES[record.action.partition(".")[0]]),
    )


_TEAM_WORDS: Final = {
    "member.joined": "{name} joined the team",
    "member.left": "{name} left the team",
    "member.removed": "{name} was removed from the team",
    "organization.transferred": "The team belongs to {name} now",
}
_OWN: Final = {"member.role_changed", "member.changed", "member.restricted"}
_SECURITY_WORDS: Final = {
    "person.password_changed": "Your password was changed",
    "person.password_reset": "Your password was set anew by mail",
    "person.email_changed": "The e-mail address of your account was changed",
    "person.second_factor_added": "A second factor was added to your account",
    "person.second_factor_removed": "A second factor was removed from your account",
    "person.second_factor_replaced": "The recovery codes of your account were made anew",
    "person.provider_connected": "Another way to sign in was connected to your account",
    "person.provider_disconnected": "A way to sign in was taken from your account",
}
_ACCESS_WORDS: Final = {
    "api_key.created": "A new API key was made",
    "api_key.rotated": "An API key was replaced by a new one",
    "secret.stored": "A key of an outside service was stored",
    "secret.replaced": "A key of an outside service was replaced",
}
_ACCESS_PLACES: Final = {
    "api_key": "organizations:api-key-list",
    "secret": "organizations:secret-list",
}


def _person(record: AuditRecord) -> str:
    user_id = _user_id(record)
    user = User.objects.filter(pk=user_id).first() if user_id else None
    return str(user) if user else "Somebody"


def _is_first_team(record: AuditRecord, user_id: UUID) -> bool:
    teams = belongings_of_user(user_id)
    return bool(teams) and teams[0].id == record.organization_id


def _user_id(record: AuditRecord) -> UUID | None:
    named = _uuid(record.data.get("user"))
    if named or record.target_type != "organizations.membership":
        return named
    member = target_of(record, Membership.objects.all())
    return member.user_id if member else record.actor_id


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _article(role: str) -> str:
    return f"the {role}" if role == Role.OWNER else f"{'an' if role == Role.ADMIN else 'a'} {role}"


KINDS: Final = (
    NoticeKind(
        key="team_changed",
        words="Somebody joined or left",
        help="Also when the team changes its owner.",
        group=_TEAM,
        actions=frozenset(_TEAM_WORDS),
        make=changed_team,
        role=Role.ADMIN,
    ),
    NoticeKind(
        key="my_membership",
        words="Your own rights changed",
        help="Your role, or the brands that you may see.",
        group=_TEAM,
        actions=frozenset(_OWN),
        make=own_membership,
        role=Role.VIEWER,
        by_mail=True,
    ),
    NoticeKind(
        key="security",
        words="Security of your account",
        help="Your password, address, second factor and ways to sign in.",
        group=_TEAM,
        actions=frozenset(_SECURITY_WORDS),
        make=security_event,
        role=Role.VIEWER,
        by_mail=True,
        tells_actor=True,
        is_binding=True,
    ),
    NoticeKind(
        key="access_changed",
        words="A new key gives access",
        help="An API key was made or a secret stored.",
        group=_TEAM,
        actions=frozenset(_ACCESS_WORDS),
        make=changed_access,
        role=Role.OWNER,
        by_mail=True,
    ),
    NoticeKind(
        key="support_visit",
        words="Support visits your team",
        help="An operator looks at your pages, for a reason and at most an hour.",
        group=_TEAM,
        actions=frozenset({"visit.started"}),
        make=started_visit,
        role=Role.OWNER,
        by_mail=True,
        tells_actor=True,
        is_binding=True,
    ),
    NoticeKind(
        key="ticket_answered",
        words="Support answered you",
        help="With the answer in the mail.",
        group="Support and data",
        actions=frozenset({"ticket.answered"}),
        make=answered_ticket,
        role=Role.VIEWER,
        by_mail=True,
    ),
    NoticeKind(
        key="copy_ready",
        words="A copy of the data is ready",
        help="The export that you asked for. Its link comes by a mail of its own.",
        group="Support and data",
        actions=frozenset({"copy.ready"}),
        make=ready_copy,
        role=Role.OWNER,
        tells_actor=True,
    ),
    NoticeKind(
        key="team_ending",
        words="The team is closed",
        help="And when that is taken back.",
        group="Support and data",
        actions=frozenset({"team.closing", "team.kept"}),
        make=ending_team,
        role=Role.VIEWER,
        by_mail=True,
    ),
    NoticeKind(
        key="webhook_stopped",
        words="A webhook was stopped",
        help="Its address failed for too long.",
        group="Support and data",
        actions=frozenset({"webhook.stopped"}),
        make=stopped_webhook,
        role=Role.ADMIN,
        by_mail=True,
    ),
)
