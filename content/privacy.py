"""The personal data in this app's tables: what a team uploads may speak of people."""

from __future__ import annotations

from organizations.privacy.marks import Category, Keep, Mark, Table, register, words

SOURCE = Mark(Category.CONTENT, "Writing posts from what the team gave", Keep.DELETED)
ANSWER = Mark(Category.CONTENT, "Not paying twice for the same answer", Keep.ANSWERS)

register(
    Table(
        "content.material",
        personal={
            "name": SOURCE,
            "original_content": SOURCE,
            "file_key": SOURCE,
            "url": SOURCE,
            "extracted_text": SOURCE,
            "summary": SOURCE,
            "key_points": SOURCE,
        },
        plain=words(
            "brand kind file_size_bytes mime_type alt_text status error is_truncated content_hash "
            "keywords suggested_angles content_type sentiment audience content_pillar language "
            "links analyzed_by priority usage_count last_used_at"
        ),
    ),
    Table(
        "content.generation",
        plain=words(
            "brand material platform mode status regeneration_of excluded_angles instruction "
            "attempt context_hash credits cost_micros failure started_at finished_at"
        ),
    ),
    Table(
        "content.candidate",
        plain=words(
            "generation label rank text hashtags link media angle angle_reason is_exploration "
            "sources similarity_score guard_score history_score aesthetics_score diversity_score "
            "cost_score rerank_score max_similarity neighbours is_valid character_count "
            "model_used cost_micros generation_time_ms is_selected"
        ),
    ),
    Table(
        "content.guardresult",
        plain=words("candidate guard version passed severity reason spans was_fixed"),
    ),
    Table(
        "content.storedanswer",
        personal={"output": ANSWER},
        plain=words("step_key agent agent_version provider model usage cost_micros"),
    ),
    Table(
        "content.contentembedding",
        plain=words("content_type content_id brand_id model embedding content_hash excerpt"),
    ),
    Table(
        "content.anglestatistic",
        plain=words(
            "brand platform angle wins losses posts_count mean_interactions mean_engagement_rate"
        ),
    ),
)
