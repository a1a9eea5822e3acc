from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.models import BrandProfile
from config.kernel.errors import Invalid, NotFound
from config.kernel.pagination import paginate
from config.kernel.web import render_part
from content.forms.material import KINDS, EditForm
from content.models import Angle, Material, MaterialStatus
from content.models.material import MaterialQuerySet
from content.selectors.material_facts import marked_text
from content.services.materials import (
    archive_material,
    delete_material,
    edit_material,
    restore_material,
    retry_material,
    undelete_material,
)
from content.services.trends import trend_of
from organizations.access import Request, member_of
from organizations.throttles import throttled

MADE_SHOWN = 10
# Texts may be megabytes long, and a brand is a wide row; the list shows these columns.
_LISTED = (
    *("name", "kind", "status", "error", "usage_count", "created_at", "deleted_at"),
    *("summary", "brand__name"),
)


@require_GET
@member_of("viewer")
def material_list(request: Request) -> HttpResponse:
    materials = Material.objects.select_related("brand").only(*_LISTED)
    status, brand = request.GET.get("status", ""), request.GET.get("brand", "")
    search = request.GET.get("q", "").strip()
    if status == "deleted":
        materials = _deleted()
    elif status in MaterialStatus.values:
        materials = materials.filter(status=status)
    if brand:
        materials = materials.for_brand(_uuid(brand))
    if search:
        materials = materials.filter(name__icontains=search)
    page = paginate(materials, order=("-created_at",), cursor=request.GET.get("cursor"), size=30)
    context = {
        "page": page,
        "brands": BrandProfile.objects.only("name").order_by("name"),
        "statuses": MaterialStatus.choices,
        "chosen": {"status": status, "brand": brand, "q": search},
        "is_filtered": bool(status or brand or search),
    }
    return render_part(request, "content/material/list.html", "results", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
@throttled("upload", limit=60, per_seconds=3600, fail_open=True)
def material_create(request: Request) -> HttpResponse:
    kind = request.GET.get("kind", "text")
    if kind not in KINDS:
        raise NotFound("There is no such kind of material. Choose text, web page or file.")
    form = KINDS[kind](request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            material = form.add(request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"“{material.name}” is saved and being read.")
            return redirect(
                "content:material-show", org=request.organization.slug, material=material.pk
            )
    context = {"form": form, "kinds": KINDS.values()}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "content/material/form.html", context, status=status)


@require_GET
@member_of("viewer")
def material_show(request: Request, material: UUID) -> HttpResponse:
    row = _found(material)
    posts = row.pending_posts.select_related("candidate").prefetch_related("posts")
    made = list(posts.order_by("-created_at")[:MADE_SHOWN])
    context = {
        "material": row,
        "made": made,
        "marked": marked_text(row, made),
        "trend": trend_of(row.pk),
        "generations": row.generations.select_related("brand").order_by("-created_at")[:MADE_SHOWN],
        "picture": row.file_key.rpartition("/")[2],
        "angles": [Angle(angle).label for angle in row.suggested_angles],
        "is_reading": row.status
        in (MaterialStatus.UPLOADED, MaterialStatus.PROCESSING, MaterialStatus.ANALYZED),
    }
    return render_part(request, "content/material/show.html", "live", context)


@require_POST
@member_of("member")
@throttled("read-material", limit=60, per_seconds=3600, fail_open=True)
def material_retry(request: Request, material: UUID) -> HttpResponse:
    row = retry_material(material=_found(material), by=request.user)
    messages.success(request, f"“{row.name}” is being read again.")
    return redirect("content:material-show", org=request.organization.slug, material=row.pk)


@require_POST
@member_of("member")
def material_archive(request: Request, material: UUID) -> HttpResponse:
    row = _found(material)
    if row.status == MaterialStatus.ARCHIVED:
        restore_material(material=row, by=request.user)
        messages.success(request, f"“{row.name}” can be used again.")
    else:
        archive_material(material=row, by=request.user)
        messages.success(request, f"“{row.name}” is archived. The agent leaves it alone.")
    return redirect("content:material-show", org=request.organization.slug, material=row.pk)


@require_POST
@member_of("member")
def material_delete(request: Request, material: UUID) -> HttpResponse:
    row = _found(material)
    delete_material(material=row, by=request.user)
    messages.success(request, f"“{row.name}” is deleted. It can be restored for 30 days.")
    return redirect("content:material-list", org=request.organization.slug)


@require_POST
@member_of("member")
def material_undelete(request: Request, material: UUID) -> HttpResponse:
    row = Material.with_deleted.filter(pk=material).first()
    if row is None:
        raise NotFound("There is no such material. It may have been deleted for good.")
    undelete_material(material=row, by=request.user)
    messages.success(request, f"“{row.name}” is back.")
    return redirect("content:material-show", org=request.organization.slug, material=row.pk)


@require_http_methods(["GET", "POST"])
@member_of("member")
def material_edit(request: Request, material: UUID) -> HttpResponse:
    row = _found(material)
    form = EditForm(request.POST or None, initial=EditForm.read(row))
    if request.method == "POST" and form.is_valid():
        edit_material(material=row, by=request.user, **form.cleaned_data)
        messages.success(request, f"“{row.name}” is saved.")
        return redirect("content:material-show", org=request.organization.slug, material=row.pk)
    context = {"form": form, "material": row}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "content/material/edit.html", context, status=status)


def _deleted() -> MaterialQuerySet:
    rows = Material.with_deleted.filter(deleted_at__isnull=False)
    return rows.select_related("brand").defer("extracted_text", "original_content")


def _found(material: UUID) -> Material:
    row = Material.objects.select_related("brand").filter(pk=material).first()
    if row is None:
        raise NotFound("There is no such material. It may have been deleted.")
    return row


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such brand to filter by.") from None
