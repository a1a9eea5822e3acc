"""The way into the operators' admin: the one sign-in page that there is, and a second factor."""

from __future__ import annotations

from typing import cast

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from organizations.step_up import had_second_factor


def is_sure_enough(request: HttpRequest) -> bool:
    return not settings.WARREN_OPERATORS_NEED_MFA or had_second_factor(request)


def to_what_is_missing(request: HttpRequest, *, is_staff: bool) -> HttpResponse:
    """To signing in, to a second factor, or in. Raises PermissionDenied for who is no operator."""
    back = _way_back(request)
    if not request.user.is_authenticated:
        return cast(HttpResponse, redirect_to_login(back))
    if not is_staff:
        raise PermissionDenied
    if is_sure_enough(request):
        return redirect(back)
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    page = next((way["url"] for way in ways if way["id"].startswith("mfa")), None)
    if page is None:
        messages.warning(request, "Operators need a second factor. Set one up, then go on.")
        return redirect("mfa_activate_totp")
    return cast(HttpResponse, redirect_to_login(back, page))


def _way_back(request: HttpRequest) -> str:
    page = request.GET.get("next") or request.POST.get("next") or ""
    here = {request.get_host()}
    return page if url_has_allowed_host_and_scheme(page, here, request.is_secure()) else "/admin/"
