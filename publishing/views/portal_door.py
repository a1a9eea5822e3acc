"""The door of every page behind a client's link: no account, no session, no cookie.

Django's own protection against forged forms does not fit here. It wants a cookie, and of a page
that sends no referrer, as these do so that their address goes nowhere, browsers send `Origin: null`
with a form, which it refuses. Nor is there anything to forge with: whoever can name the address
needs no victim. So forms carry a key that is signed for exactly this link, which says that the page
they stand on was one of ours and not older than a day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from brands.models import BrandProfile
from config.kernel.errors import DomainError, Invalid, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.throttle import throttle
from organizations.access import public
from organizations.services.white_label import Look, look_of_team
from organizations.throttles import visitor
from publishing.models import PortalLink
from publishing.services.portal import UNKNOWN, entered, inside, open_link

READING: Final = ["GET", "HEAD"]
KEY_LIFE: Final = timedelta(hours=24)
# Of no network's own fields, which may stand in the same form.
KEY_FIELD: Final = "page_key"
NAME_MOST: Final = 120

_KEYS: Final = signing.TimestampSigner(salt="publishing.portal")
_HEADERS: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "private, no-store",
}

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who came by a link: where they are, and how the place looks."""

    organization_id: UUID
    link: PortalLink
    token: str
    look: Look

    @property
    def brand(self) -> BrandProfile:
        brand: BrandProfile = self.link.brand
        return brand

    @property
    def zone(self) -> str:
        return str(self.link.brand.timezone)

    def path(self, name: str, **kwargs: Any) -> str:
        return reverse(f"portal:{name}", kwargs={"token": self.token, **kwargs})

    def key(self) -> str:
        return _KEYS.sign(self.link.pk.hex)


def by_link(
    *purposes: str, methods: Collection[str] = tuple(READING), atomic: bool = True
) -> Callable[[View], View]:
    """Open a page to whoever holds a link of one of these purposes.

    The page gets a `Visit` and runs inside the link's organization and brand; in one transaction,
    unless `atomic` is False because a service talks to a network or opens its own.
    """
    taken = list(methods)

    def decorate(view: View) -> View:
        @csrf_exempt
        @public
        @wraps(view)
        def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
            return _sealed(_answer(request, token, view, kwargs, purposes, taken, atomic))

        opened.methods = taken  # type: ignore[attr-defined]
        return opened

    return decorate


def by_letter(view: Callable[[HttpRequest, str], HttpResponse]) -> View:
    """Open the page that a letter's way out leads to; its address is of no link.

    Mail programs post to it without having seen it (RFC 8058), so no form's key is asked for.
    """
    taken = [*READING, "POST"]

    @csrf_exempt
    @public
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            throttle("portal", visitor(request), limit=300, per_seconds=60, fail_open=True)
            is_taken = request.method in taken
            response = view(request, token) if is_taken else _not_taken(taken)
        except DomainError as error:
            response = _refused(request, error)
        return _sealed(response)

    opened.methods = taken  # type: ignore[attr-defined]
    return opened


def require_key(request: HttpRequest, visit: Visit) -> None:
    """Raises Invalid for a form that is not from a page of this link, or was open for a day."""
    try:
        said = _KEYS.unsign(request.POST.get(KEY_FIELD, ""), max_age=KEY_LIFE)
    except signing.BadSignature:
        said = ""
    if said != visit.link.pk.hex:
        raise Invalid(
            "This page was open for very long, so nothing was done. Here it is anew, with what you "
            "typed: press the button once more.",
            code="form_old",
        )


def name_of(request: HttpRequest, visit: Visit) -> str:
    """What the visitor is called. Raises Invalid: an answer without a name is nobody's."""
    name = " ".join(request.POST.get("client_name", "").split())[:NAME_MOST]
    if not name:
        raise Invalid("Enter your name, so that the team knows who answered.", field="client_name")
    return name


def show(
    request: HttpRequest,
    visit: Visit,
    template: str,
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    said = {"visit": visit, "look": visit.look, "brand": visit.brand, "token": visit.token}
    name = f"publishing/portal/{template}.html"
    return render(request, name, {**said, **(context or {})}, status=status)


def _answer(
    request: HttpRequest,
    token: str,
    view: View,
    kwargs: dict[str, Any],
    purposes: Collection[str],
    methods: Collection[str],
    atomic: bool,
) -> HttpResponse:
    try:
        throttle("portal", visitor(request), limit=300, per_seconds=60, fail_open=True)
        if request.method not in methods:
            return _not_taken(methods)
        if request.method == "POST":
            throttle("portal-act", visitor(request), limit=60, per_seconds=60, fail_open=True)
        with _visiting(token, purposes, atomic) as visit:
            return view(request, visit, **kwargs)
    except DomainError as error:
        return _refused(request, error)


def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    context = {"error": error}
    return render(request, "publishing/portal/refused.html", context, status=error.status)


def _not_taken(methods: Collection[str]) -> HttpResponse:
    return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})


def _sealed(response: HttpResponse) -> HttpResponse:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


@contextmanager
def _visiting(token: str, purposes: Collection[str], atomic: bool) -> Iterator[Visit]:
    if atomic:
        with inside(token) as (organization_id, link):
            yield _visit(organization_id, link, token, purposes)
        return
    organization_id, link = open_link(token)
    with entered(organization_id, link, atomic=False):
        with org_atomic():
            visit = _visit(organization_id, link, token, purposes)
        yield visit


def _visit(organization_id: UUID, link: PortalLink, token: str, purposes: Collection[str]) -> Visit:
    if link.purpose not in purposes:
        raise NotFound(UNKNOWN, code="link_unknown")
    return Visit(organization_id, link, token, look_of_team(link.organization.name))
