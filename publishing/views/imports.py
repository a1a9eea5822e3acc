from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.models import BrandProfile
from config.kernel.errors import DomainError, NotFound
from config.kernel.tasks import hint
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.models import Role
from organizations.throttles import throttled
from publishing.forms.imports import UploadForm, WishesForm
from publishing.forms.problems import tell
from publishing.models import ImportStatus, PostImport
from publishing.selectors.imports import import_shown, imports_for_list
from publishing.services.exports import template_file
from publishing.services.imports import (
    cancel_import,
    check_again,
    check_file,
    confirm_import,
)
from publishing.services.imports_undoing import undo_import

SHOW = "publishing/import/show.html"
_PLACE = {"nav_place": "calendar"}


@require_GET
@member_of("viewer")
def import_list(request: Request) -> HttpResponse:
    context = {"page": imports_for_list(cursor=request.GET.get("cursor")), **_PLACE}
    return render_part(request, "publishing/import/list.html", "imports", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
@throttled("import", limit=30, per_seconds=600, fail_open=True)
def import_create(request: Request) -> HttpResponse:
    if not BrandProfile.objects.exists():
        messages.info(request, "Set up a brand first: the posts of a file belong to one.")
        return redirect("brands:brand-create", org=request.organization.slug)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["upload"]
        try:
            row = check_file(
                brand=form.cleaned_data["brand"],
                name=upload.name or "",
                data=upload.read(),
                by=request.user,
            )
        except DomainError as error:
            tell(form, error)
        else:
            return _to(request, row)
    status = 422 if form.errors else 200
    return render(request, "publishing/import/form.html", {"form": form, **_PLACE}, status=status)


@require_GET
@member_of("viewer")
def import_template(request: Request) -> HttpResponse:
    """A file to fill in, with two posts as an example."""
    response = HttpResponse(template_file(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="posts.csv"'
    return response


@require_GET
@member_of("viewer")
def import_show(request: Request, post_import: UUID) -> HttpResponse:
    return _show(request, _found(post_import))


@require_POST
@member_of("member")
def import_columns(request: Request, post_import: UUID) -> HttpResponse:
    """Read the same file with other columns or wishes."""
    row = _found(post_import)
    form = WishesForm(request.POST, post_import=row)
    if not form.is_valid():
        return _show(request, row, form)
    row = check_again(post_import=row, wishes=form.wishes(), by=request.user)
    messages.success(request, "Read again. Below is what each row becomes now.")
    return _to(request, row)


@require_POST
@member_of("member")
def import_confirm(request: Request, post_import: UUID) -> HttpResponse:
    row, only_whole = _found(post_import), bool(request.POST.get("only_whole"))
    try:
        row = confirm_import(post_import=row, by=request.user, only_whole=only_whole)
    except DomainError as error:
        return _show(request, row, problem=error.message, status=error.status)
    # The task stands on this app's services; a lost message costs one sweep.
    from publishing.tasks import make_post_import

    ids = (str(request.organization.id), str(row.pk))
    transaction.on_commit(lambda: hint(make_post_import, *ids))
    return _to(request, row)


@require_POST
@member_of("member")
def import_cancel(request: Request, post_import: UUID) -> HttpResponse:
    cancel_import(post_import=_found(post_import), by=request.user)
    messages.success(request, "Cancelled. Nothing was made of the file.")
    return redirect("publishing:import-list", org=request.organization.slug)


@require_POST
@member_of("member")
def import_undo(request: Request, post_import: UUID) -> HttpResponse:
    row = _found(post_import)
    try:
        undo_import(post_import=row, by=request.user)
    except DomainError as error:
        return _show(request, row, problem=error.message, status=error.status)
    return _to(request, row)


def _found(post_import: UUID) -> PostImport:
    rows = PostImport.objects.select_related("brand", "created_by")
    row = rows.filter(pk=post_import).first()
    if row is None:
        raise NotFound("There is no such import. It may belong to another team.")
    return row


def _to(request: Request, row: PostImport) -> HttpResponse:
    slug = request.organization.slug
    return redirect("publishing:import-show", org=slug, post_import=row.pk)


def _show(
    request: Request,
    row: PostImport,
    form: WishesForm | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    number = request.GET.get("page", "")
    shown = import_shown(
        row,
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1,
        only_wrong=request.GET.get("show") == "problems",
    )
    context: dict[str, Any] = {"shown": shown, "it": row, "problem": problem, **_PLACE}
    context["form_is_allowed"] = request.membership.role != Role.VIEWER
    if row.status == ImportStatus.CHECKED and context["form_is_allowed"]:
        context["form"] = form or WishesForm(post_import=row)
    if form is not None and form.errors:
        status = 422
    return render_part(request, SHOW, "live", context, status=status)
