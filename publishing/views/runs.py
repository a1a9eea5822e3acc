from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from config.kernel.errors import NotFound
from config.kernel.web import render_part
from organizations.access import Request, member_of
from publishing.models import AutopilotRun
from publishing.selectors.runs import run_page
from publishing.services.second_tries import repeat_run


@require_GET
@member_of("viewer")
def run_show(request: Request, run: UUID) -> HttpResponse:
    row = _found(run)
    found = run_page(row)
    if request.htmx and found.is_complete and found.result:
        # Who waited for the texts is led to them; who comes back later may read how they came.
        messages.success(request, row.outcome)
        name, args = "publishing:approval-show", [request.organization.slug, found.result.pk]
        return HttpResponseClientRedirect(reverse(name, args=args))
    context = {
        "found": found,
        "zone": row.brand.timezone,
        "nav_place": "approvals" if found.is_by_hand else "schedules",
    }
    return render_part(request, "publishing/run/show.html", "live", context)


@require_POST
@member_of("member")
def run_repeat(request: Request, run: UUID) -> HttpResponse:
    again = repeat_run(run=_found(run), by=request.user)
    slug = request.organization.slug
    if again.regenerates_id:
        return redirect("publishing:approval-show", org=slug, pending=again.regenerates_id)
    return redirect("publishing:run-show", org=slug, run=again.pk)


def _found(run: UUID) -> AutopilotRun:
    row = (
        AutopilotRun.objects.select_related("brand", "schedule", "material", "regenerates")
        .filter(pk=run)
        .first()
    )
    if row is None:
        raise NotFound("There is no such run. It may belong to another team.")
    return row
