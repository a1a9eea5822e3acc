"""No page of allauth's is shown as allauth ships it."""

from __future__ import annotations

from pathlib import Path

import allauth

from config.env import BASE_DIR

SHIPPED = Path(allauth.__file__).parent / "templates"
OURS = BASE_DIR / "templates"
# Frames that only hand on to ours, parts of pages that we replaced, and pages that no setting of
# ours leads to: codes by mail or telephone, trusted browsers, sign-up by passkey, lists that stand
# on one page of the settings.
NOT_SHOWN = {
    "account/base_confirm_code.html",
    "account/base_entrance.html",
    "account/base_manage.html",
    "account/base_manage_email.html",
    "account/base_manage_password.html",
    "account/base_manage_phone.html",
    "account/base_reauthenticate.html",
    "account/confirm_email_verification_code.html",
    "account/confirm_login_code.html",
    "account/confirm_password_reset_code.html",
    "account/confirm_phone_verification_code.html",
    "account/email.html",
    "account/phone_change.html",
    "account/request_login_code.html",
    "account/signup_by_passkey.html",
    "account/snippets/already_logged_in.html",
    "account/snippets/warn_no_email.html",
    "account/verified_email_required.html",
    "mfa/base_entrance.html",
    "mfa/base_manage.html",
    "mfa/index.html",
    "mfa/recovery_codes/base.html",
    "mfa/totp/base.html",
    "mfa/trust.html",
    "mfa/webauthn/authenticator_list.html",
    "mfa/webauthn/base.html",
    "mfa/webauthn/signup_form.html",
    "mfa/webauthn/snippets/login_script.html",
    "mfa/webauthn/snippets/scripts.html",
    "socialaccount/base_entrance.html",
    "socialaccount/base_manage.html",
    "socialaccount/login_redirect.html",
    "socialaccount/snippets/login.html",
    "socialaccount/snippets/login_extra.html",
    "socialaccount/snippets/provider_list.html",
    "usersessions/base_manage.html",
    "usersessions/usersession_list.html",
}


def test_every_page_of_allauth_s_is_replaced_or_never_shown() -> None:
    shipped = {
        str(path.relative_to(SHIPPED))
        for app in ("account", "mfa", "socialaccount", "usersessions")
        for path in (SHIPPED / app).rglob("*.html")
    }
    ours = {name for name in shipped if (OURS / name).exists()}
    assert shipped - ours == NOT_SHOWN
