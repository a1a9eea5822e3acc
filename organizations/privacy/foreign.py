"""The personal data in tables of Django and allauth; those that are not installed count nothing."""

from __future__ import annotations

from .marks import Category, Keep, Mark, Table, register, words

WHO = Mark(Category.CONTACT, "Signing in and writing to you", Keep.ACCOUNT)
SIGN_IN = Mark(Category.SIGN_IN, "Letting you in and nobody else", Keep.ACCOUNT)
SESSION = Mark(Category.TECHNICAL, "Keeping you signed in, and showing you where", Keep.SESSIONS)
STAFF = Mark(Category.ACTIVITY, "Saying which operator changed what", Keep.OPERATION)


def _bare(model: str, names: str = "", **fields: object) -> Table:
    return Table(model, plain=words(names), is_frameless=True, **fields)  # type: ignore[arg-type]


register(
    _bare(
        "account.emailaddress",
        "id user verified primary",
        about=("user",),
        personal={"email": WHO},
    ),
    _bare(
        "account.emailconfirmation",
        "id email_address created sent",
        secret=words("key"),
    ),
    _bare(
        "sessions.session",
        "session_key expire_date",
        secret=words("session_key"),
        personal={"session_data": SESSION},
    ),
    _bare(
        "usersessions.usersession",
        "id user data session_key",
        about=("user",),
        secret=words("session_key"),
        personal={
            "created_at": SESSION,
            "ip": SESSION,
            "last_seen_at": SESSION,
            "user_agent": SESSION,
        },
    ),
    _bare(
        "mfa.authenticator",
        "id user",
        about=("user",),
        secret=words("data"),
        personal={"type": SIGN_IN, "created_at": SIGN_IN, "last_used_at": SIGN_IN},
    ),
    _bare(
        "socialaccount.socialaccount",
        "id user",
        about=("user",),
        personal={
            "provider": SIGN_IN,
            "uid": SIGN_IN,
            "last_login": SIGN_IN,
            "date_joined": SIGN_IN,
            "extra_data": SIGN_IN,
        },
    ),
    _bare("socialaccount.socialapp", "id provider provider_id name client_id secret key settings"),
    _bare(
        "socialaccount.socialtoken",
        "id app account expires_at",
        secret=words("token token_secret"),
    ),
    _bare(
        "admin.logentry",
        "id content_type object_id action_flag",
        about=("user",),
        personal={
            "user": STAFF,
            "action_time": STAFF,
            "object_repr": STAFF,
            "change_message": STAFF,
        },
    ),
    _bare("auth.permission", "id name content_type codename"),
    _bare("auth.group", "id name"),
    _bare("auth.group_permissions", "id group permission"),
    _bare("contenttypes.contenttype", "id app_label model"),
)
