from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.platforms import platforms
from config.kernel.errors import Invalid, NotFound
from content.forms.signature import SignatureForm
from content.models import Signature
from content.services.signatures import create_signature, delete_signature, edit_signature
from organizations.access import Request, member_of


@require_GET
@member_of("viewer")
def signature_list(request: Request) -> HttpResponse:
    rows = list(Signature.objects.select_related("brand").order_by("name"))
    labels = {each.slug: each.label for each in platforms.values()}
    shown = [(row, ", ".join(labels.get(slug, slug) for slug in row.platforms)) for row in rows]
    may_write = request.membership.role != "viewer"
    context = {"signatures": shown, "may_write": may_write, "nav_place": "materials"}
    return TemplateResponse(request, "content/signature/list.html", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def signature_create(request: Request) -> HttpResponse:
    form = SignatureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = create_signature(values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _saved(request, row)
    return _form(request, form, None)


@require_http_methods(["GET", "POST"])
@member_of("member")
def signature_edit(request: Request, signature: UUID) -> HttpResponse:
    row = _found(signature)
    form = SignatureForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            row = edit_signature(signature=row, values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _saved(request, row)
    return _form(request, form, row)


@require_POST
@member_of("member")
def signature_delete(request: Request, signature: UUID) -> HttpResponse:
    row = _found(signature)
    delete_signature(signature=row, by=request.user)
    messages.success(request, f"“{row.name}” is deleted. Posts that are out keep it.")
    return redirect("content:signature-list", org=request.organization.slug)


def _found(pk: UUID) -> Signature:
    row: Signature | None = Signature.objects.select_related("brand").filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such signature. It may have been deleted.")
    return row


def _saved(request: Request, row: Signature) -> HttpResponse:
    messages.success(request, f"“{row.name}” is saved.")
    return redirect("content:signature-list", org=request.organization.slug)


def _form(request: Request, form: SignatureForm, row: Signature | None) -> HttpResponse:
    context = {"form": form, "signature": row, "nav_place": "materials"}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "content/signature/form.html", context, status=status)
