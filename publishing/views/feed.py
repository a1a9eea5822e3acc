"""The hosted page: public, without login, readable without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.kernel.clock import now
from config.kernel.errors import NotFound
from config.kernel.scoping import org_atomic
from organizations.access import public
from organizations.services.files import read_stored
from publishing.models import FeedEntry, FeedVisit
from publishing.selectors import feed as selectors
from publishing.selectors.feed import Site
from publishing.services import feed as services

READING = ["GET", "HEAD"]
FEED_AGE_SECONDS = 300
PICTURE_AGE_SECONDS = 31_536_000

View = Callable[..., HttpResponse]


def on_air(view: View) -> View:
    """Find the page by its public name and enter the organization that it belongs to."""

    @wraps(view)
    def opened(request: HttpRequest, handle: str, **kwargs: Any) -> HttpResponse:
        with org_atomic(selectors.organization_of(handle)):
            return view(request, selectors.site_of(handle), **kwargs)

    return opened


@public
@require_http_methods(READING)
@on_air
def page(request: HttpRequest, site: Site) -> HttpResponse:
    entries = selectors.entries_of(site, request.GET.get("cursor"))
    return _versioned(
        request,
        site,
        entries.items,
        lambda: render(
            request,
            "publishing/feed/page.html",
            {
                "site": site,
                "page": entries,
                "entries": [selectors.shown(site, entry) for entry in entries.items],
            },
        ),
    )


@public
@require_http_methods(READING)
@on_air
def entry_show(request: HttpRequest, site: Site, key: str) -> HttpResponse:
    entry = selectors.entry_of(site, key)
    return _versioned(
        request,
        site,
        [entry],
        lambda: render(
            request,
            "publishing/feed/entry.html",
            {"site": site, "entry": selectors.shown(site, entry)},
        ),
    )


@public
@require_http_methods(READING)
@on_air
def atom(request: HttpRequest, site: Site) -> HttpResponse:
    entries = selectors.entries_of(site).items
    return _versioned(
        request,
        site,
        entries,
        lambda: HttpResponse(
            selectors.as_atom(site, entries), content_type="application/atom+xml; charset=utf-8"
        ),
        age_seconds=FEED_AGE_SECONDS,
    )


@public
@require_http_methods(READING)
@on_air
def json(request: HttpRequest, site: Site) -> HttpResponse:
    page = selectors.entries_of(site, request.GET.get("cursor"))
    return _versioned(
        request,
        site,
        page.items,
        lambda: JsonResponse(
            selectors.as_json_feed(site, page), content_type="application/feed+json"
        ),
        age_seconds=FEED_AGE_SECONDS,
    )


@public
@require_http_methods(READING)
@on_air
def media(request: HttpRequest, site: Site, name: str) -> HttpResponse:
    """A picture of an entry. Its name never names other bytes, so it may be kept for ever."""
    content_type = selectors.picture_type(site, name)
    data = read_stored(f"{site.organization_id}/{name}")
    response = HttpResponse(data, content_type=content_type)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_cache_control(response, public=True, max_age=PICTURE_AGE_SECONDS, immutable=True)
    return response


@public
@require_http_methods(READING)
@on_air
def entry_link(request: HttpRequest, site: Site, key: str) -> HttpResponse:
    """Count the click and lead to exactly the entry's link, never to what the request says."""
    entry = selectors.entry_of(site, key)
    if not entry.link.startswith(("https://", "http://")):
        raise NotFound("This post has no link.")
    if request.method == "GET":
        _note(request, entry, FeedVisit.Kind.CLICK)
    response = redirect(entry.link)
    patch_cache_control(response, no_store=True)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


# The beacon changes nothing but a count, and sends no token.
@csrf_exempt
@public
@require_http_methods(["POST"])
@on_air
def entry_view(request: HttpRequest, site: Site, key: str) -> HttpResponse:
    entry = selectors.entry_of(site, key)
    if request.headers.get("sec-fetch-site", "same-origin") == "same-origin":
        _note(request, entry, FeedVisit.Kind.VIEW)
    return HttpResponse(status=204)


def _note(request: HttpRequest, entry: FeedEntry, kind: str) -> None:
    agent = request.headers.get("user-agent", "")
    if not services.is_person(user_agent=agent, headers=request.headers):
        return
    if request.user.is_authenticated and services.is_member(request.user.pk):
        return
    visitor = services.visitor_hash(
        address=request.META.get("REMOTE_ADDR", ""), user_agent=agent, on_date=now().date()
    )
    services.note_visit(entry_id=entry.pk, kind=kind, visitor=visitor)


def _versioned(
    request: HttpRequest,
    site: Site,
    entries: Any,
    make: Callable[[], HttpResponse],
    *,
    age_seconds: int = 0,
) -> HttpResponse:
    """The answer with ETag and Last-Modified, made only if the visitor does not have it yet."""
    # A page also shows its visitor's choice of light or dark.
    chosen = request.COOKIES.get("theme", "")
    etag, changed = selectors.version_of(site, entries, request.get_full_path(), chosen)
    known = get_conditional_response(request, etag=etag, last_modified=int(changed.timestamp()))
    response = make() if known is None else known
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(changed.timestamp())
    patch_cache_control(response, public=True, max_age=age_seconds)
    return response
