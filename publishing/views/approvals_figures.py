from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from brands.models import BrandProfile
from organizations.access import Request, member_of
from publishing.forms.queries import uuid_or_none
from publishing.selectors.approvals_figures import PERIODS
from publishing.selectors.approvals_figures import approval_figures as figures_of


@require_GET
@member_of("viewer")
def approval_figures(request: Request) -> HttpResponse:
    """How long approvals take and how they end, in the last 30 or 90 days."""
    days = 90 if request.GET.get("days") == "90" else 30
    brand = uuid_or_none(request.GET.get("brand", ""))
    context = {
        "figures": figures_of(days=days, brand=brand),
        "periods": PERIODS,
        "brands": list(BrandProfile.objects.only("name").order_by("name")[:200]),
        "chosen_brand": brand,
        "nav_place": "approvals",
    }
    return render(request, "publishing/approval/figures.html", context)
