"""A client connects an account of their own: out to the network's page, and back by the browser
that they left with.

The state in the address is signed and used once. A cookie, the only one behind a link, binds it to
the browser: it lasts as long as the way does, and only the address to come back to gets it. So
nobody can be sent to say yes over there for somebody else (RFC 9700, 2.1).
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from config.kernel.errors import DomainError, NotFound
from config.kernel.scoping import org_atomic
from publishing.channels.base import Channel
from publishing.channels.registry import channels
from publishing.forms.channel import ChooseForm
from publishing.forms.portal import NetworkForm
from publishing.forms.problems import tell
from publishing.models import ConnectAttempt, PortalLink
from publishing.selectors.channels import consent_terms
from publishing.selectors.portal import connectable_by_client
from publishing.services.connecting import (
    LIFE,
    address_of,
    asked_before,
    choose_accounts,
    finish_connecting,
    offered_accounts,
    open_attempt,
    open_choice,
    start_connecting,
)
from publishing.services.portal import entered, open_link

from .portal_door import Visit, by_link, require_key, show

CONNECT: Final = PortalLink.Purpose.CONNECT
COOKIE: Final = "client_way"
_SALT: Final = "publishing.portal.way"
BOTH: Final = ["GET", "HEAD", "POST"]
OTHER_BROWSER: Final = (
    "Nothing was connected: this is not the browser in which you started, or it took longer than "
    "15 minutes. Open your link again, in the browser that you stay in, and start anew."
)


def choose_network(request: HttpRequest, visit: Visit) -> HttpResponse:
    found = channels.get(request.GET.get("done", ""))
    context = {
        "networks": connectable_by_client(visit.link),
        "done": found.label if found else "",
    }
    return show(request, visit, "connect", context)


@by_link(CONNECT, methods=BOTH, atomic=False)
def network(request: HttpRequest, visit: Visit, platform: str) -> HttpResponse:
    """What the network will ask, and the way there."""
    channel = _channel(visit, platform)
    asked = asked_before(channel)
    form = NetworkForm(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST":
        try:
            require_key(request, visit)
            if form.is_valid():
                attempt = start_connecting(
                    platform=platform,
                    values=form.values(),
                    brand=visit.brand,
                    account=None,
                    by=None,
                    link=visit.link,
                )
                return _leaving(visit, attempt)
        except DomainError as error:
            tell(form, error)
    context = {"channel": channel, "form": form, "key": visit.key()}
    with org_atomic():
        context["terms"] = consent_terms(channel)
        return show(request, visit, "network", context, 422 if form.errors else 200)


@by_link(CONNECT)
def leave(request: HttpRequest, visit: Visit, attempt: UUID) -> HttpResponse:
    """The last page here: it goes on to the network by itself, or by its link."""
    found = open_attempt(attempt, by=None, link=visit.link)
    address = address_of(found)
    context = {"channel": channels[found.platform], "address": address}
    response = show(request, visit, "leave", context)
    response["Refresh"] = f"0; url={address}"
    return response


@by_link(CONNECT, methods=BOTH, atomic=False)
def choose(request: HttpRequest, visit: Visit, attempt: UUID) -> HttpResponse:
    """Which of the accounts that the network opened are to be connected."""
    with org_atomic():
        found = open_choice(attempt, by=None, link=visit.link)
        offered = offered_accounts(found)
    form = ChooseForm(request.POST if request.method == "POST" else None, offered=offered)
    if request.method == "POST":
        try:
            require_key(request, visit)
            if form.is_valid():
                chosen = form.cleaned_data["accounts"]
                choose_accounts(attempt_id=attempt, remote_ids=chosen, by=None, link=visit.link)
                return redirect(f"{visit.path('home')}?done={found.platform}")
        except DomainError as error:
            tell(form, error)
    context = {"channel": channels[found.platform], "form": form, "key": visit.key()}
    return show(request, visit, "choose", context, 422 if form.errors else 200)


def is_of_client(told: tuple[UUID, UUID] | None) -> bool:
    """Whether an answer of a network belongs to somebody who came by a link."""
    if told is None:
        return False
    with org_atomic(told[0]):
        return ConnectAttempt.objects.filter(pk=told[1], link__isnull=False).exists()


def arrive(request: HttpRequest, network: str, attempt: UUID) -> HttpResponse:
    """Back from the network. The link must still be open, and the browser the one that left."""
    token = _way_of(request.COOKIES.get(COOKIE, ""), attempt)
    try:
        if token is None:
            raise NotFound(OTHER_BROWSER, code="other_browser")
        organization_id, link = open_link(token)
        with entered(organization_id, link, atomic=False):
            response = _settled(request, token, network, attempt, link)
    except DomainError as error:
        context = {"error": error, "again": _home(token) if token else ""}
        response = render(request, "publishing/portal/refused.html", context, status=error.status)
    response.delete_cookie(COOKIE, path="/connect/", samesite="Lax")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _settled(
    request: HttpRequest, token: str, network: str, attempt: UUID, link: PortalLink
) -> HttpResponse:
    answer = {key: str(value) for key, value in request.GET.items()}
    arrival = finish_connecting(
        attempt_id=attempt, callback=network, answer=answer, by=None, link=link
    )
    if arrival.is_choice:
        return redirect("portal:choose", token=token, attempt=attempt)
    return redirect(f"{_home(token)}?done={arrival.attempt.platform}")


def _home(token: str) -> str:
    return f"/c/{token}/"


def _leaving(visit: Visit, attempt: ConnectAttempt) -> HttpResponse:
    response = redirect("portal:leave", token=visit.token, attempt=attempt.pk)
    response.set_cookie(
        COOKIE,
        signing.dumps([visit.token, attempt.pk.hex], salt=_SALT),
        max_age=LIFE,
        path="/connect/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _way_of(cookie: str, attempt: UUID) -> str | None:
    try:
        token, mine = signing.loads(cookie, salt=_SALT, max_age=LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(token) if mine == attempt.hex else None


def _channel(visit: Visit, platform: str) -> Channel:
    with org_atomic():
        found = {each.slug: each for each in connectable_by_client(visit.link)}
    if platform not in found:
        raise NotFound("This link does not lead to that network. Choose one of the list.")
    return found[platform]
