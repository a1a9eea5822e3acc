from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from config.kernel.errors import NotFound
from content.selectors.generations import generation_of, shown_candidates
from organizations.access import Request, member_of


@require_GET
@member_of("viewer")
def generation_show(request: Request, generation: UUID) -> HttpResponse:
    row = generation_of(generation)
    if row is None:
        raise NotFound("There are no such texts. They may have been written for another brand.")
    context = {
        "generation": row,
        "shown": shown_candidates(row),
        "posts": row.pending_posts.select_related("account").order_by("-created_at"),
        "nav_place": "materials",
    }
    return TemplateResponse(request, "content/generation/show.html", context)
