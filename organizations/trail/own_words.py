"""The acts of this app."""

from __future__ import annotations

from .words import AuditTarget, add_words

add_words(
    {
        "organization.founded": "founded the team",
        "organization.changed": "changed the team's settings",
        "organization.transferred": "handed the team to another owner",
        "white_label.saved": "changed how clients see the team",
        "invitation.sent": "invited somebody",
        "invitation.resent": "sent an invitation again",
        "invitation.revoked": "took an invitation back",
        "member.joined": "joined the team",
        "member.left": "left the team",
        "member.removed": "removed a member",
        "member.erased": "erased the account of a member who asked for it",
        "member.role_changed": "changed a member's role",
        "member.restricted": "changed which brands a member sees",
        "notifications.changed": "changed their notifications",
        "notifications.timed": "changed when they are notified",
        "view.saved": "saved a view of a list",
        "view.renamed": "renamed a view of a list",
        "view.made_default": "made a view of a list their first",
        "view.deleted": "deleted a view of a list",
        "notifications.hook_saved": "set a webhook of their own",
        "notifications.hook_deleted": "took a webhook of their own away",
        "first_steps.changed": "changed the list of first steps",
        "staff.ended_sessions": "signed somebody out everywhere",
        "staff.removed_second_factors": "removed somebody's second factors",
        "staff.resent_verification": "sent a verification mail again",
        "copy.ready": "finished a copy of the team's data",
        "ticket.opened": "asked the support a question",
        "ticket.replied": "added to a question to the support",
        "ticket.answered": "answered a question",
        "ticket.resolved": "marked a question as resolved",
        "visit.started": "started a support visit",
        "visit.ended": "ended a support visit",
        "profile.changed": "changed their profile",
        "model_route.saved": "set a language model",
        "model_route.deleted": "removed a language model",
        "api_key.created": "made an API key",
        "api_key.revoked": "revoked an API key",
        "api_key.rotated": "replaced an API key",
        "secret.stored": "stored a key of an outside service",
        "secret.replaced": "replaced a key of an outside service",
        "secret.deleted": "deleted a key of an outside service",
        "secret.read": "used a key of an outside service",
        "connection.checked": "tried a connection",
        "connection.changed": "changed a connection",
        "person.signed_in": "signed in",
        "person.signed_out": "signed out",
        "person.sign_in_failed": "did not get in",
        "person.password_changed": "changed their password",
        "person.password_reset": "set a new password by mail",
        "person.email_changed": "changed their e-mail address",
        "person.provider_connected": "let another provider sign them in",
        "person.provider_disconnected": "took a provider from their sign-in",
        "person.session_ended": "ended sessions of theirs",
        "person.second_factor_added": "added a second factor",
        "person.second_factor_removed": "removed a second factor",
        "person.second_factor_replaced": "made new recovery codes",
        "copy.requested": "asked for a copy of the team's data",
        "copy.downloaded": "downloaded a copy of the team's data",
        "team.closing": "asked for the team to be deleted",
        "team.kept": "took the deletion of the team back",
        "webhook.created": "added a webhook",
        "webhook.changed": "changed a webhook",
        "webhook.paused": "paused a webhook",
        "webhook.resumed": "resumed a webhook",
        "webhook.removed": "removed a webhook",
        "webhook.secret_rotated": "gave a webhook another secret",
        "webhook.tested": "sent a test to a webhook",
        "webhook.sent_again": "sent a webhook's message again",
        "webhook.stopped": "stopped a webhook",
        "audit.exported": "exported the audit log",
        "audit.checked": "checked the audit log",
        "staff.changed": "changed something in the admin",
        "staff.paused": "paused something in the admin",
        "staff.resumed": "resumed something in the admin",
        "staff.restored": "restored something that was deleted",
        "staff.reopened": "reopened something in the admin",
        "staff.requeued": "put work into the queue again",
        "staff.read_audit": "read an entry of this log in the admin",
    },
    {
        "organizations.organization": AuditTarget("Team", "name", "organizations:team"),
        "organizations.membership": AuditTarget(
            "Member", "user__name", "organizations:member-list"
        ),
        "organizations.invitation": AuditTarget("Invitation", "email", "organizations:member-list"),
        "organizations.modelroute": AuditTarget(
            "Language model", "model", "organizations:model-list"
        ),
        "organizations.apikey": AuditTarget("API key", "name", "organizations:api-key-list"),
        "organizations.providersecret": AuditTarget(
            "Secret", "service", "organizations:secret-list"
        ),
        "organizations.integrationconnection": AuditTarget(
            "Connection", "service", "organizations:secret-list"
        ),
        "organizations.webhookendpoint": AuditTarget(
            "Webhook", "name", "organizations:webhook-show", "endpoint"
        ),
        "organizations.supportticket": AuditTarget(
            "Question to support", "subject", "organizations:ticket-show", "ticket"
        ),
        "organizations.supportvisit": AuditTarget("Visit of the support", "reason"),
    },
)
