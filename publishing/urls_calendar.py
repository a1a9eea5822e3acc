"""Addresses of the calendar, of moving posts in it, and of queues."""

from django.urls import path

from .views import calendar, calendar_events, calendar_files

EVENT = "calendar/events/<uuid:event>/"
BRAND = "brands/<uuid:brand>/calendar/"

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/posts/", calendar.calendar_bulk, name="calendar-bulk"),
    path("calendar/posts/<uuid:pending>/time/", calendar.calendar_move, name="calendar-move"),
    path("calendar/moves/<uuid:record>/undo/", calendar.calendar_undo, name="calendar-undo"),
    path("calendar/events/", calendar_events.calendar_event_list, name="calendar-event-list"),
    path(
        "calendar/events/new/", calendar_events.calendar_event_create, name="calendar-event-create"
    ),
    path(EVENT, calendar_events.calendar_event_edit, name="calendar-event-edit"),
    path(f"{EVENT}deletion/", calendar_events.calendar_event_delete, name="calendar-event-delete"),
    path(f"{BRAND}settings/", calendar.calendar_settings, name="calendar-settings"),
    path(f"{BRAND}file/", calendar_files.calendar_download, name="calendar-download"),
    path(f"{BRAND}addresses/", calendar_files.calendar_addresses, name="calendar-address-list"),
    path(
        f"{BRAND}addresses/<uuid:link>/revocation/",
        calendar_files.calendar_address_revoke,
        name="calendar-address-revoke",
    ),
]
