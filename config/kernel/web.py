"""What every view shares: the typed request, partial rendering, toasts, and errors as answers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, Literal, Protocol, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import reswap, retarget, trigger_client_event
from django_htmx.middleware import HtmxDetails

from .errors import DomainError, Invalid

log = structlog.get_logger(__name__)

Kind = Literal["success", "info", "warning", "error"]
GetResponse = Callable[[HttpRequest], HttpResponseBase]
Response = TypeVar("Response", bound=HttpResponse)

# Words of the code to words of the stylesheet.
_TONES: Final[Mapping[Kind, str]] = {
    "success": "good",
    "info": "info",
    "warning": "warn",
    "error": "bad",
}
_DOM_ID = re.compile(r"#[A-Za-z][\w-]*")

SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class Belongs(Protocol):
    """Whose page this is and as whom it is seen; the access decorator puts one on the request."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def membership_id(self) -> UUID: ...


class Request(HttpRequest):
    """A request as views see it, after the middleware and the access decorator. Typing only."""

    htmx: HtmxDetails
    organization: Belongs
    membership: Belongs


def render_part(
    request: HttpRequest,
    template: str,
    part: str,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or only its named partial when htmx asks for a piece.

    The partial's name is the id of the element that it fills. Boosted links and htmx's history
    want the whole page. Errors of a form go with status 422, which swaps.
    """
    name = f"{template}#{part}" if _wants_part(request) else template
    response = render(request, name, dict(context or {}), status=status)
    # The same address has two answers: caches and the back button must tell them apart.
    patch_vary_headers(response, ["HX-Request"])
    return response


def toast(
    response: Response, message: str, kind: Kind = "success", *, undo_url: str | None = None
) -> Response:
    """Have the page that receives this htmx answer show a short notice, with an undo if given."""
    notice = {"message": message, "kind": _TONES[kind]}
    if undo_url:
        notice["undo_url"] = undo_url
    trigger_client_event(response, "toast", notice)
    return response


def problem(error: DomainError) -> JsonResponse:
    """The error as problem JSON (RFC 9457), with our `code` for programs."""
    body: dict[str, Any] = {
        **error.extra,
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.message,
        "code": error.code,
    }
    if field := getattr(error, "field", None):
        body["field"] = field
    response = JsonResponse(body, status=error.status, content_type="application/problem+json")
    return _with_retry(response, error)


class DomainErrorMiddleware:
    """The one place where a DomainError that no view handled becomes an answer.

    Problem JSON under /api/; for htmx a toast, and the page with what was typed stays as it is; a
    page for everything else. A form that would rather have the sentence in place names an element
    by the header X-Problem-Target: #its-id (through hx-headers).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DataError | UnicodeEncodeError):
            # The last net: a form should have said so, and its transaction is undone already.
            log.warning("input_not_storable", kind=type(error).__name__)
            error = Invalid(
                "Something in what was sent cannot be stored: it is too long, too large a number, "
                "or holds characters that no text has. Correct it and send it again."
            )
        if not isinstance(error, DomainError):
            return None
        if request.path.startswith("/api/"):
            return problem(error)
        return _in_place(request, error) if _is_htmx(request) else _page(request, error)


class SecurityHeaders:
    """Sets the constant headers above, unless a view said otherwise.

    Pages of people who are signed in are not stored by any cache (ASVS 14.3.2).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        # The cookie tells enough; asking for the user would read the session on public pages.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _is_htmx(request: HttpRequest) -> bool:
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted


def _wants_part(request: HttpRequest) -> bool:
    return _is_htmx(request) and not request.htmx.history_restore_request  # type: ignore[attr-defined]


def _page(request: HttpRequest, error: DomainError, part: str = "") -> HttpResponse:
    context = {"error": error, "title": _TITLES.get(error.status, "That did not work")}
    name = "errors/problem.html" + (f"#{part}" if part else "")
    return _with_retry(render(request, name, context, status=error.status), error)


def _in_place(request: HttpRequest, error: DomainError) -> HttpResponse:
    target = request.headers.get("X-Problem-Target", "")
    if isinstance(error, Invalid) and _DOM_ID.fullmatch(target):
        return retarget(reswap(_page(request, error, "problem"), "innerHTML"), target)
    response = HttpResponse(status=error.status)
    return _with_retry(reswap(toast(response, error.message, "error"), "none"), error)


def _with_retry(response: Response, error: DomainError) -> Response:
    seconds = getattr(error, "retry_after", None)
    if seconds is not None:
        response.headers["Retry-After"] = str(max(0, math.ceil(seconds)))
    return response


_TITLES: Final[Mapping[int, str]] = {
    402: "Out of credits",
    403: "Not with your role",
    404: "Not found",
    409: "Changed meanwhile",
    410: "No longer here",
    422: "Please check what was entered",
    429: "A little slower",
    503: "Not available right now",
}
