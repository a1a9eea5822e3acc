from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from config.kernel.clock import today_in
from config.kernel.web import Request as WebRequest
from organizations.access import Request, member_of
from publishing.forms.exports import ExportForm
from publishing.selectors.posts import PostFilter, posts_matching
from publishing.services.exports import KINDS, export_planned, export_published

PAGE = "publishing/import/export.html"


@require_GET
@member_of("viewer")
def calendar_export(request: Request) -> HttpResponse:
    """The page that asks what and how; with `format` in the address, the file."""
    asked = request.GET if "format" in request.GET else None
    form = ExportForm(asked, zone=request.organization.timezone)
    if not form.is_bound or not form.is_valid():
        context = {"form": form, "nav_place": "calendar"}
        return render(request, PAGE, context, status=422 if form.errors else 200)
    kind = form.cleaned_data["format"]
    pieces = export_planned(
        organization_id=request.organization.id, span=form.span(), kind=kind, by=request.user
    )
    return _file(request, pieces, kind, "calendar")


@require_GET
@member_of("viewer")
def post_export(request: Request) -> HttpResponse:
    """What the list of posts shows with these filters; with `post` in the address only those."""
    kind = request.GET.get("format", "csv")
    kind = kind if kind in KINDS else "csv"
    posts = posts_matching(
        PostFilter.of(request.GET),
        ids=request.GET.getlist("post"),
        zone=request.organization.timezone,
    )
    pieces = export_published(
        organization_id=request.organization.id, posts=posts, kind=kind, by=request.user
    )
    return _file(request, pieces, kind, "posts")


def _file(request: WebRequest, pieces: Iterator[str], kind: str, what: str) -> HttpResponse:
    response = StreamingHttpResponse(pieces, content_type=KINDS[kind])
    day = today_in(request.organization.timezone)
    name = f"{what}-{request.organization.slug}-{day:%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return cast(HttpResponse, response)
