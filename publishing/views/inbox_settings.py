from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import DomainError, NotFound
from organizations.access import Request, member_of
from publishing.forms.inbox import LevelForm, ReplyForm
from publishing.forms.problems import tell
from publishing.models import InboxSettings, SavedReply
from publishing.selectors.inbox import levels, listeners, listening_networks, speeds
from publishing.services.inbox_level import set_level
from publishing.services.inbox_replies import delete_reply, save_reply

TEMPLATE = "publishing/inbox/settings.html"
LEVEL = "publishing/inbox/level.html"
REPLY = "publishing/inbox/reply.html"


@require_GET
@member_of("viewer")
def inbox_settings(request: Request) -> HttpResponse:
    moment = now()
    context: dict[str, Any] = {
        "nav_place": "inbox",
        "levels": levels(cursor=request.GET.get("cursor") or None),
        "listeners": listeners(),
        "networks": listening_networks(),
        "replies": SavedReply.objects.select_related("brand"),
        "speeds": [(days, speeds(days=days, moment=moment)) for days in (7, 30)],
    }
    return render(request, TEMPLATE, context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def level_edit(request: Request, brand: UUID) -> HttpResponse:
    row = BrandProfile.objects.filter(pk=brand).first()
    if row is None:
        raise NotFound("There is no such brand.")
    kept = InboxSettings.objects.filter(brand=row).first()
    form = LevelForm.of(kept, row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            minutes = form.cleaned_data["minutes"]
            set_level(brand=row, minutes=minutes, hours=form.hours(), by=request.user)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, f"Saved. {row.name} answers by it from now on.")
            return redirect(_address(request))
    status = 422 if form.errors else 200
    context = {"brand": row, "form": form, "nav_place": "inbox"}
    return render(request, LEVEL, context, status=status)


@require_http_methods(["GET", "POST"])
@member_of("member")
def reply_create(request: Request) -> HttpResponse:
    return _reply(request, None)


@require_http_methods(["GET", "POST"])
@member_of("member")
def reply_edit(request: Request, reply: UUID) -> HttpResponse:
    return _reply(request, _found(reply))


@require_POST
@member_of("member")
def reply_delete(request: Request, reply: UUID) -> HttpResponse:
    delete_reply(reply=_found(reply), by=request.user)
    messages.success(request, "The saved reply is gone.")
    return redirect(_address(request))


def _reply(request: Request, row: SavedReply | None) -> HttpResponse:
    brands = list(BrandProfile.objects.order_by("name"))
    form = ReplyForm.of(row, brands, request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.brand_id()
        brand = next((each for each in brands if each.pk == chosen), None)
        words = {name: form.cleaned_data[name] for name in ("name", "text")}
        try:
            save_reply(**words, brand=brand, by=request.user, reply=row)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, "Saved. It stands in the menu of every answer.")
            return redirect(_address(request))
    status = 422 if form.errors else 200
    return render(request, REPLY, {"form": form, "reply": row, "nav_place": "inbox"}, status=status)


def _found(pk: UUID) -> SavedReply:
    row = SavedReply.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such saved reply any more.")
    return row


def _address(request: Request) -> str:
    return reverse("publishing:inbox-settings", args=[request.organization.slug])
