from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.errors import Invalid, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.forms.webhook import EndpointForm
from organizations.models import WebhookEndpoint
from organizations.services import webhooks
from organizations.step_up import recently_confirmed
from organizations.webhooks.reading import (
    endpoint_by_id,
    endpoints_for_list,
    is_rotating,
    message_by_id,
    messages_page,
    words_of,
)


@require_GET
@member_of("admin")
def webhook_list(request: Request) -> HttpResponse:
    context = {"endpoints": endpoints_for_list(), "zone": request.organization.timezone}
    return TemplateResponse(request, "organizations/webhook/list.html", context)


@require_http_methods(["GET", "POST"])
@member_of("admin", atomic=False)
@recently_confirmed
def webhook_create(request: Request) -> HttpResponse:
    """The address is looked up while no transaction is open."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = webhooks.create_endpoint(values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field, error.message)
        else:
            return _secret(request, made, secret, "created")
    return _form(request, form)


@require_http_methods(["GET", "POST"])
@member_of("admin", atomic=False)
def webhook_edit(request: Request, endpoint: UUID) -> HttpResponse:
    with org_atomic():
        row = _found(endpoint)
    form = EndpointForm(request.POST or None, initial=EndpointForm.initial_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            webhooks.change_endpoint(endpoint=row, values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "Saved. What waits goes to the new address.")
            return _to(request, endpoint)
    return _form(request, form, row)


@require_GET
@member_of("admin")
def webhook_show(request: Request, endpoint: UUID) -> HttpResponse:
    row, state = _found(endpoint), request.GET.get("state", "")
    page = messages_page(row, state=state, cursor=request.GET.get("cursor"))
    context = {
        "endpoint": row,
        "events": [words_of(name) for name in row.events],
        "is_rotating": is_rotating(row),
        "page": page,
        "is_busy": any(message.is_under_way for message in page.items),
        "state": state,
        "zone": request.organization.timezone,
    }
    return render_part(request, "organizations/webhook/show.html", "messages", context)


@require_POST
@member_of("admin")
@recently_confirmed
def webhook_rotate(request: Request, endpoint: UUID) -> HttpResponse:
    row = _found(endpoint)
    return _secret(request, row, webhooks.rotate_secret(endpoint=row, by=request.user), "rotated")


@require_POST
@member_of("admin")
def webhook_test(request: Request, endpoint: UUID) -> HttpResponse:
    webhooks.send_test(endpoint=_found(endpoint), by=request.user)
    messages.success(request, "The test is on its way. Its answer appears below.")
    return _to(request, endpoint)


@require_POST
@member_of("admin")
def webhook_pause(request: Request, endpoint: UUID) -> HttpResponse:
    webhooks.pause_endpoint(endpoint=_found(endpoint), by=request.user)
    messages.success(request, "Paused. New events are not kept for it; what waited still waits.")
    return _to(request, endpoint)


@require_POST
@member_of("admin")
def webhook_resume(request: Request, endpoint: UUID) -> HttpResponse:
    webhooks.resume_endpoint(endpoint=_found(endpoint), by=request.user)
    messages.success(request, "Resumed. What waited is sent now.")
    return _to(request, endpoint)


@require_POST
@member_of("admin")
@recently_confirmed
def webhook_delete(request: Request, endpoint: UUID) -> HttpResponse:
    row = _found(endpoint)
    webhooks.remove_endpoint(endpoint=row, by=request.user)
    messages.success(request, f"“{row.name}” is removed with its secret and its log.")
    return redirect("organizations:webhook-list", org=request.organization.slug)


@require_POST
@member_of("admin")
def webhook_resend(request: Request, endpoint: UUID, message: UUID) -> HttpResponse:
    row = message_by_id(endpoint, message)
    if row is None:
        raise NotFound("There is no such message. It may be older than 90 days.")
    webhooks.send_again(delivery=row, by=request.user)
    messages.success(request, "The message is sent again now, with the same id.")
    return _to(request, endpoint)


def _found(endpoint: UUID) -> WebhookEndpoint:
    row = endpoint_by_id(endpoint)
    if row is None:
        raise NotFound("There is no such webhook. It may have been removed.")
    return row


def _form(
    request: Request, form: EndpointForm, endpoint: WebhookEndpoint | None = None
) -> HttpResponse:
    context = {"form": form, "endpoint": endpoint}
    status = 422 if form.errors else 200
    with org_atomic():
        page = TemplateResponse(request, "organizations/webhook/form.html", context, status=status)
        return page.render()


def _secret(
    request: Request, endpoint: WebhookEndpoint, secret: str, occasion: str
) -> HttpResponse:
    """Shown this once: the answer to the POST itself, which no cache and no address keeps."""
    context = {"endpoint": endpoint, "secret": secret, "occasion": occasion}
    with org_atomic():
        page = TemplateResponse(request, "organizations/webhook/secret.html", context)
        page["Cache-Control"] = "no-store"
        return page.render()


def _to(request: Request, endpoint: UUID) -> HttpResponse:
    return redirect("organizations:webhook-show", org=request.organization.slug, endpoint=endpoint)
