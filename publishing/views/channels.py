from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from brands.selectors import brand_named_by
from config.kernel.errors import NotFound
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part
from organizations.access import Request, member_of
from publishing.models import SocialAccount
from publishing.selectors.channels import channel_page, channels_for_list, connectable
from publishing.services.accounts import (
    disconnect_account,
    link_account,
    set_account_active,
    unlink_account,
)


@require_GET
@member_of("viewer")
def channel_list(request: Request) -> HttpResponse:
    context = {"rows": channels_for_list(), "channels": connectable()}
    return render_part(request, "publishing/channel/list.html", "channels", context)


@require_GET
@member_of("viewer")
def channel_show(request: Request, account: UUID) -> HttpResponse:
    context = {"found": channel_page(_found(account)), "nav_place": "channels"}
    return render(request, "publishing/channel/show.html", context)


@require_POST
@member_of("admin", atomic=False)
def channel_disconnect(request: Request, account: UUID) -> HttpResponse:
    with org_atomic():
        row = _found(account)
    disconnect_account(account=row, by=request.user)
    messages.success(
        request, f"{row.name} is disconnected. Its credentials are gone; posts and numbers stay."
    )
    return redirect("publishing:channel-list", org=request.organization.slug)


@require_POST
@member_of("admin")
def channel_pause(request: Request, account: UUID) -> HttpResponse:
    row = _found(account)
    set_account_active(account=row, is_active=not row.is_active, by=request.user)
    words = "goes on" if row.is_active else "is switched off: nothing is posted there"
    messages.success(request, f"{row.name} {words}.")
    return _to(request, account)


@require_POST
@member_of("admin")
def channel_link(request: Request, account: UUID, brand: UUID) -> HttpResponse:
    """Let a brand use the account; with `default` its posts go here unless told otherwise."""
    row, chosen = _found(account), brand_named_by(brand)
    is_default = request.POST.get("default") == "yes"
    link_account(brand=chosen, account=row, is_default=is_default, by=request.user)
    words = "posts here by default" if is_default else "may post here"
    messages.success(request, f"{chosen.name} {words}.")
    return _to(request, account)


@require_POST
@member_of("admin")
def channel_unlink(request: Request, account: UUID, brand: UUID) -> HttpResponse:
    row, chosen = _found(account), brand_named_by(brand)
    unlink_account(brand=chosen, account=row, by=request.user)
    messages.success(request, f"{chosen.name} no longer posts here. Posts that wait keep it.")
    return _to(request, account)


def _found(account: UUID) -> SocialAccount:
    row = SocialAccount.objects.filter(pk=account).first()
    if row is None:
        raise NotFound("There is no such channel. It may have been disconnected.")
    return row


def _to(request: Request, account: UUID) -> HttpResponse:
    return redirect("publishing:channel-show", org=request.organization.slug, account=account)
