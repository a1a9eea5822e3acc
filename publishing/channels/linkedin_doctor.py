"""What can be asked about an account's access to LinkedIn without posting.

Source: LinkedIn's pages "Token Introspection" and "Organization Access Control by Role" (read
2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .base import ChannelError, Finding, Session
from .rest import dig

if TYPE_CHECKING:
    from .linkedin_posts import LinkedInChannel

ROLES_THAT_POST = ("ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN")
RECONNECT = "Connect the account again."


def token_findings(channel: LinkedInChannel, session: Session) -> tuple[Finding, ...]:
    """Whether the token works, until when, and what it may do."""
    if session.app is None:
        app = Finding("app", False, "This installation has no app at LinkedIn any more.", OPERATOR)
        return (app, channel.scope_finding(session))
    told = _introspect(channel, session)
    if told.get("active") is not True:
        says = f"LinkedIn says that the access is {told.get('status') or 'not active'}."
        return (Finding("token", False, says, RECONNECT),)
    granted = str(told.get("scope") or "").replace(",", " ").split() or list(
        channel.granted(session.credentials)
    )
    missing = channel.missing_scopes(tuple(granted))
    scopes = (
        Finding(
            "scopes",
            False,
            f"{channel.label} did not grant {', '.join(missing)}.",
            "Connect the account again and leave every box ticked.",
        )
        if missing
        else Finding("scopes", True, "Everything that posting needs was granted.")
    )
    return (
        Finding("token", True, f"The access works{_until(told.get('expires_at'))}."),
        Finding("app", True, "LinkedIn knows this installation's app."),
        scopes,
    )


def role_finding(channel: LinkedInChannel, session: Session) -> Finding:
    """Whether the person who connected the page may still post there."""
    page = session.account.remote_id
    roles = [
        role
        for organization, role in roles_of(
            channel.calling(session, lambda api: api.get(ACCESS_PATH).body)
        )
        if organization == page
    ]
    if any(role in ROLES_THAT_POST for role in roles):
        return Finding("role", True, "You may post on this page.")
    has = f"only has the role {roles[0].replace('_', ' ').lower()}" if roles else "has no role"
    return Finding(
        "role",
        False,
        f"The person who connected this page {has} there now.",
        "Ask an administrator of the page for the role content administrator, then check again.",
    )


ACCESS_PATH = "/rest/organizationAcls?q=roleAssignee&state=APPROVED&count=100"
OPERATOR = "Its operator has to enter the app's id and secret in the admin under App settings."


def roles_of(body: Any) -> list[tuple[str, str]]:
    """(organization's URN, role) of every approved role; LinkedIn has had two names for the URN."""
    return [
        (str(each.get("organization") or each.get("organizationTarget") or ""), str(each["role"]))
        for each in dig(body, "elements") or []
        if isinstance(each, Mapping) and each.get("role")
    ]


def pages_of(body: Any) -> list[str]:
    """URNs of the pages on which these roles let somebody post, each once."""
    may = [urn for urn, role in roles_of(body) if role in ROLES_THAT_POST and urn]
    return list(dict.fromkeys(may))


def id_of(urn: str) -> str:
    return quote(urn.rsplit(":", 1)[-1], safe="")


def _introspect(channel: LinkedInChannel, session: Session) -> Mapping[str, Any]:
    assert session.app is not None
    form = {
        "client_id": session.app.client_id,
        "client_secret": session.app.client_secret,
        "token": channel.access_token(session),
    }
    answer = channel.rest(session.http, "web").call("POST", "/oauth/v2/introspectToken", data=form)
    if not isinstance(answer.body, Mapping):
        raise ChannelError(
            f"{channel.label} did not say how the access stands. Try again later.",
            code="unreadable",
        )
    return answer.body


def _until(told: Any) -> str:
    if not isinstance(told, int):
        return ""
    return f" until {datetime.fromtimestamp(told, UTC):%Y-%m-%d}"
