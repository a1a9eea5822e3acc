"""Ends sessions that lasted too long, and every session of an account that was closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY, logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from organizations.models import User
from organizations.services.sessions import end_every_session, is_over, note_use


class SessionLimits:
    """Looks at the session of whoever opens a page that is not for everybody.

    Pages for everybody keep from reading it, so that caches may hold them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        is_public = getattr(view, "access", "") == "public"
        if is_public or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return
        person = request.session.get(SESSION_KEY)
        if person is None or BACKEND_SESSION_KEY not in request.session:
            return
        if not request.user.is_authenticated:
            # Django leaves such a session to revive with the account.
            request.session.flush()
            end_every_session(user_id=User._meta.pk.to_python(person))
        elif is_over(request.session):
            logout(request)
            messages.info(request, "You were signed out because some time has passed.")
        elif "X-Poll" not in request.headers:
            # A page that asks by itself while nobody sits before it is no use of the session.
            note_use(request)
