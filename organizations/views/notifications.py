from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from config.kernel.errors import NotFound
from config.kernel.pagination import paginate
from config.kernel.web import render_part, toast
from organizations.access import Request, member_of, public
from organizations.models import Notification
from organizations.notices.kinds import notice_kinds
from organizations.notices.unsubscribing import read_token
from organizations.services.notifications import (
    mark_all_read,
    mark_read,
    mark_unread,
    unmark_all_read,
    unsubscribe,
)

LIST = "organizations/notification/list.html"


@require_GET
@member_of("viewer")
def notification_list(request: Request) -> HttpResponse:
    rows = Notification.objects.filter(user=request.user)
    only_unread = request.GET.get("state") == "unread"
    if only_unread:
        rows = rows.filter(read_at=None)
    page = paginate(rows, order=("-created_at",), cursor=request.GET.get("cursor"), size=25)
    words = {key: kind.words for key, kind in notice_kinds.items()}
    context = {
        "page": page,
        "lines": [(row, words.get(row.kind, "")) for row in page.items],
        "only_unread": only_unread,
        "unread": request.membership.unread,
        "here": request.get_full_path(),
    }
    return render_part(request, LIST, "notices", context)


@require_GET
@member_of("viewer")
def notification_count(request: Request) -> HttpResponse:
    """The bell alone; the page asks for it every minute while somebody looks at it."""
    return TemplateResponse(request, "ui/_bell.html")


@require_GET
@member_of("viewer")
def notification_show(request: Request, notification: UUID) -> HttpResponse:
    """On to what a notice is about; whoever opens it has seen it."""
    row = _mine(request, notification)
    if request.method == "GET":
        mark_read(notification=row)
    base = reverse("analytics:home", kwargs={"org": request.organization.slug})
    if row.path:
        return redirect(f"{base}{row.path}")
    return redirect("organizations:notification-list", org=request.organization.slug)


@require_POST
@member_of("viewer")
def notification_read(request: Request, notification: UUID) -> HttpResponse:
    row = _mine(request, notification)
    mark_read(notification=row)
    undo = _address(request, "notification-unread", notification=row.pk)
    return _back(request, "Marked as read.", undo)


@require_POST
@member_of("viewer")
def notification_unread(request: Request, notification: UUID) -> HttpResponse:
    mark_unread(notification=_mine(request, notification))
    return _back(request, "Marked as unread.")


@require_POST
@member_of("viewer")
def notification_read_all(request: Request) -> HttpResponse:
    count, moment = mark_all_read(user=request.user)
    if not count:
        return _back(request, "Everything was read already.")
    query = urlencode({"at": moment.isoformat()})
    undo = f"{_address(request, 'notification-unread-all')}?{query}"
    words = f"{count} notice{'s' if count != 1 else ''} marked as read."
    return _back(request, words, undo)


@require_POST
@member_of("viewer")
def notification_unread_all(request: Request) -> HttpResponse:
    """Takes back one "mark all": the moment says which notices it was."""
    moment = parse_datetime(request.GET.get("at", ""))
    count = unmark_all_read(user=request.user, moment=moment) if moment else 0
    return _back(request, f"{count} notice{'s' if count != 1 else ''} marked as unread.")


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public
def notification_unsubscribe(request: HttpRequest, way: str) -> HttpResponse:
    """The way out of mail: the signed link says who. Mail programs post to it (RFC 8058)."""
    out = read_token(way)
    team = unsubscribe(out) if request.method == "POST" else None
    words = [kind.words for key in out.kinds if (kind := notice_kinds.get(key))]
    context = {"is_done": request.method == "POST", "words": words, "team": team}
    return render(request, "organizations/notification/unsubscribe.html", context)


def _mine(request: Request, notification: UUID) -> Notification:
    row = Notification.objects.filter(pk=notification, user=request.user).first()
    if row is None:
        raise NotFound("There is no such notice, or it was for somebody else.")
    return row


def _address(request: Request, name: str, **kwargs: UUID) -> str:
    return reverse(f"organizations:{name}", kwargs={"org": request.organization.slug, **kwargs})


def _back(request: Request, words: str, undo: str | None = None) -> HttpResponse:
    if request.htmx:
        response = trigger_client_event(HttpResponse(status=204), "notices")
        return toast(response, words, undo_url=undo)
    messages.success(request, words)
    return redirect(_address(request, "notification-list"))
