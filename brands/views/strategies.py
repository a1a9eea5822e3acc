from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.forms.brand import SECTIONS
from brands.forms.strategy import ASK_FORMS, AskForm, PaperForm, kinds
from brands.models import BrandProfile, StrategyPaper, StrategyStatus
from brands.selectors import brand_named_by
from brands.services.strategy import (
    compare_versions,
    delete_paper,
    edit_paper,
    markdown_of,
    request_paper,
    restore_paper,
    restore_version,
    rework_paper,
    version_of,
)
from brands.strategy.layout import LAYOUTS, parts_of
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.throttles import throttled

MOST_VERSIONS_SHOWN = 50


@require_GET
@member_of("viewer")
def strategy_list(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    papers = list(StrategyPaper.with_deleted.filter(brand=row).order_by("kind", "-created_at"))
    context = {
        "papers": [paper for paper in papers if not paper.is_deleted],
        "deleted": [paper for paper in papers if paper.is_deleted],
        "kinds": kinds(),
        **_around(row),
    }
    return TemplateResponse(request, "brands/strategy/list.html", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
@throttled("strategy", limit=30, per_seconds=3600, fail_open=True)
def strategy_create(request: Request, brand: UUID, strategy: str) -> HttpResponse:
    row = brand_named_by(brand)
    form = _ask_form(strategy)(request.POST or None, brand=row)
    if request.method == "POST" and form.is_valid():
        try:
            paper = request_paper(brand=row, kind=strategy, inputs=form.inputs(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"“{paper.title}” is being worked out.")
            return _to(request, paper)
    return _asking(request, row, form, strategy, None)


@require_http_methods(["GET", "POST"])
@member_of("member")
@throttled("strategy", limit=30, per_seconds=3600, fail_open=True)
def strategy_rework(request: Request, paper: UUID) -> HttpResponse:
    row = _found(paper)
    form = _ask_form(row.kind)(request.POST or None, brand=row.brand, initial=row.inputs)
    if request.method == "POST" and form.is_valid():
        rework_paper(paper=row, inputs=form.inputs(), by=request.user)
        messages.success(request, f"“{row.title}” is being worked out again.")
        return _to(request, row)
    return _asking(request, row.brand, form, row.kind, row)


@require_GET
@member_of("viewer")
def strategy_show(request: Request, paper: UUID) -> HttpResponse:
    row = _found(paper)
    version = version_of(row) if row.current_number else None
    context = {
        "paper": row,
        "layout": LAYOUTS[row.kind],
        "version": version,
        "parts": _shown(row, version.result) if version else [],
        "versions": row.versions.order_by("-number")[:MOST_VERSIONS_SHOWN],
        "is_working": row.status in (StrategyStatus.QUEUED, StrategyStatus.RUNNING),
        **_around(row.brand),
    }
    return render_part(request, "brands/strategy/show.html", "live", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def strategy_edit(request: Request, paper: UUID) -> HttpResponse:
    row = _found(paper)
    version = version_of(row)
    form = PaperForm(
        request.POST or None,
        kind=row.kind,
        title=row.title,
        seen=row.current_number,
        result=version.result,
    )
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = form.cleaned_data
        try:
            edit_paper(
                paper=row,
                result=form.result(),
                seen=said["seen"],
                title=said["title"],
                by=request.user,
            )
        except (Conflict, Invalid) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Saved as a version of its own. The ones before are kept.")
            return _to(request, row)
    context = {"paper": row, "form": form, "layout": LAYOUTS[row.kind], **_around(row.brand)}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "brands/strategy/edit.html", context, status=status)


@require_GET
@member_of("viewer")
def strategy_compare(request: Request, paper: UUID, edition: int) -> HttpResponse:
    """An older version against the words of now."""
    row = _found(paper)
    context = {
        "paper": row,
        "older": version_of(row, edition),
        "changes": compare_versions(row, edition, row.current_number),
        **_around(row.brand),
    }
    return TemplateResponse(request, "brands/strategy/compare.html", context)


@require_POST
@member_of("member")
def strategy_version_restore(request: Request, paper: UUID, edition: int) -> HttpResponse:
    row = _found(paper)
    version = restore_version(paper=row, number=edition, by=request.user)
    messages.success(request, f"Version {edition} counts again, as version {version.number}.")
    return _to(request, row)


@require_GET
@member_of("viewer")
def strategy_export(request: Request, paper: UUID) -> HttpResponse:
    row = _found(paper)
    response = HttpResponse(markdown_of(row), content_type="text/markdown; charset=utf-8")
    name = f"{slugify(row.title) or 'strategy'}.md"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@require_POST
@member_of("member")
def strategy_delete(request: Request, paper: UUID) -> HttpResponse:
    row = _found(paper)
    delete_paper(paper=row, by=request.user)
    messages.success(request, f"“{row.title}” is deleted. It can be restored for 30 days.")
    return redirect("brands:strategy-list", org=request.organization.slug, brand=row.brand_id)


@require_POST
@member_of("member")
def strategy_restore(request: Request, paper: UUID) -> HttpResponse:
    row = StrategyPaper.with_deleted.filter(pk=paper, brand__deleted_at=None).first()
    if row is None:
        raise NotFound("There is no such paper. It may have been deleted for good.")
    if row.is_deleted:
        restore_paper(paper=row, by=request.user)
    messages.success(request, f"“{row.title}” is back.")
    return _to(request, row)


def _found(paper: UUID) -> StrategyPaper:
    papers = StrategyPaper.objects.select_related("brand").filter(brand__deleted_at=None)
    row = papers.filter(pk=paper).first()
    if row is None:
        raise NotFound("There is no such paper. It may have been deleted.")
    return row


def _ask_form(kind: str) -> type[AskForm]:
    if kind not in ASK_FORMS:
        raise NotFound("There is no such kind of paper. Choose one of the five.")
    return ASK_FORMS[kind]


def _asking(
    request: Request, brand: BrandProfile, form: AskForm, kind: str, paper: StrategyPaper | None
) -> HttpResponse:
    context = {"form": form, "layout": LAYOUTS[kind], "paper": paper, **_around(brand)}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "brands/strategy/new.html", context, status=status)


def _shown(paper: StrategyPaper, result: dict[str, Any]) -> list[dict[str, Any]]:
    """Each part with what stands in it; the cells of a table in the order of its columns."""
    shown = []
    for part in parts_of(paper.kind):
        value = result.get(part.name)
        rows: list[list[tuple[str, str]]] = []
        if part.kind == "table":
            rows = [
                [(each.label, row.get(each.name, "")) for each in part.columns]
                for row in value or ()
            ]
        shown.append({"part": part, "value": value, "rows": rows})
    return shown


def _around(brand: BrandProfile) -> dict[str, Any]:
    return {"brand": brand, "sections": SECTIONS.values(), "current_brand": brand}


def _to(request: Request, paper: StrategyPaper) -> HttpResponse:
    where = {"org": request.organization.slug, "paper": paper.pk}
    return redirect(reverse("brands:strategy-show", kwargs=where))
