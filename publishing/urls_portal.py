"""Addresses behind clients' links: outside of every organization, for whoever holds one."""

from django.urls import path

from .views import calendar_files, portal, portal_connecting, portal_letters, report_files

app_name = "portal"

urlpatterns = [
    path("", portal.home, name="home"),
    path("calendar.ics", calendar_files.calendar_feed, name="calendar-file"),
    path("report.pdf", report_files.report_of_link, name="report-file"),
    path("letters/", portal_letters.letters, name="letters"),
    path("posts/<uuid:pending>/answer/", portal.answer, name="answer"),
    path("posts/<uuid:pending>/withdrawal/", portal.withdrawal, name="withdrawal"),
    path("posts/approval/", portal.approve_all, name="approve-all"),
    path("networks/<slug:platform>/", portal_connecting.network, name="network"),
    path("networks/<slug:platform>/consent/", portal_connecting.consent, name="consent"),
    path("leaving/<uuid:attempt>/", portal_connecting.leave, name="leave"),
    path("choosing/<uuid:attempt>/", portal_connecting.choose, name="choose"),
    path("look/<slug:version>.css", portal.style, name="style"),
    path("pictures/<str:name>", portal.picture, name="picture"),
]
