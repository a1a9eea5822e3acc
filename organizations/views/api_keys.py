from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from redis.exceptions import RedisError

from config.kernel.errors import DomainError, NotFound
from organizations.access import Request, member_of
from organizations.forms.api_key import ApiKeyForm
from organizations.models import ApiKey
from organizations.selectors_keys import key_lists
from organizations.services.api_keys import (
    NewKey,
    create_api_key,
    revoke_api_key,
    rotate_api_key,
)
from organizations.step_up import recently_confirmed


@require_GET
@member_of("admin")
def api_key_list(request: Request) -> HttpResponse:
    context = {"keys": key_lists(), "zone": request.organization.timezone}
    return TemplateResponse(request, "organizations/api_key/list.html", context)


@require_http_methods(["GET", "POST"])
@member_of("admin")
@recently_confirmed
def api_key_create(request: Request) -> HttpResponse:
    form = ApiKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _was_sent(request, form.cleaned_data["once"]):
            messages.info(request, "That key was made already and shown once. Rotate it if lost.")
            return redirect("organizations:api-key-list", org=request.organization.slug)
        try:
            new = create_api_key(by=request.user, **form.values())
        except DomainError as error:
            _forget_sent(request, form.cleaned_data["once"])
            form.add_error(getattr(error, "field", None), error.message)
        else:
            return _shown_once(request, new)
    status = 422 if form.errors else 200
    return TemplateResponse(
        request, "organizations/api_key/form.html", {"form": form}, status=status
    )


@require_POST
@member_of("admin")
@recently_confirmed
def api_key_rotate(request: Request, key: UUID) -> HttpResponse:
    new = rotate_api_key(key=_found(key), by=request.user)
    return _shown_once(request, new)


# Without a step-up: stopping a key that leaked must not wait for a password.
@require_POST
@member_of("admin")
def api_key_revoke(request: Request, key: UUID) -> HttpResponse:
    row = revoke_api_key(key=_found(key), by=request.user)
    messages.success(request, f"{row.name} is revoked. Its next request is refused.")
    return redirect("organizations:api-key-list", org=request.organization.slug)


def _was_sent(request: Request, once: UUID | None) -> bool:
    """Whether this very form made a key within the hour. A Redis that is away knows of none."""
    try:
        return once is not None and not cache.add(_mark(request, once), 1, timeout=3600)
    except (RedisError, OSError):
        return False


def _forget_sent(request: Request, once: UUID | None) -> None:
    with suppress(RedisError, OSError):
        cache.delete(_mark(request, once))


def _mark(request: Request, once: UUID | None) -> str:
    return f"api-key-form:{request.organization.id}:{once}"


def _shown_once(request: Request, new: NewKey) -> HttpResponse:
    # Straight from the POST: a page of its own would need the key to be kept somewhere.
    context = {"key": new.row, "text": new.text.reveal(), "zone": request.organization.timezone}
    return TemplateResponse(request, "organizations/api_key/made.html", context, status=201)


def _found(key: UUID) -> ApiKey:
    row = ApiKey.objects.filter(pk=key).first()
    if row is None:
        raise NotFound("There is no such key.")
    return row
