from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.clock import today_in
from config.kernel.errors import DomainError, NotFound
from config.kernel.pagination import paginate
from config.kernel.web import render_part
from organizations.access import Request, member_of
from publishing.forms.calendar import EventForm
from publishing.forms.problems import tell
from publishing.models import CalendarEvent
from publishing.services.calendar_settings import add_event, change_event, delete_event

FORM = "publishing/calendar/event_form.html"


@require_GET
@member_of("viewer")
def calendar_event_list(request: Request) -> HttpResponse:
    """Events that are not over, the nearest first."""
    today = today_in(request.organization.timezone)
    events = CalendarEvent.objects.filter(ends_on__gte=today - timedelta(days=7))
    page = paginate(
        events.select_related("brand"),
        order=("starts_on", "id"),
        cursor=request.GET.get("cursor"),
        size=50,
    )
    context = {"page": page, "today": today}
    return render_part(request, "publishing/calendar/event_list.html", "events", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def calendar_event_create(request: Request) -> HttpResponse:
    form = EventForm(request.POST or None, initial={"starts_on": request.GET.get("day", "")})
    if request.method == "POST" and form.is_valid():
        try:
            event = add_event(**form.cleaned_data, by=request.user)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, f"“{event.name}” stands in the calendar.")
            return _to_list(request)
    return render(request, FORM, {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@member_of("member")
def calendar_event_edit(request: Request, event: UUID) -> HttpResponse:
    row = _found(event)
    form = EventForm.of(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_event(event=row, **form.cleaned_data, by=request.user)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, f"“{row.name}” is saved.")
            return _to_list(request)
    context = {"form": form, "event": row}
    return render(request, FORM, context, status=422 if form.errors else 200)


@require_POST
@member_of("member")
def calendar_event_delete(request: Request, event: UUID) -> HttpResponse:
    row = _found(event)
    delete_event(event=row, by=request.user)
    messages.success(request, f"“{row.name}” is out of the calendar. Posts of its days stay.")
    return _to_list(request)


def _found(event: UUID) -> CalendarEvent:
    row = CalendarEvent.objects.select_related("brand").filter(pk=event).first()
    if row is None:
        raise NotFound("There is no such event. It may have been deleted.")
    return row


def _to_list(request: Request) -> HttpResponse:
    return redirect("publishing:calendar-event-list", org=request.organization.slug)
