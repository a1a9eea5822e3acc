"""The personal data of this app's own tables."""

from __future__ import annotations

from .marks import Category, Keep, Mark, Table, register, words

WHO = Mark(Category.CONTACT, "Knowing who you are and writing to you", Keep.ACCOUNT)
SIGN_IN = Mark(Category.SIGN_IN, "Letting you in and nobody else", Keep.ACCOUNT)
LOOK = Mark(Category.CHOICES, "Showing pages the way you chose", Keep.ACCOUNT)
BELONGS = Mark(Category.ACTIVITY, "Knowing who may do what in a team", Keep.ACCOUNT)
INVITED = Mark(Category.CONTACT, "Sending the invitation", Keep.INVITATIONS)
INVITES = Mark(Category.ACTIVITY, "Saying who invited whom", Keep.INVITATIONS)
MADE = Mark(Category.ACTIVITY, "Saying who made it", Keep.TEAM)
ACTED = Mark(Category.ACTIVITY, "Saying who did what, to the team", Keep.AUDIT)
CHANGED = Mark(Category.CONTENT, "Saying what was changed", Keep.AUDIT)
NOTICE = Mark(Category.ACTIVITY, "Telling you what happened", Keep.NOTICES)
CHOICE = Mark(Category.CHOICES, "Telling you only what you want to hear", Keep.ACCOUNT)
AGREED = Mark(Category.CHOICES, "Proving what you agreed to", Keep.ACCOUNT)
WISH = Mark(Category.ACTIVITY, "Doing what you asked of your data", Keep.ACCOUNT)
TEAM_WISH = Mark(Category.ACTIVITY, "Doing what was asked of the team's data", Keep.TEAM)
ASKED = Mark(Category.WORDS, "Answering your question", Keep.TICKETS)
ASKER = Mark(Category.CONTACT, "Answering your question", Keep.TICKETS)
VISIT = Mark(Category.ACTIVITY, "Showing the team who looked at its pages and why", Keep.TEAM)
ANSWERED = Mark(Category.CONTENT, "Giving a repeated request the same answer", Keep.DAY)
SENT = Mark(Category.CONTENT, "Telling the team's own systems what happened", Keep.WEBHOOKS)

REQUEST = words(
    "kind state progress file_bytes link_ends_at downloaded_at receipt finished_at error_message"
)

