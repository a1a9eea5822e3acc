"""A client connects an account of their own: by what the network gave them for it, or out to the
network's page, and back by the browser that they left with.

The state in the address is signed and used once. A cookie, the only one behind a link, binds it to
the browser: it lasts as long as the way does, and only the address to come back to gets it. So
nobody can be sent to say yes over there for somebody else (RFC 9700, 2.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from config.kernel.errors import DomainError, Gone, NotFound, PaymentRequired
from config.kernel.scoping import org_atomic
from config.kernel.throttle import throttle
from organizations.services.white_label import look_of_team
from publishing.channels.base import Channel, CredentialField
from publishing.channels.registry import channels
from publishing.forms.channel import ChooseForm
from publishing.forms.portal import NetworkForm
from publishing.forms.problems import tell
from publishing.models import ConnectAttempt, PortalLink
from publishing.selectors.channels import consent_terms
from publishing.selectors.portal import WayIn, connectable_by_client
from publishing.services.accounts import connect_account
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
from publishing.services.portal import entered, keep_name, open_link

from .portal_door import Visit, by_link, require_key, show

CONNECT: Final = PortalLink.Purpose.CONNECT
COOKIE: Final = "client_way"
_SALT: Final = "publishing.portal.way"
BOTH: Final = ["GET", "HEAD", "POST"]
AN_HOUR: Final = 3600
MOST_TRIES: Final = 30
"""Times an hour that a link may try secrets at networks."""
ELSEWHERE: Final = "This link does not lead to that network. Choose one of the list."
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
    """Both ways into a network, as far as it has them; the form of secrets is answered here."""
    desk = _desk(visit, platform)
    if request.method != "POST":
        return _page(request, desk, desk.typed(), desk.consent())
    form = _of_network(desk.typed(request.POST))
    try:
        require_key(request, visit)
        if form.is_valid():
            _connect(visit, desk.channel, form)
            return redirect(f"{visit.path('home')}?done={platform}")
    except Gone:
        # The link ended meanwhile, and no form of it is worth showing.
        raise
    except DomainError as error:
        _tell(visit, form, error)
    return _page(request, desk, form, desk.consent())


@by_link(CONNECT, methods=["POST"], atomic=False)
def consent(request: HttpRequest, visit: Visit, platform: str) -> HttpResponse:
    """Get ready to leave for the network; the page after this one has the way there."""
    desk = _desk(visit, platform)
    form = _of_network(desk.consent(request.POST))
    try:
        require_key(request, visit)
        if form.is_valid():
            keep_name(link=visit.link, name=form.client_name)
            attempt = start_connecting(
                platform=platform,
                values=form.credentials(),
                brand=visit.brand,
                account=None,
                by=None,
                link=visit.link,
            )
            return _leaving(visit, attempt)
    except DomainError as error:
        _tell(visit, form, error)
    return _page(request, desk, desk.typed(), form)


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
        except Gone:
            raise
        except DomainError as error:
            _tell(visit, form, error)
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
    agency = "Warren"
    try:
        if token is None:
            raise NotFound(OTHER_BROWSER, code="other_browser")
        organization_id, link = open_link(token)
        with entered(organization_id, link, atomic=False):
            with org_atomic():
                agency = look_of_team(link.organization.name).name
            response = _settled(request, token, network, attempt, link)
    except DomainError as error:
        words = _words(error, agency)
        again = _home(token) if token and not isinstance(error, Gone) else ""
        context = {"error": error, "words": words, "again": again}
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


@dataclass(frozen=True, slots=True)
class _Desk:
    """A network that this link leads to, and the forms of its ways in."""

    visit: Visit
    way: WayIn

    @property
    def channel(self) -> Channel:
        return self.way.channel

    def typed(self, data: Any = None) -> NetworkForm | None:
        fields = self.channel.credential_fields
        return self._form(fields, data, "typed") if self.way.by_form else None

    def consent(self, data: Any = None) -> NetworkForm | None:
        fields = asked_before(self.channel)
        return self._form(fields, data, "consent") if self.way.by_consent else None

    def _form(self, asked: Sequence[CredentialField], data: Any, name: str) -> NetworkForm:
        # Both may stand on one page, and no two inputs have one id.
        look, link = self.visit.look, self.visit.link
        return NetworkForm(data, asked=asked, agency=look.name, link=link, auto_id=f"{name}_%s")


def _desk(visit: Visit, platform: str) -> _Desk:
    with org_atomic():
        found = {each.channel.slug: each for each in connectable_by_client(visit.link)}
    if platform not in found:
        raise NotFound(ELSEWHERE)
    return _Desk(visit, found[platform])


def _of_network(form: NetworkForm | None) -> NetworkForm:
    if form is None:
        raise NotFound(ELSEWHERE)
    return form


def _connect(visit: Visit, channel: Channel, form: NetworkForm) -> None:
    """As a member connects it, for the link's brand and in the client's name."""
    throttle("client-connect", visit.link.pk.hex, limit=MOST_TRIES, per_seconds=AN_HOUR)
    name = form.client_name
    with entered(visit.organization_id, visit.link, client_name=name, atomic=False):
        connect_account(
            platform=channel.slug,
            values=form.credentials(),
            brand=visit.brand,
            by=None,
            link=visit.link,
        )
        keep_name(link=visit.link, name=name)


def _page(
    request: HttpRequest, desk: _Desk, typed: NetworkForm | None, consent: NetworkForm | None
) -> HttpResponse:
    failed = any(form is not None and form.errors for form in (typed, consent))
    with org_atomic():
        context = {
            "channel": desk.channel,
            "form": typed,
            "consent": consent,
            "terms": consent_terms(desk.channel) if consent is not None else None,
            "key": desk.visit.key(),
        }
        return show(request, desk.visit, "network", context, 422 if failed else 200)


def _tell(visit: Visit, form: BaseForm, error: DomainError) -> None:
    tell(form, error, _words(error, visit.look.name))


def _words(error: DomainError, agency: str) -> str:
    """A sentence in the agency's name, and without its own affairs."""
    if isinstance(error, PaymentRequired):
        return f"{agency} has no place for one more account now. Tell them, please."
    return error.message.replace("Warren", agency)
