"""Addresses of what repeats, of the evergreen pool, of import and export, and of the mix."""

from django.urls import path

from .views import recurrences

REPEATING = "repeating/<uuid:recurrence>/"

urlpatterns = [
    path("repeating/", recurrences.recurrence_list, name="recurrence-list"),
    path("repeating/new/", recurrences.recurrence_create, name="recurrence-create"),
    path("repeating/next-times/", recurrences.recurrence_preview, name="recurrence-preview"),
    path(REPEATING, recurrences.recurrence_show, name="recurrence-show"),
    path(f"{REPEATING}edit/", recurrences.recurrence_edit, name="recurrence-edit"),
    path(f"{REPEATING}pause/", recurrences.recurrence_pause, name="recurrence-pause"),
    path(f"{REPEATING}resumption/", recurrences.recurrence_resume, name="recurrence-resume"),
    path(f"{REPEATING}end/", recurrences.recurrence_end, name="recurrence-end"),
]
