"""The personal data in this app's tables."""

from __future__ import annotations

from organizations.privacy.marks import Category, Keep, Mark, Table, register, words

PROFILE = Mark(Category.PROFILE, "Publishing on the account that the team connected", Keep.DELETED)
APPROVED = Mark(Category.ACTIVITY, "Saying who let a post go out", Keep.TEAM)
ASKED = Mark(Category.ACTIVITY, "Saying who asked for a text", Keep.TEAM)
CONNECTING = Mark(Category.ACTIVITY, "Connecting an account on a network's own page", Keep.DAY)
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
        plain=words("platform brand account expires_at used_at"),
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
        plain=words(
            "brand account material schedule run generation candidate batch_id platform content "
            "hashtags link media angle angle_reason is_exploration generation_mode scheduled_for "
            "expires_at status was_edited review_notes rejection_reason regeneration_count "
            "failure_category failure_reason title thread first_comment options when_late"
        ),
    ),
    Table(
        "publishing.approval",
        by=("approver",),
        personal={"approver": APPROVED},
        plain=words("pending_post account_id content_hash policy voided_at void_reason"),
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
)
