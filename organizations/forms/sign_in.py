"""allauth's forms, in the words and with the care of the house."""

from __future__ import annotations

from typing import Any, Final

from allauth.account import forms as allauth
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from config.kernel.vault import SecretUnreadable

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


class SignupForm(_Advised, allauth.SignupForm):  # type: ignore[misc]
    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            # A new account costs one hash; without it, the time would tell that there is one.
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


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
