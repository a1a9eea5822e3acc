from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.models import BrandProfile
from brands.selectors import brand_named_by
from config.kernel.errors import DomainError, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part
from organizations.access import Request, member_of
from publishing.channels.base import Channel
from publishing.forms.channel import ConnectForm
from publishing.forms.problems import tell
from publishing.forms.queries import uuid_or_none
from publishing.models import SocialAccount
from publishing.selectors.channels import channel_page, channels_for_list, connectable
from publishing.services.accounts import (
    connect_account,
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


@require_http_methods(["GET", "POST"])
@member_of("admin", atomic=False)
def channel_connect(request: Request, platform: str) -> HttpResponse:
    channel = _channel(platform)
    with org_atomic():
        brands = list(BrandProfile.objects.order_by("name"))
        initial = _known(request, channel, brands)
    form = ConnectForm(request.POST or None, channel=channel, brands=brands, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            account = connect_account(
                platform=platform,
                values=form.credentials(),
                brand=form.brand(),
                by=request.user,
            )
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, f"{account.name} on {channel.label} is connected.")
            return _to(request, account.pk)
    context = {"form": form, "channel": channel}
    with org_atomic():
        status = 422 if form.errors else 200
        return render(request, "publishing/channel/form.html", context, status=status)


@require_GET
@member_of("viewer")
def channel_show(request: Request, account: UUID) -> HttpResponse:
    context = {"found": channel_page(_found(account)), "nav_place": "channels"}
    return render(request, "publishing/channel/show.html", context)


@require_POST
@member_of("admin")
def channel_disconnect(request: Request, account: UUID) -> HttpResponse:
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


def _known(request: Request, channel: Channel, brands: list[BrandProfile]) -> dict[str, Any]:
    """What need not be typed: of the account that is connected again, or of the first brand."""
    wanted = uuid_or_none(request.GET.get("account", ""))
    accounts = SocialAccount.objects.filter(platform=channel.slug)
    account = accounts.filter(pk=wanted).first() if wanted else None
    if account is not None:
        names = [each.name for each in channel.credential_fields if not each.secret]
        return {"brand": "", **{name: getattr(account, name, "") for name in names}}
    if not brands:
        return {}
    chosen = next((each for each in brands if str(each.pk) == request.GET.get("brand")), brands[0])
    return {"brand": chosen.pk, "name": chosen.name}


def _channel(platform: str) -> Channel:
    found = next((each for each in connectable() if each.slug == platform), None)
    if found is None:
        raise NotFound("There is no such channel in this installation. Choose one of the list.")
    return found


def _found(account: UUID) -> SocialAccount:
    row = SocialAccount.objects.filter(pk=account).first()
    if row is None:
        raise NotFound("There is no such channel. It may have been disconnected.")
    return row


def _to(request: Request, account: UUID) -> HttpResponse:
    return redirect("publishing:channel-show", org=request.organization.slug, account=account)
