from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from config.kernel.clock import now
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.forms.audit import AuditFilterForm
from organizations.services.audit_log import check_audit, export_audit
from organizations.trail.reading import audit_page, sealed_until

FILES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


@require_GET
@member_of("admin")
def audit_list(request: Request) -> HttpResponse:
    form, place = AuditFilterForm(request.GET), request.organization
    found = form.found
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {
        "form": form,
        "found": found,
        "page": audit_page(
            found, zone=place.timezone, slug=place.slug, cursor=request.GET.get("cursor")
        ),
        "sealed": sealed_until(),
        "zone": place.timezone,
        "query": query.urlencode(),
    }
    return render_part(request, "organizations/audit/list.html", "records", context)


@require_GET
@member_of("admin")
def audit_export(request: Request) -> HttpResponse:
    kind = "jsonl" if request.GET.get("format") == "jsonl" else "csv"
    pieces = export_audit(
        organization_id=request.organization.id,
        found=AuditFilterForm(request.GET).found,
        kind=kind,
        zone=request.organization.timezone,
        by=request.user,
    )
    response = StreamingHttpResponse(pieces, content_type=FILES[kind])
    name = f"audit-{request.organization.slug}-{now():%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return cast(HttpResponse, response)


@require_POST
@member_of("admin")
def audit_check(request: Request) -> HttpResponse:
    reports = check_audit(by=request.user)
    broken = [report for report in reports if report.fault]
    for report in broken:
        assert report.fault
        messages.error(request, f"The {report.chain} chain is broken. {report.fault.sentence}")
    if not broken:
        blocks = sum(report.blocks for report in reports)
        messages.success(
            request, f"Checked {blocks} block{'' if blocks == 1 else 's'}: nothing was changed."
        )
    return redirect("organizations:audit-list", org=request.organization.slug)
