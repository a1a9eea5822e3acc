"""The personal data in this app's tables."""

from __future__ import annotations

from organizations.privacy.marks import Category, Keep, Mark, Table, register, words

PROFILE = Mark(Category.PROFILE, "Publishing on the account that the team connected", Keep.DELETED)
APPROVED = Mark(Category.ACTIVITY, "Saying who let a post go out", Keep.TEAM)
ASKED = Mark(Category.ACTIVITY, "Saying who asked for a text", Keep.TEAM)
CONNECTING = Mark(Category.ACTIVITY, "Connecting an account on a network's own page", Keep.DAY)
CLIENT = Mark(Category.ACTIVITY, "Saying which client decided on a post", Keep.TEAM)
PLANNED = Mark(Category.ACTIVITY, "Saying who planned or changed something", Keep.TEAM)
SIGNED = Mark(Category.ACTIVITY, "Saying who signed or ended the agent's policy", Keep.TEAM)
STOPPED = Mark(Category.ACTIVITY, "Saying who stopped publishing and who let it go on", Keep.TEAM)
REMARK = Mark(Category.CONTENT, "Talking a post over before it goes out", Keep.TEAM)
DOOR = Mark(Category.CONTACT, "Letting a client in without an account", Keep.TEAM)
OUTSIDER = Mark(
    Category.PROFILE, "Showing who wrote to the brand, and answering", Keep.CONVERSATIONS
)
SAID = Mark(
    Category.CONTENT, "Reading and answering what people write to the brand", Keep.CONVERSATIONS
)
VISITOR = Mark(Category.TECHNICAL, "Counting visitors of a hosted page once a day", Keep.TODAY)

