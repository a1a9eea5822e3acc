from __future__ import annotations

from typing import cast

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.views import connections
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from organizations.access import Request, member_of, signed_in
from organizations.selectors import belongings_of_user
from organizations.services.sessions import end_other_sessions, end_session
from organizations.services.sign_in_records import write_down
from organizations.sign_in.standing import standing_of

_DAY_SECONDS = 24 * 3600


@require_GET
@member_of("viewer")
def security(request: Request) -> HttpResponse:
    if not UserSession.objects.filter(session_key=request.session.session_key).exists():
        UserSession.objects.create_from_request(request)
    standing = standing_of(request.user, session_key=request.session.session_key)
    connected = {account.provider for account in standing.accounts}
    known = get_adapter().list_providers(request)
    context = {
        "standing": standing,
        "providers": [each for each in known if str(each.name) not in connected],
        "idle_days": settings.WARREN_SESSION_IDLE_SECONDS // _DAY_SECONDS or 1,
        "most_days": settings.WARREN_SESSION_MOST_SECONDS // _DAY_SECONDS or 1,
    }
    return TemplateResponse(request, "organizations/security/show.html", context)


@require_POST
@member_of("viewer")
def session_end(request: Request, session: int) -> HttpResponse:
    end_session(user=request.user, session_id=session)
    write_down(request.user, "person.session_ended", data={"count": 1})
    messages.success(request, "That session is ended. Whoever used it has to sign in again.")
    return redirect("organizations:security", org=request.organization.slug)


@require_POST
@member_of("viewer")
def session_end_others(request: Request) -> HttpResponse:
    count = end_other_sessions(user=request.user, keep=request.session.session_key)
    if count:
        write_down(request.user, "person.session_ended", data={"count": count})
    messages.success(request, "You are signed in here only.")
    return redirect("organizations:security", org=request.organization.slug)


@require_GET
@signed_in
def security_home(request: Request) -> HttpResponse:
    """In place of allauth's own lists, which one page of the settings shows together."""
    slugs = [each.slug for each in belongings_of_user(request.user.pk)]
    if not slugs:
        return redirect("organizations:front-door")
    last = request.session.get("organization")
    return redirect("organizations:security", org=last if last in slugs else slugs[0])


@require_http_methods(["GET", "POST"])
@signed_in
def provider_list(request: Request) -> HttpResponse:
    if request.method == "POST":
        return cast(HttpResponse, connections(request))
    return security_home(request)
