from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.errors import Invalid, NotFound
from config.kernel.web import render_part
from content.forms.template import FillForm, TemplateForm
from content.models import ContentTemplate, HashtagSet, PostConfiguration
from content.services.templates import (
    archive_template,
    create_template,
    edit_template,
    ensure_starters,
    fill,
    gaps_of,
    material_from,
    restore_template,
)
from organizations.access import Request, member_of
from organizations.throttles import throttled


@require_GET
@member_of("viewer")
def template_list(request: Request) -> HttpResponse:
    """Templates, hashtag sets and configurations; the five starters come with the first look."""
    ensure_starters()
    rows = list(ContentTemplate.objects.select_related("brand").order_by("kind", "name"))
    active = ContentTemplate.Status.ACTIVE
    context = {
        "templates": [row for row in rows if row.status == active],
        "archived": [row for row in rows if row.status != active],
        "hashtag_sets": HashtagSet.objects.select_related("brand").order_by("name"),
        "configurations": PostConfiguration.objects.select_related("brand").order_by("name"),
    }
    return TemplateResponse(request, "content/template/list.html", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def template_create(request: Request) -> HttpResponse:
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = create_template(values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"“{row.name}” is kept. Say what its gaps mean.")
            return redirect("content:template-edit", org=request.organization.slug, template=row.pk)
    return _form(request, form, None)


@require_GET
@member_of("viewer")
def template_show(request: Request, template: UUID) -> HttpResponse:
    """The template with words in its gaps, as somebody types them; nothing is kept of them."""
    row = _found(template)
    return _filling(request, row, FillForm(request.GET, row=row, gaps=gaps_of(row)))


@require_POST
@member_of("member")
@throttled("upload", limit=60, per_seconds=3600, fail_open=True)
def template_use(request: Request, template: UUID) -> HttpResponse:
    """A material of the filled template, for the agent to write from."""
    row = _found(template)
    form = FillForm(request.POST, row=row, gaps=gaps_of(row))
    if form.is_valid():
        words = form.words()
        try:
            material = material_from(
                template=row, values=words, brand=form.for_brand, by=request.user
            )
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"“{material.name}” is a material now, and being read.")
            return redirect(
                "content:material-show", org=request.organization.slug, material=material.pk
            )
    return _filling(request, row, form, status=422)


def _for_composer(row: ContentTemplate, form: FillForm) -> str:
    """The template with what was typed for its gaps, as an address of the composer takes it."""
    brand = row.brand_id or (form.for_brand.pk if form.for_brand else "")
    typed = [(f"gap_{gap}", form.data.get(f"fill-{gap}", "")) for gap in gaps_of(row)]
    named = [("template", row.pk), ("brand", brand), *typed]
    return urlencode([(name, value) for name, value in named if value])


def _filling(
    request: Request, row: ContentTemplate, form: FillForm, status: int = 200
) -> HttpResponse:
    form.is_valid()
    context = {
        "template": row,
        "form": form,
        "gaps": gaps_of(row),
        "filled": fill(row, form.words()),
        "compose_query": _for_composer(row, form),
    }
    return render_part(request, "content/template/show.html", "filled", context, status=status)


@require_http_methods(["GET", "POST"])
@member_of("member")
def template_edit(request: Request, template: UUID) -> HttpResponse:
    row = _found(template)
    form = TemplateForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            edit_template(template=row, values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"“{row.name}” is saved.")
            return redirect("content:template-show", org=request.organization.slug, template=row.pk)
    return _form(request, form, row)


@require_POST
@member_of("member")
def template_archive(request: Request, template: UUID) -> HttpResponse:
    """Archives it, and takes it out of the archive again."""
    row = _found(template)
    if row.status == ContentTemplate.Status.ARCHIVED:
        try:
            restore_template(template=row, by=request.user)
        except Invalid as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"“{row.name}” is back in the list.")
    else:
        archive_template(template=row, by=request.user)
        messages.success(request, f"“{row.name}” is archived. It can be taken out again below.")
    return redirect("content:template-list", org=request.organization.slug)


def _found(template: UUID) -> ContentTemplate:
    row = ContentTemplate.objects.select_related("brand").filter(pk=template).first()
    if row is None:
        raise NotFound("There is no such template. It may belong to another brand.")
    return row


def _form(request: Request, form: TemplateForm, row: ContentTemplate | None) -> HttpResponse:
    context = {"form": form, "template": row}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "content/template/form.html", context, status=status)