register(
    Table(
        "publishing.socialaccount",
        personal={
            "remote_id": PROFILE,
            "name": PROFILE,
            "handle": PROFILE,
            "profile_url": PROFILE,
            "avatar_url": PROFILE,
            "credentials": PROFILE,
        },
        plain=words(
            "platform account_type server token_expires_at scopes status is_active error_count "
            "last_error last_used_at last_refresh_at followers_count settings next_send_at "
            "opened_until successes report checked_at"
        ),
    ),
    Table(
        "publishing.connectattempt",
        about=("user",),
        personal={"user": CONNECTING, "kept": CONNECTING, "offered": CONNECTING},
        plain=words("platform link brand account expires_at used_at"),
    ),
    Table(
        "publishing.accountquota",
        plain=words("account name limit used resets_at read_at source"),
    ),
    Table(
        "publishing.mediarendition",
        plain=words(
            "reference rules fitted content_type width height duration_seconds size_bytes note "
            "problem"
        ),
    ),
    Table("publishing.networkstate", plain=words("key failures successes opened_until")),
    Table("publishing.networkquota", plain=words("platform name limit used resets_at")),
    Table("publishing.brandaccountlink", plain=words("brand account platform is_default")),
    Table("publishing.feedhandle", plain=words("handle account_id")),
    Table(
        "publishing.feedentry",
        plain=words("account key text hashtags link media published_at views_count clicks_count"),
    ),
    Table(
        "publishing.feedvisit",
        personal={"visitor": VISITOR},
        plain=words("entry kind on_date"),
    ),
    Table(
        "publishing.schedule",
        plain=words(
            "brand name platforms frequency times days_of_week timezone material_strategy "
            "auto_approve is_unique_per_platform exploration_ratio catch_up status next_run_at "
            "last_run_at last_generated_at consecutive_errors last_error paused_at pause_reason "
            "missed_count"
        ),
    ),
    Table(
        "publishing.autopilotrun",
        by=("requested_by",),
        personal={"requested_by": ASKED},
        plain=words(
            "brand schedule material occurrence platforms mode instruction regenerates "
            "scheduled_for status outcome started_at finished_at"
        ),
    ),
    Table(
        "publishing.decision",
        plain=words("run pending_post kind summary reason data cost_micros credits"),
    ),
    Table(
        "publishing.pendingpost",
        by=("author",),
        personal={"author": ASKED},
        plain=words(
            "brand account material schedule run generation candidate batch_id platform content "
            "hashtags link media angle angle_reason is_exploration generation_mode scheduled_for "
            "expires_at status was_edited review_notes rejection_reason regeneration_count "
            "failure_category failure_reason title thread first_comment options when_late variant "
            "recurrence queue evergreen pillar campaign wall_time zone steps step reminded_at"
        ),
    ),
    Table(
        "publishing.approval",
        by=("approver",),
        personal={"approver": APPROVED, "client_name": CLIENT},
        plain=words(
            "pending_post account_id content_hash policy contract clauses valid_until voided_at "
            "void_reason"
        ),
    ),
    Table(
        "publishing.delivery",
        plain=words(
            "pending_post account platform occurrence idempotency_key state payload payload_hash "
            "content_hash lease_owner remote_handle remote_id remote_url sending_at published_at "
            "lookups charge_key error_code error_message parent part"
        ),
    ),
    Table(
        "publishing.deliveryattempt",
        plain=words("delivery number outcome message code evidence duration_ms"),
    ),
    Table(
        "publishing.post",
        by=("published_by",),
        personal={"published_by": APPROVED},
        plain=words(
            "brand account pending_post delivery material schedule platform content hashtags link "
            "media external_id external_url published_at status angle angle_reason "
            "is_exploration model_used likes comments shares clicks impressions reach "
            "engagement_rate metrics_updated_at"
        ),
    ),
    Table(
        "publishing.composition",
        by=("author",),
        personal={"author": PLANNED},
        plain=words(
            "brand text hashtags link media title thread splits_long first_comment when_late "
            "pillar campaign signature template shortens_links adds_utm notes import_batch "
            "said_before compared_hash"
        ),
    ),
    Table(
        "publishing.variant",
        plain=words("composition account overrides overridden_from options"),
    ),
    Table(
        "publishing.postingqueue",
        plain=words("brand name timezone is_default paused_at fills_from_pool fill_due_at"),
    ),
    Table("publishing.queueslot", plain=words("queue account weekday wall_time")),
    Table(
        "publishing.recurrence",
        by=("created_by",),
        personal={"created_by": PLANNED},
        plain=words(
            "composition rule starts_on wall_time timezone ends_on most made_count made_until "
            "status last_error"
        ),
    ),
    Table(
        "publishing.evergreenitem",
        by=("created_by",),
        personal={"created_by": PLANNED},
        plain=words("composition queue cooldown_days most_uses use_count last_used_at paused_at"),
    ),
    Table("publishing.calendarsettings", plain=words("brand countries week_starts_on")),
    Table("publishing.calendarevent", plain=words("brand name note starts_on ends_on")),
    Table(
        "publishing.postimport",
        by=("created_by", "undone_by"),
        personal={"created_by": PLANNED, "undone_by": PLANNED},
        plain=words("brand name kind mapping lands queue rows made_count status"),
    ),
    Table(
        "publishing.workflow",
        plain=words("brand mode lets_author_approve reminder_hours window_days"),
    ),
    Table("publishing.workflowstep", plain=words("workflow number name kind rule approvers")),
    Table(
        "publishing.signoff",
        by=("user",),
        personal={"user": APPROVED, "client_name": CLIENT, "comment": REMARK},
        plain=words(
            "pending_post step step_name answer link account_id content_hash voided_at void_reason"
        ),
    ),
    Table(
        "publishing.postcomment",
        by=("author",),
        personal={"author": PLANNED, "client_name": CLIENT, "body": REMARK},
        plain=words("pending_post parent link is_for_client mentions"),
    ),
    Table(
        "publishing.postversion",
        by=("author",),
        personal={"author": PLANNED, "author_name": CLIENT},
        plain=words("pending_post number words content_hash reason"),
    ),
    Table(
        "publishing.portallink",
        by=("created_by",),
        address="client_email",
        personal={"client_name": DOOR, "client_email": DOOR, "created_by": PLANNED},
        plain=words(
            "brand purpose post_ids platforms message is_for_team mailed letter_day letter_begun "
            "letter_problem letters_stopped_at sent_at expires_at revoked_at first_used_at "
            "last_used_at use_count"
        ),
        secret=words("token_digest"),
    ),
    Table(
        "publishing.stop",
        by=("stopped_by", "resumed_by"),
        personal={"stopped_by": STOPPED, "resumed_by": STOPPED},
        plain=words("level brand account platform reason resumed_at resume_note"),
    ),
    Table(
        "publishing.installationstop",
        plain=words("platform reason stopped_by resumed_at resumed_by"),
    ),
    Table(
        "publishing.policycontract",
        by=("signed_by", "ended_by"),
        personal={"signed_by": SIGNED, "signed_name": SIGNED, "ended_by": SIGNED},
        plain=words(
            "brand number status topics topics_excluded claims hours timezone posts_per_day "
            "credits_per_day account_ids first_posts_reviewed signed_at terms_hash ends_at "
            "ended_at end_reason"
        ),
    ),
    Table(
        "publishing.inboxfeed",
        plain=words("account cursor is_active read_at last_error error_count"),
    ),
    Table(
        "publishing.conversation",
        by=("assignee",),
        personal={
            "person_id": OUTSIDER,
            "person_name": OUTSIDER,
            "person_handle": OUTSIDER,
            "person_url": OUTSIDER,
            "assignee": PLANNED,
        },
        plain=words(
            "brand account post platform kind remote_id status sentiment last_message_at "
            "waiting_since "
            "answer_due_at told_late_at unread_count"
        ),
    ),
    Table(
        "publishing.inboxmessage",
        by=("written_by",),
        personal={
            "author_id": OUTSIDER,
            "author_name": OUTSIDER,
            "text": SAID,
            "written_by": PLANNED,
        },
        plain=words(
            "conversation side state remote_id parent_remote_id handle url said_at sentiment "
            "idempotency_key was_suggested error_message sending_at waited_seconds was_in_time"
        ),
    ),
    Table("publishing.savedreply", plain=words("brand name text use_count")),
    Table("publishing.inboxsettings", plain=words("brand answer_within_minutes business_hours")),
    Table("publishing.linkcode", plain=words("code link_id")),
    Table(
        "publishing.trackedlink",
        plain=words(
            "brand pending_post code url target utm clicks_count visitors_count last_clicked_at"
        ),
    ),
    Table(
        "publishing.linkvisit",
        personal={"visitor": VISITOR},
        plain=words("link on_date"),
    ),
    Table(
        "publishing.linksettings",
        plain=words("brand shortens adds_utm utm_source utm_medium utm_campaign utm_content"),
    ),
)
