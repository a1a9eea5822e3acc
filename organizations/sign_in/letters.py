"""The mails of signing in, in the words and the frame of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives

from organizations.services.letters import letter
from organizations.services.sessions import browser_in_words


@dataclass(frozen=True, slots=True)
class Words:
    """`link` names the value of allauth's context that `verb` leads to."""

    title: str
    body: str
    verb: str = ""
    link: str = ""
    note: str = ""


_NOT_YOU: Final = (
    "If this was not you, set a new password at once and end the other sessions under "
    "Sign-in and security."
)
_ALONE: Final = "If you did not ask for this, leave the link alone: nothing happens."

LETTERS: Final[Mapping[str, Words]] = {
    "account/email/email_confirmation_signup": Words(
        "Confirm your address",
        "Welcome to Warren. Say that this address is yours, and go on.",
        *("Confirm address", "activate_url", _ALONE),
    ),
    "account/email/email_confirmation": Words(
        "Confirm your new address",
        "You will sign in to Warren with this address once you have confirmed it.",
        *("Confirm address", "activate_url", _ALONE),
    ),
    "account/email/password_reset_key": Words(
        "Choose a new password",
        "The link works once, within an hour. Your present password works until then.",
        *("Choose a password", "password_reset_url", _ALONE),
    ),
    "account/email/account_already_exists": Words(
        "You have an account already",
        "Somebody, perhaps you, tried to create an account at Warren with this address. There is "
        "one already. Sign in to it, or choose a new password if the old one is forgotten.",
        *("Choose a new password", "password_reset_url"),
    ),
    "account/email/unknown_account": Words(
        "There is no account with this address",
        "Somebody, perhaps you, asked for a new password at Warren with this address, but no "
        "account has it. Try the address that you signed up with, or create an account.",
        *("Create an account", "signup_url", _ALONE),
    ),
    "account/email/email_changed": Words(
        "Your address was changed", "You sign in to Warren with another address now.", note=_NOT_YOU
    ),
    "account/email/email_confirm": Words(
        "Your address is confirmed", "You sign in to Warren with it.", note=_NOT_YOU
    ),
    "account/email/email_deleted": Words(
        "An address was removed", "It no longer belongs to your account.", note=_NOT_YOU
    ),
    "account/email/password_changed": Words(
        "Your password was changed", "Everywhere else you were signed out.", note=_NOT_YOU
    ),
    "account/email/password_reset": Words(
        "Your password was changed",
        "The link from your mail was used, and you were signed out everywhere.",
        note=_NOT_YOU,
    ),
    "account/email/password_set": Words(
        "A password was set", "You can sign in to Warren with it from now on.", note=_NOT_YOU
    ),
    "mfa/email/totp_activated": Words(
        "Codes from an app are turned on",
        "They are asked for after your password from now on.",
        note=_NOT_YOU,
    ),
    "mfa/email/totp_deactivated": Words(
        "Codes from an app are turned off", "They are no longer asked for.", note=_NOT_YOU
    ),
    "mfa/email/webauthn_added": Words(
        "A passkey was added", "It opens your account from now on.", note=_NOT_YOU
    ),
    "mfa/email/webauthn_removed": Words(
        "A passkey was removed", "It no longer opens your account.", note=_NOT_YOU
    ),
    "mfa/email/removed_by_operator": Words(
        "Your second factors were removed",
        "Whoever runs this installation was asked to let you in without them, and you were signed "
        "out everywhere. Your password opens your account alone until you set up new ones.",
        note="If you did not ask for this, set a new password at once and write to them.",
    ),
    "mfa/email/recovery_codes_generated": Words(
        "New recovery codes were made", "The old ones work no more.", note=_NOT_YOU
    ),
    "socialaccount/email/account_connected": Words(
        "A sign-in provider was connected", "It opens your account from now on.", note=_NOT_YOU
    ),
    "socialaccount/email/account_disconnected": Words(
        "A sign-in provider was disconnected", "It no longer opens your account.", note=_NOT_YOU
    ),
}


def letter_of(prefix: str, *, to: str, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    """The mail that allauth calls `prefix`. Raises KeyError for one that nobody has worded."""
    words = LETTERS[prefix]
    where = ""
    if "ip" in context:
        where = f"From {context['ip']}, {browser_in_words(context.get('user_agent', ''))}."
    said = {"words": words, "url": context.get(words.link, ""), "where": where}
    return letter("account", to=to, context=said)
