from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from brands.forms.brand import SECTIONS
from brands.models import BrandProfile
from brands.selectors import brand_named_by
from config.kernel.errors import NotFound
from config.kernel.web import render_part, toast
from content.models import LearnedPattern
from content.selectors.patterns import lessons_page
from content.services.feedback import switch_pattern
from organizations.access import Request, member_of

TEMPLATE = "content/pattern/list.html"


@require_GET
@member_of("viewer")
def pattern_list(request: Request, brand: UUID) -> HttpResponse:
    return _page(request, brand_named_by(brand))


@require_POST
@member_of("member")
def pattern_switch(request: Request, brand: UUID, pattern: UUID) -> HttpResponse:
    """On, or off: as the form's `state` says, so that a form sent twice does no more than once."""
    row = LearnedPattern.objects.filter(pk=pattern, brand_id=brand).first()
    if row is None:
        raise NotFound("There is no such lesson. It may have been learned for another brand.")
    row = switch_pattern(pattern=row, is_active=request.POST.get("state") == "on", by=request.user)
    done = "The writer heeds it again." if row.is_active else "Off. The writer leaves it alone."
    if not request.htmx:
        messages.success(request, done)
        return redirect("content:pattern-list", org=request.organization.slug, brand=brand)
    return toast(_page(request, brand_named_by(brand)), done)


def _page(request: Request, brand: BrandProfile) -> HttpResponse:
    context = {
        "brand": brand,
        "lessons": lessons_page(brand),
        "sections": SECTIONS.values(),
        "nav_place": "brands",
    }
    return render_part(request, TEMPLATE, "lessons", context)
