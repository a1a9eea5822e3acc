from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.forms.brand import SECTIONS, IdentityForm, SectionForm
from brands.models import BrandProfile
from brands.selectors import brand_named_by
from brands.services.brands import (
    create_brand,
    delete_brand,
    pause_brand,
    restore_brand,
    resume_brand,
    update_brand,
)
from config.kernel.errors import Invalid, NotFound
from organizations.access import Request, member_of

from .preview import sample_context


@require_GET
@member_of("viewer")
def brand_list(request: Request) -> HttpResponse:
    rows = list(BrandProfile.with_deleted.order_by("name"))
    context = {
        "brands": [row for row in rows if not row.is_deleted],
        "deleted": [row for row in rows if row.is_deleted],
    }
    return TemplateResponse(request, "brands/brand/list.html", context)


@require_http_methods(["GET", "POST"])
@member_of("member", all_brands=True)
def brand_create(request: Request) -> HttpResponse:
    form = IdentityForm(request.POST or None, initial={"timezone": request.organization.timezone})
    if request.method == "POST" and form.is_valid():
        try:
            brand = create_brand(values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(
                request,
                f"{brand.name} is set up. Choose its tone now, or go on from Home. Until its "
                "policy is signed, every text of the agent waits for a person.",
            )
            return redirect(
                "brands:brand-edit", org=request.organization.slug, brand=brand.pk, section="voice"
            )
    return _form(request, form, None)


@require_http_methods(["GET", "POST"])
@member_of("member")
def brand_edit(request: Request, brand: UUID, section: str) -> HttpResponse:
    row = brand_named_by(brand)
    if section not in SECTIONS:
        raise NotFound("A brand has no such side. Choose one of the tabs.")
    form = SECTIONS[section](request.POST or None, request.FILES or None, brand=row)
    if request.method == "POST" and form.is_valid():
        try:
            update_brand(brand=row, values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{form.title} of {row.name} is saved.")
            return redirect(request.path)
    return _form(request, form, row)


@require_POST
@member_of("admin")
def brand_pause(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    if row.paused_at:
        resume_brand(brand=row, by=request.user)
        messages.success(request, f"{row.name} goes on. Nothing that was missed is sent by itself.")
    else:
        pause_brand(brand=row, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, f"{row.name} is paused. Nothing goes out until you resume it.")
    return redirect("brands:brand-list", org=request.organization.slug)


@require_POST
@member_of("admin")
def brand_delete(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    delete_brand(brand=row, by=request.user)
    messages.success(request, f"{row.name} is deleted. It can be restored for 30 days.")
    return redirect("brands:brand-list", org=request.organization.slug)


@require_POST
@member_of("admin")
def brand_restore(request: Request, brand: UUID) -> HttpResponse:
    row = BrandProfile.with_deleted.filter(pk=brand).first()
    if row is None:
        raise NotFound("There is no such brand. It may have been deleted for good.")
    if row.is_deleted:
        restore_brand(brand=row, by=request.user)
    messages.success(request, f"{row.name} is back.")
    return redirect("brands:brand-list", org=request.organization.slug)


def _form(request: Request, form: SectionForm, brand: BrandProfile | None) -> HttpResponse:
    context = {"form": form, "brand": brand, "sections": SECTIONS.values()}
    if brand is not None:
        context |= sample_context(form, brand, {})
    status = 422 if form.errors else 200
    return TemplateResponse(request, "brands/brand/form.html", context, status=status)
