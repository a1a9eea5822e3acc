from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from config.kernel.errors import Invalid
from content.models import LinkPreview
from content.services.link_previews import preview_link
from organizations.access import Request, member_of
from organizations.throttles import throttled


@require_GET
@member_of("member", atomic=False)
@throttled("link-preview", limit=120, per_seconds=3600, methods=("GET",), fail_open=True)
def link_preview(request: Request) -> HttpResponse:
    """The card that networks make of a link, or a sentence why there is none; a piece of a page."""
    url = request.GET.get("url", "").strip()
    preview: LinkPreview | None = None
    problem = ""
    if url:
        try:
            preview = preview_link(url)
        except Invalid as error:
            problem = error.message
    context = {"preview": preview, "problem": problem, "url": url}
    return render(request, "content/link_preview/_card.html", context)
