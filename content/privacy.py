"""The personal data in this app's tables: what a team uploads may speak of people."""

from __future__ import annotations

from organizations.privacy.marks import Category, Keep, Mark, Table, register, words

SOURCE = Mark(Category.CONTENT, "Writing posts from what the team gave", Keep.DELETED)
LEARNED = Mark(Category.CONTENT, "Learning what the team likes", Keep.TEAM)
DID = Mark(Category.ACTIVITY, "Who asked for it or decided it", Keep.TEAM)
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
            "brand kind file_size_bytes mime_type alt_text medium status error is_truncated "
            "content_hash keywords suggested_angles content_type sentiment audience content_pillar "
            "language links facts analyzed_by priority usage_count last_used_at"
        ),
    ),
    Table(
        "content.generation",
        plain=words(
            "brand material platform mode status regeneration_of excluded_angles instruction "
            "attempt context_hash configuration passages credits cost_micros failure started_at "
            "finished_at"
        ),
    ),
    Table(
        "content.candidate",
        plain=words(
            "generation label rank text hashtags link media angle angle_reason is_exploration "
            "sources citations skill_version shared_skill skill_reason voice_score voice_reasons "
            "similarity_score guard_score history_score aesthetics_score diversity_score "
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
    Table(
        "content.materialfeed",
        personal={"url": SOURCE},
        plain=words(
            "brand title use is_active interval_minutes etag last_modified polled_at error "
            "consecutive_errors"
        ),
    ),
    Table(
        "content.feeditem",
        personal={"title": SOURCE, "summary": SOURCE, "url": SOURCE},
        plain=words("feed key said_at relevance parts status reason material"),
    ),
    Table(
        "content.languagemodel",
        plain=words(
            "provider name kind is_active is_default capabilities input_micros_per_million "
            "output_micros_per_million max_output_tokens context_tokens discovered_at validated_at"
        ),
    ),
    Table(
        "content.modeldiscovery",
        plain=words("status found_count added deactivated providers errors duration_ms"),
    ),
    Table(
        "content.agentsetting",
        plain=words("agent model temperature max_tokens instructions retries is_enabled"),
    ),
    Table(
        "content.organizationagentsetting",
        plain=words("agent model temperature max_tokens instructions retries is_enabled"),
    ),
    Table(
        "content.sharedskill",
        plain=words(
            "task platform structure fingerprint embedding model status organizations_count "
            "uses_count mean_pass_rate defect_rate approval_rate counted_at retired_at"
        ),
    ),
    Table(
        "content.sharingevent",
        plain=words(
            "kind skill organizations_count uses_count suppressed_count mean_pass_rate defect_rate"
        ),
    ),
    Table(
        "content.skill",
        by=("created_by",),
        personal={"created_by": DID},
        plain=words(
            "brand name task platform status variant_of forked_from shares_structure uses_count "
            "decided_count approved_count pass_rate defect_rate selection_rate approval_rate "
            "cost_micros_mean last_used_at recount_at failing_since retired_at retired_reason"
        ),
    ),
    Table(
        "content.skillsharingconsent",
        by=("given_by", "withdrawn_by"),
        personal={"given_by": DID, "withdrawn_by": DID},
        plain=words("withdrawn_at"),
    ),
    Table(
        "content.skillversion",
        plain=words(
            "skill number notes is_active task platform structure fingerprint embedding model"
        ),
    ),
    Table(
        "content.revisionevent",
        by=("by",),
        personal={"notes": LEARNED, "by": DID},
        plain=words(
            "candidate skill_version kind classification confidence defect_labels "
            "preference_labels classified_by"
        ),
    ),
    Table(
        "content.contenttemplate",
        plain=words(
            "brand name kind platform subject body sections variables hashtags starter status "
            "use_count last_used_at"
        ),
    ),
    Table(
        "content.hashtagset",
        plain=words("brand name tags platforms use_count last_used_at"),
    ),
    Table(
        "content.postconfiguration",
        plain=words(
            "brand name platforms adds_hashtags hashtags_max hashtag_set adds_call call_to_action "
            "voice_minimum requires_guards is_default use_count last_used_at"
        ),
    ),
    Table(
        "content.feedback",
        by=("by",),
        personal={"original": LEARNED, "changed": LEARNED, "note": LEARNED, "by": DID},
        plain=words("brand candidate agent kind score"),
    ),
    Table(
        "content.learnedpattern",
        by=("switched_by",),
        personal={"switched_by": DID},
        plain=words(
            "brand agent key lesson data confidence success_rate usage_count is_active switched_at"
        ),
    ),
    Table("content.assetfolder", plain=words("brand parent name")),
    Table(
        "content.asset",
        by=("created_by",),
        personal={"created_by": DID},
        plain=words(
            "brand folder made_from name reference content_type size_bytes width height "
            "duration_seconds alt tags focal_x focal_y crop checksum thumbnail use_count "
            "last_used_at"
        ),
    ),
    Table(
        "content.upload",
        about=("user",),
        personal={"user": DID},
        plain=words("brand folder name length offset key asset problem expires_at"),
    ),
    Table(
        "content.linkpreview",
        plain=words("url url_hash title description site_name picture problem read_at"),
    ),
    Table("content.signature", plain=words("brand name text platforms is_default")),
)
