"""How one person's account is protected, for the page that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from organizations.models import User
from organizations.services.sessions import SessionLine, sessions_of

_FEW_CODES: Final = 3


@dataclass(frozen=True, slots=True)
class Passkey:
    id: int
    name: str
    used_at: datetime | None
    signs_in_alone: bool


@dataclass(frozen=True, slots=True)
class ConnectedProvider:
    id: int
    provider: str
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`codes_left` is None while there are no recovery codes."""

    email: str
    is_email_confirmed: bool
    has_password: bool
    app: bool
    passkeys: list[Passkey]
    codes_left: int | None
    codes_total: int
    sessions: list[SessionLine]
    accounts: list[ConnectedProvider]

    @property
    def has_second_factor(self) -> bool:
        return self.app or bool(self.passkeys)

    @property
    def codes_are_few(self) -> bool:
        return self.codes_left is not None and self.codes_left <= _FEW_CODES


def standing_of(user: User, *, session_key: str | None) -> Standing:
    """Five statements, however much there is. Raises SecretUnreadable if the key is away."""
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    kinds = Authenticator.Type
    codes = next((each for each in factors if each.type == kinds.RECOVERY_CODES), None)
    return Standing(
        email=user.email,
        is_email_confirmed=EmailAddress.objects.filter(
            user=user, email__iexact=user.email, verified=True
        ).exists(),
        has_password=user.has_usable_password(),
        app=any(each.type == kinds.TOTP for each in factors),
        passkeys=[_passkey(each) for each in factors if each.type == kinds.WEBAUTHN],
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
        codes_total=app_settings.RECOVERY_CODE_COUNT,
        sessions=sessions_of(user=user, current=session_key),
        accounts=[
            ConnectedProvider(each.pk, str(each.get_provider().name), _name_at(each))
            for each in SocialAccount.objects.filter(user=user).order_by("pk")
        ],
    )


def _passkey(row: Authenticator) -> Passkey:
    key = row.wrap()
    return Passkey(row.pk, key.name, row.last_used_at, bool(key.is_passwordless))


def _name_at(row: SocialAccount) -> str:
    data = row.extra_data.get("userinfo") or row.extra_data.get("id_token") or row.extra_data
    return str(data.get("email") or data.get("name") or row.uid)
