"""The report of a brand's posts as a file, for its client and for the team."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from brands.models import BrandProfile
from brands.selectors import brand_named_by
from config.kernel.scoping import org_atomic
from config.kernel.throttle import throttle
from organizations.access import Request, member_of
from organizations.services.white_label import Look, look_of_team
from publishing.models import PortalLink
from publishing.selectors.portal_report import Report, days_said, report_of
from publishing.services.report_files import TYPE, report_file, report_name

from .portal_door import Visit, by_link

MOST_A_MINUTE = 20


@by_link(PortalLink.Purpose.REPORT, atomic=False)
def report_of_link(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What the page of this link shows; drawn with no transaction open."""
    _count(str(visit.link.pk))
    with org_atomic():
        report = report_of(visit.brand, days=days_said(request.GET.get("days", "")))
    return _handed(report, visit.brand, visit.look)


@never_cache
@require_GET
@member_of("viewer")
def report_of_brand(request: Request, brand: UUID) -> HttpResponse:
    """What a client of this brand gets, to be looked at before it is mailed."""
    _count(str(request.user.pk))
    row = brand_named_by(brand)
    report = report_of(row, days=days_said(request.GET.get("days", "")))
    return _handed(report, row, look_of_team())


def _count(whose: str) -> None:
    throttle("report-file", whose, limit=MOST_A_MINUTE, per_seconds=60, fail_open=True)


def _handed(report: Report, brand: BrandProfile, look: Look) -> HttpResponse:
    response = HttpResponse(report_file(report, brand=brand, look=look), content_type=TYPE)
    response["Content-Disposition"] = f'attachment; filename="{report_name(report, brand)}"'
    return response
