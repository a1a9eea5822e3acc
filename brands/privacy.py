"""The personal data in this app's tables."""

from __future__ import annotations

from organizations.privacy.marks import Category, Keep, Mark, Table, register, words

KNOWN = Mark(Category.CONTENT, "Writing posts that keep to what the team knows", Keep.TEAM)
DELETED = Mark(Category.CONTENT, "Writing posts that keep to what the team knows", Keep.DELETED)
ASKED = Mark(Category.ACTIVITY, "Seeing what the knowledge base is asked for", Keep.LOOK_UPS)
DID = Mark(Category.ACTIVITY, "Who asked for it or decided it", Keep.TEAM)
NOTIFIED = Mark(Category.CONTACT, "Telling the brand's people what waits for them", Keep.TEAM)

register(
    Table(
        "brands.brandprofile",
        personal={"notify_email": NOTIFIED},
        plain=words(
            "name logo icon website_url business_type location price_range unique_selling_points "
            "language timezone colors visual_style font_preference tone personality "
            "target_audience custom_context language_rules example_posts content_pillars "
            "platform_settings allowed_links guard_rules auto_approve approval_timeout_hours "
            "exploration_ratio notify_webhook trending_enabled trending_priority "
            "trending_filters paused_at pause_reason"
        ),
    ),
    Table("brands.brandaccess", plain=words("membership brand")),
    Table(
        "brands.brandvoice",
        by=("confirmed_by",),
        personal={"voice": KNOWN, "confirmed_by": DID},
        plain=words(
            "brand status source embedding embedding_model analysed_url version confirmed_at"
        ),
    ),
    Table(
        "brands.voiceanalysis",
        by=("requested_by",),
        personal={"source_text": KNOWN, "result": KNOWN, "requested_by": DID},
        plain=words(
            "brand url status step pages error previous rejected_at rejected_reason model_used "
            "cost_micros finished_at"
        ),
    ),
    Table(
        "brands.savedvoice",
        by=("created_by",),
        personal={"voice": KNOWN, "created_by": DID},
        plain=words("brand name source_url is_default"),
    ),
    Table(
        "brands.voicescore",
        plain=words("brand subject_type subject_id voice_version score reasons said_at"),
    ),
    Table(
        "brands.knowledgebucket",
        by=("created_by",),
        personal={"created_by": DID},
        plain=words("brand name kind campaign_name description"),
    ),
    Table("brands.knowledgecategory", plain=words("slug name words")),
    Table(
        "brands.knowledgesource",
        by=("created_by",),
        personal={
            "title": DELETED,
            "url": DELETED,
            "file_key": DELETED,
            "text": DELETED,
            "created_by": DID,
        },
        plain=words(
            "bucket kind mime_type size_bytes status error step pages_found pages_read "
            "chunks_added chunks_kept chunks_removed skipped read_at"
        ),
    ),
    Table(
        "brands.knowledgedocument",
        personal={"locator": DELETED, "title": DELETED, "content": DELETED},
        plain=words("source content_hash category language read_at"),
    ),
    Table(
        "brands.knowledgeentry",
        personal={"question": DELETED, "answer": DELETED, "quote": DELETED},
        plain=words("bucket document kind category status made_by access_count last_accessed_at"),
    ),
    Table(
        "brands.knowledgechunk",
        personal={"heading": DELETED, "content": DELETED, "words": DELETED},
        plain=words(
            "bucket document entry number content_hash start end token_count embedding model"
        ),
    ),
    Table(
        "brands.knowledgeaccess",
        by=("user",),
        personal={"query_text": ASKED, "user": ASKED},
        plain=words("bucket chunk agent score found_count was_used"),
    ),
    Table(
        "brands.gapreport",
        plain=words("brand completeness categories gaps unanswered model_used"),
    ),
    Table(
        "brands.strategypaper",
        by=("created_by",),
        personal={"created_by": DID},
        plain=words("brand kind title inputs status error current_number"),
    ),
    Table(
        "brands.strategyversion",
        by=("created_by",),
        personal={"result": KNOWN, "created_by": DID},
        plain=words("paper number note is_edited model_used cost_micros"),
    ),
)
