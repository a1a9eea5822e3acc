"""Addresses of the calendar, of moving posts in it, and of queues."""

from django.urls import path

from .views import calendar, calendar_events, calendar_files, queues

EVENT = "calendar/events/<uuid:event>/"
QUEUE = "queues/<uuid:queue>/"
BRAND = "brands/<uuid:brand>/calendar/"

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/posts/", calendar.calendar_bulk, name="calendar-bulk"),
    path("calendar/posts/<uuid:pending>/time/", calendar.calendar_move, name="calendar-move"),
    path("calendar/moves/<uuid:move>/undo/", calendar.calendar_undo, name="calendar-undo"),
    path("calendar/events/", calendar_events.calendar_event_list, name="calendar-event-list"),
    path(
        "calendar/events/new/", calendar_events.calendar_event_create, name="calendar-event-create"
    ),
    path(EVENT, calendar_events.calendar_event_edit, name="calendar-event-edit"),
    path(f"{EVENT}deletion/", calendar_events.calendar_event_delete, name="calendar-event-delete"),
    path(f"{BRAND}settings/", calendar.calendar_settings, name="calendar-settings"),
    path(f"{BRAND}suggestions/", calendar.calendar_suggestions, name="calendar-suggestions"),
    path(f"{BRAND}file/", calendar_files.calendar_download, name="calendar-download"),
    path(f"{BRAND}addresses/", calendar_files.calendar_addresses, name="calendar-address-list"),
    path(
        f"{BRAND}addresses/<uuid:subscription>/revocation/",
        calendar_files.calendar_address_revoke,
        name="calendar-address-revoke",
    ),
    path("queues/", queues.queue_list, name="queue-list"),
    path("queues/new/", queues.queue_create, name="queue-create"),
    path("brands/<uuid:brand>/queue/", queues.queue_default, name="queue-default"),
    path(QUEUE, queues.queue_show, name="queue-show"),
    path(f"{QUEUE}edit/", queues.queue_edit, name="queue-edit"),
    path(f"{QUEUE}deletion/", queues.queue_delete, name="queue-delete"),
    path(f"{QUEUE}pause/", queues.queue_pause, name="queue-pause"),
    path(f"{QUEUE}resumption/", queues.queue_resume, name="queue-resume"),
    path(f"{QUEUE}slots/", queues.queue_slots, name="queue-slot-create"),
    path(f"{QUEUE}slots/<uuid:slot>/deletion/", queues.queue_slot_delete, name="queue-slot-delete"),
    path(f"{QUEUE}preset/", queues.queue_preset, name="queue-preset"),
    path(f"{QUEUE}shuffling/", queues.queue_shuffle, name="queue-shuffle"),
    path(f"{QUEUE}posts/<uuid:queued>/place/", queues.queue_reorder, name="queue-reorder"),
    path(f"{QUEUE}retiming/", queues.queue_retime, name="queue-retime"),
]
