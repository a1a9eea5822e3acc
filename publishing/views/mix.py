from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from brands.models import BrandProfile
from config.kernel.web import render_part
from organizations.access import Request, member_of
from publishing.selectors.mix import mix_page
from publishing.services.mix import AHEAD_DAYS, BACK_DAYS


@require_GET
@member_of("viewer")
def mix(request: Request) -> HttpResponse:
    brands = list(BrandProfile.objects.order_by("name"))
    chosen = request.GET.get("brand", "")
    brand = next((each for each in brands if str(each.pk) == chosen), None)
    brand = brand or next(iter(brands), None)
    context = {
        "brands": brands,
        "shown": mix_page(brand) if brand else None,
        "back_days": BACK_DAYS,
        "ahead_days": AHEAD_DAYS,
        "nav_place": "calendar",
    }
    return render_part(request, "publishing/mix/show.html", "mix", context)
