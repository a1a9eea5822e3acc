from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

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
    context = {
        "found": run_page(row),
        "zone": row.brand.timezone,
        "nav_place": "schedules",
    }
    return render_part(request, "publishing/run/show.html", "live", context)


@require_POST
@member_of("member")
def run_repeat(request: Request, run: UUID) -> HttpResponse:
    again = repeat_run(run=_found(run), by=request.user)
    return redirect("publishing:run-show", org=request.organization.slug, run=again.pk)


def _found(run: UUID) -> AutopilotRun:
    row = (
        AutopilotRun.objects.select_related("brand", "schedule", "material").filter(pk=run).first()
    )
    if row is None:
        raise NotFound("There is no such run. It may belong to another team.")
    return row
