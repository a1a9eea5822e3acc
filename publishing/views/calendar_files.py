from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.selectors import brand_named_by
from config.kernel.clock import now
from config.kernel.errors import NotFound
from organizations.access import Request, member_of
from publishing.models import PortalLink
from publishing.services.calendar_files import calendar_file
from publishing.services.portal import make_link, revoke_link

from .portal_door import Visit, by_link

TYPE = "text/calendar; charset=utf-8"
ADDRESSES = "publishing/calendar/addresses.html"


@by_link(PortalLink.Purpose.ICS)
def calendar_feed(request: object, visit: Visit) -> HttpResponse:
    """What another calendar reads every hour: a brand's posts as its reader may see them."""
    file = calendar_file(brand=visit.brand, for_client=not visit.link.is_for_team)
    return HttpResponse(file, content_type=TYPE)


@require_GET
@member_of("viewer")
def calendar_download(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    response = HttpResponse(calendar_file(brand=row), content_type=TYPE)
    name = slugify(row.name) or "posts"
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


@require_http_methods(["GET", "POST"])
@member_of("member")
def calendar_addresses(request: Request, brand: UUID) -> HttpResponse:
    """Addresses under which other calendars read this one; a new one is shown this once."""
    row = brand_named_by(brand)
    address = ""
    if request.method == "POST":
        _, address = make_link(
            brand=row,
            purpose=PortalLink.Purpose.ICS,
            by=request.user,
            client_name=request.POST.get("name", "").strip()[:120],
            is_for_team="team" in request.POST,
        )
    links = PortalLink.objects.filter(
        brand=row, purpose=PortalLink.Purpose.ICS, revoked_at=None, expires_at__gt=now()
    )
    context = {
        "brand": row,
        "links": links.select_related("created_by")[:50],
        "address": address,
        "webcal": address.replace("https://", "webcal://").replace("http://", "webcal://"),
        "zone": row.timezone,
    }
    return render(request, ADDRESSES, context)


@require_POST
@member_of("member")
def calendar_address_revoke(request: Request, brand: UUID, subscription: UUID) -> HttpResponse:
    links = PortalLink.objects.filter(brand_id=brand, purpose=PortalLink.Purpose.ICS)
    row = links.filter(pk=subscription).first()
    if row is None:
        raise NotFound("There is no such address. It may have been closed already.")
    revoke_link(link=row, by=request.user)
    messages.success(request, "The address is closed. Calendars that used it get nothing more.")
    here = {"org": request.organization.slug, "brand": brand}
    return redirect(reverse("publishing:calendar-address-list", kwargs=here))
