"""allauth's forms, in the words and with the care of the house."""

from __future__ import annotations

from typing import Any, Final

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.forms import SignupForm as SocialForm
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from config.kernel.vault import SecretUnreadable
from organizations.models import User

_ADVICE: Final = (
    "At least 12 characters. A few words that do not belong together are easy to keep in mind."
)


class _Advised:
    """A new password is asked for with one sentence, and refused with the reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _ADVICE  # type: ignore[attr-defined]


class ChangePasswordForm(_Advised, allauth.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(_Advised, allauth.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(_Advised, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class _NotOfTheClosed:
    """An account that waits to be erased still has its address, though nobody else sees it."""

    def validate_unique_email(self, value: str) -> str:
        email: str = super().validate_unique_email(value)  # type: ignore[misc]
        if is_of_a_closed_account(value):
            if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
                raise get_account_adapter().validation_error("email_taken")
            self.account_already_exists = True
        return email


class SocialSignupForm(_NotOfTheClosed, SocialForm):  # type: ignore[misc]
    pass


class SignupForm(_NotOfTheClosed, _Advised, allauth.SignupForm):  # type: ignore[misc]
    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            # A new account costs one hash; without it, the time would tell that there is one.
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ChangeEmailForm(allauth.AddEmailForm):  # type: ignore[misc]
    def save(self, request: HttpRequest) -> Any:
        """Add the address that waits to be confirmed; the present one stays until then.

        allauth would throw away a present one that was never confirmed, and leave the account
        without any.
        """
        user = request.user
        if EmailAddress.objects.get_verified(user):
            return super().save(request)
        waiting = EmailAddress.objects.filter(user=user, verified=False)
        waiting.exclude(email__iexact=user.email).delete()  # type: ignore[union-attr]
        address = EmailAddress.objects.create(user=user, email=self.cleaned_data["email"].lower())
        address.send_confirmation(request)
        return address


class ActivateAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """Keeps the seed sealed in the session too, since sessions are rows and stand in the cache."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code from the app"
        session, adapter = context.request.session, get_adapter()
        if self.is_bound:
            try:
                self.secret: str = adapter.decrypt(session[SECRET_SESSION_KEY])
                return
            except SecretUnreadable:
                pass  # The session is new, and so is the seed: this code cannot fit anyway.
        session[SECRET_SESSION_KEY] = adapter.encrypt(self.secret)


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name"
        self.fields["name"].help_text = "So that you know later which device it lives in."
        self.fields["name"].max_length = 60
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = "It signs me in by itself"
        alone.help_text = "Without it, the passkey is a second step after the password."


def is_of_a_closed_account(email: str) -> bool:
    return User.with_deleted.filter(email__iexact=email, deleted_at__isnull=False).exists()
