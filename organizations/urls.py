from django.urls import path

from .urls_keys import keys
from .urls_people import people
from .urls_privacy import data
from .urls_security import security
from .urls_trail import trail
from .views import (
    account,
    choices,
    model_routes,
    notifications,
    organizations,
    reports,
    support,
    white_label,
)

app_name = "organizations"

NOTICES = "o/<slug:org>/notifications/"
TICKET = "o/<slug:org>/help/tickets/<uuid:ticket>/"

urlpatterns = [
    path("", organizations.home, name="front-door"),
    path("csp-report", reports.csp_report, name="csp-report"),
    path("teams/", organizations.organization_list, name="organization-list"),
    path("teams/new/", organizations.organization_create, name="organization-create"),
    path("o/<slug:org>/account/", account.account, name="account"),
    path("o/<slug:org>/models/", model_routes.model_list, name="model-list"),
    path(
        "o/<slug:org>/models/<uuid:route>/removal/",
        model_routes.model_delete,
        name="model-delete",
    ),
    path("o/<slug:org>/white-label/", white_label.white_label, name="white-label"),
    path("o/<slug:org>/white-label/logo", white_label.white_label_logo, name="white-label-logo"),
    path(
        "o/<slug:org>/white-label/look.css", white_label.white_label_style, name="white-label-style"
    ),
    path("contact/", support.contact, name="contact"),
    path("contact/sent/", support.contact_sent, name="contact-sent"),
    path("o/<slug:org>/help/", support.help_page, name="help"),
    path("o/<slug:org>/help/tickets/", support.ticket_create, name="ticket-create"),
    path(TICKET, support.ticket_show, name="ticket-show"),
    path(f"{TICKET}replies/", support.ticket_reply, name="ticket-reply"),
    path(f"{TICKET}resolution/", support.ticket_resolve, name="ticket-resolve"),
    path("o/<slug:org>/visit/end/", support.visit_end, name="visit-end"),
    *people,
    *trail,
    *data,
    *security,
    *keys,
    path(
        "unsubscribe/<str:way>/",
        notifications.notification_unsubscribe,
        name="notification-unsubscribe",
    ),
    path(NOTICES, notifications.notification_list, name="notification-list"),
    path(f"{NOTICES}count/", notifications.notification_count, name="notification-count"),
    path(f"{NOTICES}choices/", choices.notification_choices, name="notification-choices"),
    path(f"{NOTICES}choices/when/", choices.notification_when, name="notification-when"),
    path(f"{NOTICES}choices/webhook/", choices.notification_hook, name="notification-hook"),
    path(
        f"{NOTICES}choices/webhook/test/",
        choices.notification_hook_test,
        name="notification-hook-test",
    ),
    path(
        f"{NOTICES}choices/webhook/removal/",
        choices.notification_hook_delete,
        name="notification-hook-delete",
    ),
    path(f"{NOTICES}reading/", notifications.notification_read_all, name="notification-read-all"),
    path(
        f"{NOTICES}unreading/",
        notifications.notification_unread_all,
        name="notification-unread-all",
    ),
    path(
        f"{NOTICES}<uuid:notification>/", notifications.notification_show, name="notification-show"
    ),
    path(
        f"{NOTICES}<uuid:notification>/reading/",
        notifications.notification_read,
        name="notification-read",
    ),
    path(
        f"{NOTICES}<uuid:notification>/unreading/",
        notifications.notification_unread,
        name="notification-unread",
    ),
]
