from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.errors import DomainError, NotFound
from config.kernel.scoping import org_atomic
from organizations.access import Request, member_of
from organizations.forms.secret import SecretForm
from organizations.models import IntegrationConnection, ProviderSecret
from organizations.selectors_keys import secret_lines
from organizations.services.connections import check_connection
from organizations.services.provider_secrets import delete_secret, save_secret
from organizations.step_up import recently_confirmed

FIELDS = {"api_key", "service", "address"}


@require_GET
@member_of("admin")
def secret_list(request: Request) -> HttpResponse:
    context = {"lines": secret_lines(), "zone": request.organization.timezone}
    return TemplateResponse(request, "organizations/secret/list.html", context)


@sensitive_post_parameters("api_key")
@require_http_methods(["GET", "POST"])
@member_of("admin")
@recently_confirmed
def secret_create(request: Request) -> HttpResponse:
    """Also replaces: who comes from a stored key finds its service chosen."""
    asked = {name: request.GET.get(name, "") for name in ("service", "address")}
    form = SecretForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            row = save_secret(by=request.user, **form.values())
        except DomainError as error:
            field = getattr(error, "field", None)
            form.add_error(field if field in FIELDS else None, error.message)
        else:
            messages.success(request, f"The key is stored as {row.hint}. Check that it works.")
            return redirect("organizations:secret-list", org=request.organization.slug)
    context = {"form": form, "replaces": bool(asked["service"])}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "organizations/secret/form.html", context, status=status)


@require_POST
@member_of("admin")
@recently_confirmed
def secret_delete(request: Request, secret: UUID) -> HttpResponse:
    row = ProviderSecret.objects.filter(pk=secret).first()
    if row is None:
        raise NotFound("There is no such key. It may have been removed.")
    try:
        delete_secret(secret=row, by=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The key is removed.")
    return redirect("organizations:secret-list", org=request.organization.slug)


@require_POST
@member_of("admin", atomic=False)
def connection_check(request: Request, connection: UUID) -> HttpResponse:
    with org_atomic():
        row = IntegrationConnection.objects.filter(pk=connection).first()
    if row is None:
        raise NotFound("There is no such connection.")
    row = check_connection(connection=row, by=request.user)
    if row.status == IntegrationConnection.Status.CONNECTED:
        messages.success(request, str(row.configuration["answer"]))
    else:
        messages.error(request, row.error_message or "The key was removed meanwhile.")
    return redirect("organizations:secret-list", org=request.organization.slug)
