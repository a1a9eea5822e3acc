from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from analytics.selectors.posts import post_for_page, post_page
from config.kernel.errors import NotFound
from config.kernel.web import render_part
from organizations.access import Request, member_of


@require_GET
@member_of("viewer")
def post_show(request: Request, post: UUID) -> HttpResponse:
    row = post_for_page(post)
    if row is None:
        raise NotFound("There is no such post. It may have been deleted.")
    context = {"found": post_page(row), "zone": row.brand.timezone, "nav_place": "posts"}
    return render_part(request, "analytics/post/show.html", "post", context)
