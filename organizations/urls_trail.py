from django.urls import path

from .views import audit, webhooks

AUDIT = "o/<slug:org>/audit/"
WEBHOOKS = "o/<slug:org>/webhooks/"
WEBHOOK = f"{WEBHOOKS}<uuid:endpoint>/"

trail = [
    path(AUDIT, audit.audit_list, name="audit-list"),
    path(f"{AUDIT}export/", audit.audit_export, name="audit-export"),
    path(f"{AUDIT}check/", audit.audit_check, name="audit-check"),
    path(WEBHOOKS, webhooks.webhook_list, name="webhook-list"),
    path(f"{WEBHOOKS}new/", webhooks.webhook_create, name="webhook-create"),
    path(WEBHOOK, webhooks.webhook_show, name="webhook-show"),
    path(f"{WEBHOOK}edit/", webhooks.webhook_edit, name="webhook-edit"),
    path(f"{WEBHOOK}secret/", webhooks.webhook_rotate, name="webhook-rotate"),
    path(f"{WEBHOOK}test/", webhooks.webhook_test, name="webhook-test"),
    path(f"{WEBHOOK}pause/", webhooks.webhook_pause, name="webhook-pause"),
    path(f"{WEBHOOK}resumption/", webhooks.webhook_resume, name="webhook-resume"),
    path(f"{WEBHOOK}removal/", webhooks.webhook_delete, name="webhook-delete"),
    path(
        f"{WEBHOOK}messages/<uuid:message>/resending/",
        webhooks.webhook_resend,
        name="webhook-resend",
    ),
]
