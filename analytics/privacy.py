"""The personal data in this app's tables: none, but each field says so."""

from __future__ import annotations

from organizations.privacy.marks import Table, register, words

register(
    Table(
        "analytics.engagementsnapshot",
        plain=words(
            "post age age_seconds likes comments shares clicks impressions reach engagement_rate"
        ),
    ),
    Table("analytics.metricserror", plain=words("post platform message code")),
    Table(
        "analytics.skillday",
        plain=words(
            "day skill_version uses_count passed_count defect_count selected_count decided_count "
            "approved_count cost_micros latency_ms_p50 latency_ms_p95"
        ),
    ),
)
