"""Writes down how people get in, in the log of every team that they belong to.

Connected to the signals of Django and allauth by organizations/hooks.py. A stranger's address is
in no log, because it belongs to no team.
"""

from __future__ import annotations

from typing import Any, Final

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from django.contrib.auth import signals as auth
from django.dispatch import Signal
from django.http import HttpRequest

from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditCategory, User
from organizations.selectors import belongings_of_user

from .audit import record
from .sessions import end_every_session, end_other_sessions, note_sign_in


def write_down(
    user: User,
    action: str,
    *,
    data: dict[str, Any] | None = None,
    succeeded: bool = True,
) -> None:
    """One record in each of the person's teams. What failed was not provably that person's act."""
    for team in belongings_of_user(user.pk):
        with org_atomic(team.id):
            record(
                action=action,
                target=user,
                by=user if succeeded else None,
                kind=ActorKind.PERSON if succeeded else ActorKind.SYSTEM,
                category=AuditCategory.SECURITY,
                data=data,
                succeeded=succeeded,
            )


def connect() -> None:
    """Listen. Called once, when the app is ready."""
    auth.user_logged_in.connect(note_sign_in, dispatch_uid="session")
    for signal, listener in _LISTENERS:
        signal.connect(listener, weak=False, dispatch_uid=f"written down: {listener.__name__}")


# -- In and out ------------------------------------------------------------------------------------


def _signed_in(*, request: HttpRequest, user: User, **rest: Any) -> None:
    methods = [each["method"] for each in request.session.get("account_authentication_methods", [])]
    write_down(user, "person.signed_in", data={"methods": sorted(set(methods))})


def _sign_in_failed(*, credentials: dict[str, Any], **rest: Any) -> None:
    address = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email__iexact=address).first()
    if user is not None:
        write_down(user, "person.sign_in_failed", data={"method": "password"}, succeeded=False)


def _second_factor_failed(*, user: User, authenticator: Authenticator, **rest: Any) -> None:
    data = {"method": authenticator.type}
    write_down(user, "person.sign_in_failed", data=data, succeeded=False)


def _signed_out(*, user: User | None, **rest: Any) -> None:
    if user is not None:
        write_down(user, "person.signed_out")


# -- What proves a person --------------------------------------------------------------------------


def _password_changed(*, request: HttpRequest, user: User, **rest: Any) -> None:
    end_other_sessions(user=user, keep=request.session.session_key)
    write_down(user, "person.password_changed")


def _password_reset(*, request: HttpRequest, user: User, **rest: Any) -> None:
    end_every_session(user_id=user.pk)
    write_down(user, "person.password_reset")


def _factor_added(*, request: HttpRequest, user: User, authenticator: Any, **rest: Any) -> None:
    _factors_changed(request, user, authenticator, "added")


def _factor_removed(*, request: HttpRequest, user: User, authenticator: Any, **rest: Any) -> None:
    _factors_changed(request, user, authenticator, "removed")


def _codes_made(*, request: HttpRequest, user: User, authenticator: Any, **rest: Any) -> None:
    _factors_changed(request, user, authenticator, "replaced")


def _factors_changed(
    request: HttpRequest, user: User, authenticator: Authenticator, what: str
) -> None:
    end_other_sessions(user=user, keep=request.session.session_key)
    write_down(user, f"person.second_factor_{what}", data={"method": authenticator.type})


def _email_changed(*, user: User, **rest: Any) -> None:
    # Without the addresses: the log outlives the account, and must not keep what is erased.
    write_down(user, "person.email_changed")


def _provider_added(*, sociallogin: Any, **rest: Any) -> None:
    data = {"provider": sociallogin.account.provider}
    write_down(sociallogin.user, "person.provider_connected", data=data)


def _provider_removed(*, socialaccount: Any, **rest: Any) -> None:
    data = {"provider": socialaccount.provider}
    write_down(socialaccount.user, "person.provider_disconnected", data=data)


_LISTENERS: Final[list[tuple[Signal, Any]]] = [
    (account.user_logged_in, _signed_in),
    (auth.user_login_failed, _sign_in_failed),
    (mfa.authentication_failed, _second_factor_failed),
    (auth.user_logged_out, _signed_out),
    (account.password_changed, _password_changed),
    (account.password_set, _password_changed),
    (account.password_reset, _password_reset),
    (mfa.authenticator_added, _factor_added),
    (mfa.authenticator_removed, _factor_removed),
    (mfa.authenticator_reset, _codes_made),
    (account.email_changed, _email_changed),
    (social.social_account_added, _provider_added),
    (social.social_account_removed, _provider_removed),
]
