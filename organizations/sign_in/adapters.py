"""Where allauth asks how Warren does it: limits, closed accounts, secrets, other providers."""

from __future__ import annotations

import base64
import binascii
from io import BytesIO
from typing import Any, Final

import qrcode  # type: ignore[import-untyped]
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]

from config.kernel.vault import Place, SecretUnreadable, seal, unseal
from organizations.models import INSTALLATION, User
from organizations.services.app_settings import setting
from organizations.step_up import is_recently_confirmed, to_confirmation

from .letters import letter_of
from .outbound import session_through_the_door

_PLACE: Final = Place(INSTALLATION, Authenticator._meta.db_table, "data", "")
_SEALED: Final = "sealed:"


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """The one way in by password. An account that is waiting to be erased is closed."""

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and user.deleted_at is None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed, an installation takes in whoever was invited, and its first person."""
        # Views stand on the adapter's settings, so they come later.
        from organizations.views.invitations import holds_invitation

        if setting("signup_open") or holds_invitation(request):
            return True
        return not User.objects.exists()

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        # Addresses and providers find a deleted account too; only the password's backend did not.
        if user.deleted_at is not None:
            user.is_active = False
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        # Until here nobody was told that somebody else signs in with it.
        others = User.with_deleted.exclude(pk=email_address.user_id)
        if others.filter(email__iexact=email_address.email).exists():
            return False
        return bool(super().confirm_email(request, email_address))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        letter_of(template_prefix, to=email, context=context).send()

    def is_reauthentication_required(self, *, app: str) -> bool:
        """For allauth's own pages, by the same measure as for ours."""
        request = context.request
        if not super().is_reauthentication_required(app=app) or is_recently_confirmed(request):
            return False
        if not self.get_reauthentication_methods(request.user):
            # allauth would take such a person's word.
            raise ImmediateHttpResponse(to_confirmation(request))
        return True

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # With the address of the sender: by the account alone, a stranger could lock people out.
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}|{self.get_client_ip(request)}"


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps seeds of codes sealed with the installation's key, see config/kernel/vault.py."""

    def encrypt(self, text: str) -> str:
        return _SEALED + base64.b64encode(seal(text.encode(), _PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises SecretUnreadable, never hands out what is not sealed, and so was not ours."""
        if not encrypted_text.startswith(_SEALED):
            raise SecretUnreadable
        try:
            sealed = base64.b64decode(encrypted_text.removeprefix(_SEALED), validate=True)
        except binascii.Error:
            raise SecretUnreadable from None
        return unseal(sealed, _PLACE).decode()

    def get_totp_issuer(self) -> str:
        return f"Warren ({self._get_site_name()})"

    def build_totp_svg(self, url: str) -> str:
        # On white: scanners do not see a picture on a dark page.
        stream = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage, border=2).save(stream)
        return stream.getvalue().decode()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}"


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def get_requests_session(self) -> Any:
        return session_through_the_door()

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Believe a provider's address only if it says outright that it checked it.

        Raises PermissionDenied if its two answers speak of two people (OpenID Connect Core 5.3.2),
        or if the address is that of an account which waits to be erased.
        """
        data = sociallogin.account.extra_data
        told = [data, data.get("userinfo") or {}, data.get("id_token") or {}]
        if len({each["sub"] for each in told if "sub" in each}) > 1:
            raise PermissionDenied
        addresses = [address.email.lower() for address in sociallogin.email_addresses]
        closed = User.with_deleted.annotate(address=Lower("email")).filter(
            address__in=addresses, deleted_at__isnull=False
        )
        if not sociallogin.is_existing and closed.exists():
            raise PermissionDenied
        # Some say "false" as a text, which is not false.
        is_checked = any(each.get("email_verified") is True for each in told)
        for address in sociallogin.email_addresses:
            address.verified = bool(address.verified) and is_checked

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> Any:
        user = super().populate_user(request, sociallogin, data)
        names = [data.get("name"), f"{data.get('first_name', '')} {data.get('last_name', '')}"]
        user.name = next((name.strip()[:120] for name in names if name and name.strip()), "")
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("socialaccount_connections")
