from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.forms.knowledge import EntryForm
from brands.knowledge.categories import NAMES
from brands.models import KnowledgeEntry
from brands.services.knowledge_entries import (
    activate_entry,
    add_entry,
    archive_entry,
    edit_entry,
)
from config.kernel.errors import Invalid, NotFound
from config.kernel.pagination import paginate
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part, toast
from organizations.access import Request, member_of

from .knowledge import bucket_named_by

Status = KnowledgeEntry.Status


@require_GET
@member_of("viewer")
def entry_list(request: Request, bucket: UUID) -> HttpResponse:
    row = bucket_named_by(bucket)
    status = request.GET.get("status", "")
    rows = (
        KnowledgeEntry.objects.filter(bucket=row)
        .select_related("document")
        .defer("document__content")
    )
    if status in Status.values:
        rows = rows.filter(status=status)
    page = paginate(rows, order=("-created_at",), cursor=request.GET.get("cursor"), size=30)
    context = {
        "nav_place": "brands",
        "bucket": row,
        "page": page,
        "status": status,
        "statuses": Status.choices,
        "names": NAMES,
    }
    return render_part(request, "brands/knowledge/entries.html", "results", context)


@require_http_methods(["GET", "POST"])
@member_of("member", atomic=False)
def entry_create(request: Request, bucket: UUID) -> HttpResponse:
    with org_atomic():
        row = bucket_named_by(bucket)
        first = {
            "question": request.GET.get("question", "")[:500],
            "category": request.GET.get("category", ""),
        }
        form = EntryForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            add_entry(bucket=row, by=request.user, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "The answer is saved and can be found.")
            return _to_list(request, row.pk)
    return _form(request, {"nav_place": "brands", "bucket": row, "form": form})


@require_http_methods(["GET", "POST"])
@member_of("member", atomic=False)
def entry_edit(request: Request, entry: UUID) -> HttpResponse:
    with org_atomic():
        row = _entry(entry)
        first = {"question": row.question, "answer": row.answer, "category": row.category}
        form = EntryForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            edit_entry(entry=row, by=request.user, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "The answer is saved and can be found.")
            return _to_list(request, row.bucket_id)
    return _form(request, {"nav_place": "brands", "bucket": row.bucket, "entry": row, "form": form})


@require_POST
@member_of("member", atomic=False)
def entry_activate(request: Request, entry: UUID) -> HttpResponse:
    with org_atomic():
        row = _entry(entry)
    activate_entry(entry=row, by=request.user)
    return _changed(request, row, "In use: it can be found from now on.", "entry-archive")


@require_POST
@member_of("member")
def entry_archive(request: Request, entry: UUID) -> HttpResponse:
    row = archive_entry(entry=_entry(entry), by=request.user)
    return _changed(request, row, "Archived: it is found no more.", "entry-activate")


def _changed(request: Request, row: KnowledgeEntry, words: str, undo: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, words)
        return _to_list(request, row.bucket_id)
    kwargs = {"org": request.organization.slug, "entry": row.pk}
    context = {"nav_place": "brands", "entry": row, "names": NAMES}
    response = render_part(request, "brands/knowledge/entries.html", "entry", context)
    return toast(response, words, undo_url=reverse(f"brands:{undo}", kwargs=kwargs))


def _form(request: Request, context: dict[str, object]) -> HttpResponse:
    form = context["form"]
    status = 422 if isinstance(form, EntryForm) and form.errors else 200
    return TemplateResponse(request, "brands/knowledge/entry_form.html", context, status=status)


def _to_list(request: Request, bucket_id: UUID) -> HttpResponse:
    return redirect("brands:entry-list", org=request.organization.slug, bucket=bucket_id)


def _entry(entry: UUID) -> KnowledgeEntry:
    rows = KnowledgeEntry.objects.select_related("bucket", "document")
    row = rows.filter(pk=entry, bucket__deleted_at=None).first()
    if row is None:
        raise NotFound("There is no such entry. It may have been deleted with its bucket.")
    return row
