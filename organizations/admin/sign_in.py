"""How people get in, to be read: allauth's tables without what opens an account.

allauth offers them with their secrets and lets operators write; here rescues do, with a reason.
Providers and their tokens have no page: the former stand in the environment, the latter are not
kept.
"""

from __future__ import annotations

from typing import Any

# First, so that there is something to take away.
from allauth.account import admin as _account  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _mfa  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as _social  # noqa: F401
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions import admin as _sessions  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

from .base import ReadOnlyAdmin

for _model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
    admin.site.unregister(_model)


class SignInAdmin(ReadOnlyAdmin):
    """`hidden` are the fields that no page shows."""

    hidden: tuple[str, ...] = ()
    list_select_related = ["user"]
    search_fields = ["user__email"]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_exclude(request, obj), *self.hidden]


@admin.register(EmailAddress)
class EmailAddressAdmin(SignInAdmin):
    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["primary", "verified"]
    search_fields = ["email", "user__email"]


@admin.register(Authenticator)
class AuthenticatorAdmin(SignInAdmin):
    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    hidden = ("data",)


@admin.register(SocialAccount)
class SocialAccountAdmin(SignInAdmin):
    list_display = ["user", "provider", "last_login"]
    list_filter = ["provider"]
    hidden = ("extra_data",)


@admin.register(UserSession)
class UserSessionAdmin(SignInAdmin):
    list_display = ["user", "created_at", "last_seen_at", "ip"]
    hidden = ("session_key", "data")
