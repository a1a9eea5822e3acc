from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from analytics.selectors.dashboard import dashboard
from analytics.selectors.first_steps import first_steps
from config.kernel.web import render_part
from organizations.access import Request, member_of


@require_GET
@member_of("viewer")
def home(request: Request) -> HttpResponse:
    found = dashboard(zone=request.organization.timezone)
    steps = None if found.has_published else first_steps()
    context = {
        "home": found,
        "steps": steps if steps and steps.is_open else None,
        "waiting_count": found.waiting_count,
    }
    return render_part(request, "analytics/home/show.html", "live", context)