register(
    Table(
        "organizations.user",
        personal={
            "email": WHO,
            "name": WHO,
            "password": SIGN_IN,
            "last_login": SIGN_IN,
            "interface_mode": LOOK,
        },
        secret=words("password"),
        plain=words("is_superuser is_active is_staff"),
    ),
    Table("organizations.user_groups", about=("user",), plain=words("user group")),
    Table("organizations.user_user_permissions", about=("user",), plain=words("user permission")),
    Table(
        "organizations.organization",
        plain=words("name slug region status timezone settings retention_days"),
    ),
    Table(
        "organizations.membership",
        about=("user",),
        personal={"user": BELONGS, "role": BELONGS, "invited_at": BELONGS, "joined_at": BELONGS},
        plain=words("sees_all_brands"),
    ),
    Table(
        "organizations.invitation",
        address="email",
        by=("invited_by", "accepted_by"),
        personal={"email": INVITED, "invited_by": INVITES, "accepted_by": INVITES},
        secret=words("token_digest"),
        plain=words("role brand_ids sent_at expires_at accepted_at revoked_at"),
    ),
    Table(
        "organizations.apikey",
        by=("created_by",),
        personal={"created_by": MADE, "name": MADE},
        secret=words("digest"),
        plain=words(
            "prefix scopes requests_per_minute allowed_addresses expires_at revoked_at "
            "last_used_at use_count"
        ),
    ),
    Table("organizations.apiusage", plain=words("month requests")),
    Table(
        "organizations.idempotentrequest",
        personal={"answer": ANSWERED},
        plain=words("api_key key fingerprint status"),
    ),
    Table(
        "organizations.auditrecord",
        by=("actor",),
        personal={
            "actor": ACTED,
            "action": ACTED,
            "reason": CHANGED,
            "before": CHANGED,
            "after": CHANGED,
            "data": CHANGED,
        },
        plain=words(
            "actor_kind actor_digest api_key category target_type target_id succeeded seal"
        ),
    ),
    Table(
        "organizations.auditseal",
        plain=words("chain number count newest_at previous digest leaves pruned_at"),
    ),
    Table(
        "organizations.notification",
        about=("user",),
        personal={"user": NOTICE, "title": NOTICE, "body": NOTICE},
        plain=words("kind path record read_at mailed_at"),
    ),
    Table(
        "organizations.notificationchoice",
        about=("user",),
        personal={
            "user": CHOICE,
            "kind": CHOICE,
            "in_page": CHOICE,
            "by_mail": CHOICE,
            "by_hook": CHOICE,
        },
    ),
    Table(
        "organizations.notificationsettings",
        about=("user",),
        personal={
            "user": CHOICE,
            "digest": CHOICE,
            "digest_time": CHOICE,
            "digest_weekday": CHOICE,
            "quiet_from": CHOICE,
            "quiet_until": CHOICE,
            "timezone": CHOICE,
            "urgent_waits": CHOICE,
            "hook_url": CHOICE,
        },
        secret=words("hook_secret"),
    ),
    Table(
        "organizations.outgoingnotice",
        about=("user",),
        personal={"user": NOTICE, "address": NOTICE, "title": NOTICE, "body": NOTICE},
        plain=words("way brand_id kind path record state sent_at error_message"),
    ),
    Table(
        "organizations.savedview",
        about=("user",),
        personal={"user": CHOICE, "place": CHOICE, "name": CHOICE, "query": CHOICE},
        plain=words("is_default"),
    ),
    Table(
        "organizations.whitelabel",
        plain=words("name logo accent sender_name reply_to hides_warren"),
    ),
    Table(
        "organizations.consent",
        about=("user",),
        personal={"user": AGREED, "kind": AGREED, "is_granted": AGREED, "text_version": AGREED},
    ),
    Table(
        "organizations.personrequest",
        about=("user",),
        personal={"user": WISH},
        secret=words("token_digest file"),
        plain=REQUEST,
    ),
    Table(
        "organizations.organizationrequest",
        by=("requested_by",),
        personal={"requested_by": TEAM_WISH},
        secret=words("token_digest file"),
        plain=REQUEST,
    ),
    Table(
        "organizations.erasure",
        plain=words("subject digest requested_at finished_at counts replayed_at"),
    ),
    Table("organizations.suppression", plain=words("digest reason")),
    Table("organizations.datakey", plain=words("version wrapped retired_at")),
    Table("organizations.installationkey", plain=words("version wrapped retired_at")),
    Table(
        "organizations.appsetting",
        by=("updated_by",),
        personal={"updated_by": MADE},
        plain=words("organization_id key value secret"),
    ),
    Table(
        "organizations.modelroute",
        plain=words("purpose provider model base_url secret is_free"),
    ),
    Table(
        "organizations.providersecret",
        by=("created_by",),
        personal={"created_by": MADE},
        plain=words("service credential hint is_active last_used_at"),
    ),
    Table(
        "organizations.integrationconnection",
        plain=words("service status secret configuration checked_at error_message"),
    ),
    Table(
        "organizations.webhookendpoint",
        plain=words(
            "name url events secret previous_secret previous_ends_at is_active stopped_reason "
            "last_success_at last_failure_at"
        ),
    ),
    Table(
        "organizations.webhookdelivery",
        personal={"payload": SENT, "last_answer": SENT},
        plain=words(
            "endpoint record event state last_status last_error last_duration_ms delivered_at"
        ),
    ),
    Table(
        "organizations.supportticket",
        by=("user",),
        personal={"user": ASKED, "subject": ASKED, "message": ASKED},
        plain=words("status priority operator_notes resolved_at"),
    ),
    Table(
        "organizations.ticketreply",
        by=("author",),
        personal={"author": ASKED, "body": ASKED},
        plain=words("ticket is_from_staff"),
    ),
    Table(
        "organizations.contactmessage",
        address="email",
        personal={"email": ASKER, "name": ASKER, "subject": ASKED, "message": ASKED},
        plain=words("status priority operator_notes resolved_at"),
    ),
    Table(
        "organizations.supportvisit",
        by=("staff",),
        personal={"staff": VISIT, "reason": VISIT},
        plain=words("acts_as may_change ends_at ended_at"),
    ),
    Table("organizations.workdone", plain=words("kind finished_at count"), is_frameless=True),
)
