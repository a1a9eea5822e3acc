from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from config.kernel.errors import Invalid, NotFound
from content.forms.template import ConfigurationForm, HashtagSetForm, NamedForm
from content.models import HashtagSet, PostConfiguration
from content.services.configurations import (
    create_configuration,
    delete_configuration,
    edit_configuration,
)
from content.services.hashtag_sets import (
    create_hashtag_set,
    delete_hashtag_set,
    edit_hashtag_set,
)
from organizations.access import Request, member_of


@require_http_methods(["GET", "POST"])
@member_of("member")
def configuration_create(request: Request) -> HttpResponse:
    form = ConfigurationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = create_configuration(values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _saved(request, row.name)
    return _form(request, form, None, "configuration")


@require_http_methods(["GET", "POST"])
@member_of("member")
def configuration_edit(request: Request, configuration: UUID) -> HttpResponse:
    row = _configuration(configuration)
    form = ConfigurationForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            edit_configuration(configuration=row, values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _saved(request, row.name)
    return _form(request, form, row, "configuration")


@require_POST
@member_of("member")
def configuration_delete(request: Request, configuration: UUID) -> HttpResponse:
    row = _configuration(configuration)
    delete_configuration(configuration=row, by=request.user)
    messages.success(request, f"“{row.name}” is deleted.")
    return redirect("content:template-list", org=request.organization.slug)


@require_http_methods(["GET", "POST"])
@member_of("member")
def hashtag_set_create(request: Request) -> HttpResponse:
    form = HashtagSetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = create_hashtag_set(values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _saved(request, row.name)
    return _form(request, form, None, "hashtag-set")


@require_http_methods(["GET", "POST"])
@member_of("member")
def hashtag_set_edit(request: Request, tags: UUID) -> HttpResponse:
    row = _hashtag_set(tags)
    form = HashtagSetForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            edit_hashtag_set(hashtag_set=row, values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _saved(request, row.name)
    return _form(request, form, row, "hashtag-set")


@require_POST
@member_of("member")
def hashtag_set_delete(request: Request, tags: UUID) -> HttpResponse:
    row = _hashtag_set(tags)
    delete_hashtag_set(hashtag_set=row, by=request.user)
    messages.success(request, f"“{row.name}” is deleted.")
    return redirect("content:template-list", org=request.organization.slug)


def _configuration(pk: UUID) -> PostConfiguration:
    row = PostConfiguration.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such configuration. It may have been deleted.")
    return row


def _hashtag_set(pk: UUID) -> HashtagSet:
    row = HashtagSet.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such set of hashtags. It may have been deleted.")
    return row


def _saved(request: Request, name: str) -> HttpResponse:
    messages.success(request, f"“{name}” is saved.")
    return redirect("content:template-list", org=request.organization.slug)


def _form(
    request: Request,
    form: NamedForm,
    row: PostConfiguration | HashtagSet | None,
    noun: str,
) -> HttpResponse:
    context = {"form": form, "row": row, "noun": noun}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "content/template/configuration.html", context, status=status)
