"""Asks who a person is once more before what matters: tokens, members, billing, mass deletion.

Stands under the access decorator, so that a wrong role is told first:

    @require_http_methods(["GET", "POST"])
    @member_of("owner")
    @recently_confirmed
    def api_key_create(request: Request) -> HttpResponse: ...

Put it on the page that shows the form too: who opens the page confirms before typing anything. A
POST that comes too late loses what was typed, since a body may hold secrets and is kept nowhere.
"""

from __future__ import annotations

import time
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from organizations.access import View

# What proves a person: a link or code that came by mail opens a session, but confirms nothing.
_PROOFS: Final = frozenset({"password", "mfa", "socialaccount"})


def recently_confirmed(view: View) -> View:
    """Open a view only to who proved who they are within the last 15 minutes.

    Signing in counts, with password, second factor or another provider; so does allauth's page that
    asks again. Everybody else goes there and comes back to the page; htmx gets HX-Redirect.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_recently_confirmed(request):
            return to_confirmation(request)
        return view(request, *args, **kwargs)

    opened.step_up = True  # type: ignore[attr-defined]
    return opened


def is_recently_confirmed(request: HttpRequest) -> bool:
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    proofs = [record["at"] for record in records if record.get("method") in _PROOFS]
    age = time.time() - max(proofs, default=0.0)
    return age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def had_second_factor(request: HttpRequest) -> bool:
    """Whether this session, at any time, was given more than a password."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def to_confirmation(request: HttpRequest) -> HttpResponse:
    """To the page that asks, and from there back to the page that the person sees."""
    back = _way_back(request)
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    if ways:
        page = ways[0]["url"]
        if request.method not in {"GET", "HEAD"}:
            messages.info(request, "Nothing was changed yet. Confirm, then do it once more.")
    else:
        # Without a password and a second factor, only the sign-in itself can prove anything.
        logout(request)
        messages.info(request, "Sign in once more to go on: what you are about to do matters.")
        page = resolve_url(settings.LOGIN_URL)
    target = f"{page}?{urlencode({REDIRECT_FIELD_NAME: back}, safe='/')}"
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return HttpResponseClientRedirect(target) if htmx else HttpResponseRedirect(target)


def _way_back(request: HttpRequest) -> str:
    """The page that the person sees: of a form that was sent, the page that it stood on."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        return htmx.current_url_abs_path or "/"
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    page = request.headers.get("Referer", "")
    here = {request.get_host()}
    return page if url_has_allowed_host_and_scheme(page, here, request.is_secure()) else "/"
