"""The personal data in this app's tables."""

from __future__ import annotations

from organizations.privacy.marks import Category, Keep, Mark, Table, register, words

NOTIFIED = Mark(Category.CONTACT, "Telling the brand's people what waits for them", Keep.TEAM)

register(
    Table(
        "brands.brandprofile",
        personal={"notify_email": NOTIFIED},
        plain=words(
            "name logo icon website_url business_type location price_range unique_selling_points "
            "language timezone colors visual_style font_preference tone personality "
            "target_audience custom_context language_rules example_posts content_pillars "
            "platform_settings allowed_links auto_approve approval_timeout_hours "
            "exploration_ratio notify_webhook trending_enabled trending_priority "
            "trending_filters paused_at pause_reason"
        ),
    ),
    Table("brands.brandaccess", plain=words("membership brand")),
)
