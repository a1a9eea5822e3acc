from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from config.kernel.errors import Invalid, NotFound
from content.forms.library import FolderForm
from content.models import AssetFolder
from content.services.library_folders import (
    create_folder,
    delete_folder,
    move_folder,
    rename_folder,
)
from organizations.access import Request, member_of


@require_http_methods(["GET", "POST"])
@member_of("member")
def folder_create(request: Request) -> HttpResponse:
    form = FolderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            folder = create_folder(by=request.user, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"The folder “{folder.name}” is there. Put files into it.")
            return redirect(_inside(request, folder))
    return _form(request, form, None)


@require_http_methods(["GET", "POST"])
@member_of("member")
def folder_edit(request: Request, folder: UUID) -> HttpResponse:
    row = _found(folder)
    form = FolderForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            renamed = rename_folder(folder=row, name=form.cleaned_data["name"], by=request.user)
            move_folder(folder=renamed, parent=form.cleaned_data["parent"], by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"“{renamed.name}” is saved.")
            return redirect(_inside(request, row))
    return _form(request, form, row)


@require_POST
@member_of("member")
def folder_delete(request: Request, folder: UUID) -> HttpResponse:
    row = _found(folder)
    try:
        moved = delete_folder(folder=row, by=request.user)
    except Invalid as error:
        messages.error(request, f"{error.message} Rename one of the two first.")
        return redirect(_inside(request, row))
    files = f" Its {moved} file{'s' if moved != 1 else ''} moved up." if moved else ""
    messages.success(request, f"The folder “{row.name}” is deleted.{files}")
    return redirect("content:asset-list", org=request.organization.slug)


def _inside(request: Request, folder: AssetFolder) -> str:
    address = reverse("content:asset-list", args=[request.organization.slug])
    return f"{address}?folder={folder.pk}"


def _found(folder: UUID) -> AssetFolder:
    row: AssetFolder | None = AssetFolder.objects.filter(pk=folder).first()
    if row is None:
        raise NotFound("There is no such folder. It may have been deleted.")
    return row


def _form(request: Request, form: FolderForm, row: AssetFolder | None) -> HttpResponse:
    context = {"form": form, "folder": row, "nav_place": "materials"}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "content/asset/folder.html", context, status=status)
