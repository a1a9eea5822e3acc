from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from brands.selectors import brand_named_by
from config.kernel.errors import Invalid, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.web import Kind, render_part, toast
from organizations.access import Request, member_of
from publishing.channels.registry import channels
from publishing.forms.channel import OptionsForm
from publishing.models import SocialAccount
from publishing.selectors.account_health import account_history
from publishing.selectors.channels import channel_page, channels_for_list, networks_for_list
from publishing.services.accounts import (
    disconnect_account,
    link_account,
    save_options,
    set_account_active,
    unlink_account,
)
from publishing.services.networks import account_facts
from publishing.services.upkeep import check_account


@require_GET
@member_of("viewer")
def channel_list(request: Request) -> HttpResponse:
    rows = channels_for_list()
    query = request.GET.get("q", "")[:60]
    groups = networks_for_list(rows, query=query)
    context = {"rows": rows, "groups": groups, "query": query}
    part = "networks" if request.htmx.target == "networks" else "channels"
    return render_part(request, "publishing/channel/list.html", part, context)


@require_GET
@member_of("viewer")
def channel_show(request: Request, account: UUID) -> HttpResponse:
    part = "history" if request.htmx.target == "history" else "live"
    return _page(request, _found(account), part=part)


@require_POST
@member_of("admin", atomic=False)
def channel_check(request: Request, account: UUID) -> HttpResponse:
    """The doctor asks the network now, with no transaction open."""
    with org_atomic():
        row = _found(account)
    row = check_account(account=row, by=request.user)
    faults = sum(each["ok"] is False for each in row.report)
    words = (
        "Looked: everything is well." if not faults else "Looked: something needs you, see below."
    )
    if row.attempts:
        words = f"It could not be asked. {row.last_error}"
    kind: Kind = "success" if not faults and not row.attempts else "warning"
    with org_atomic():
        if request.htmx:
            return toast(_page(request, row, part="live"), words, kind)
        messages.add_message(
            request, messages.SUCCESS if kind == "success" else messages.WARNING, words
        )
        return _to(request, account)


@require_POST
@member_of("admin")
def channel_options(request: Request, account: UUID) -> HttpResponse:
    row = _found(account)
    form = _options(row, request.POST)
    if form is None:
        raise Invalid("Posts on this channel have nothing to choose beside their words.")
    if not form.is_valid():
        return _page(request, row, options=form, status=422)
    save_options(account=row, values=form.values(), by=request.user)
    messages.success(request, "Saved: new posts start from this.")
    return _to(request, account)


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


def _page(
    request: Request,
    row: SocialAccount,
    *,
    part: str = "live",
    options: OptionsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "found": channel_page(row),
        "options": options or _options(row),
        "page": account_history(row, cursor=request.GET.get("cursor")),
        "here": reverse(
            "publishing:channel-show", kwargs={"org": request.organization.slug, "account": row.pk}
        ),
        "zone": request.organization.timezone,
        "nav_place": "channels",
    }
    return render_part(request, "publishing/channel/show.html", part, context, status=status)


def _options(row: SocialAccount, data: QueryDict | None = None) -> OptionsForm | None:
    channel = channels.get(row.platform)
    if channel is None or not channel.option_fields:
        return None
    asked = channel.option_fields_for(account_facts(row))
    return OptionsForm(data, asked=asked, chosen=row.settings)


def _found(account: UUID) -> SocialAccount:
    row = SocialAccount.objects.filter(pk=account).first()
    if row is None:
        raise NotFound("There is no such channel. It may have been disconnected.")
    return row


def _to(request: Request, account: UUID) -> HttpResponse:
    return redirect("publishing:channel-show", org=request.organization.slug, account=account)
