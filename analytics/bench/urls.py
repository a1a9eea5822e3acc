"""Warren's addresses, and two pages that do nothing, for comparison."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from organizations.access import Request, member_of, public

WORDS: Final = b"Nothing is asked and nothing is drawn."


@public
def bare(request: HttpRequest) -> HttpResponse:
    """What the web server, the middleware and the network cost, whatever a page does."""
    return HttpResponse(WORDS, content_type="text/plain")


@member_of("viewer")
def frame(request: Request) -> HttpResponse:
    """The empty frame of every page: who asks, may they, the rail around nothing."""
    return render(request, "base.html")


urlpatterns = [
    path("bench/bare/", bare, name="bench-bare"),
    path("o/<slug:org>/bench/frame/", frame, name="bench-frame"),
    path("", include("config.urls")),
]
