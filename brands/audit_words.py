"""How the acts of this app are called in the audit log."""

from __future__ import annotations

from organizations.trail.words import AuditTarget, add_words

add_words(
    {
        "brand.created": "added a brand",
        "brand.changed": "changed a brand",
        "brand.paused": "paused a brand",
        "brand.resumed": "resumed a brand",
        "brand.deleted": "deleted a brand",
        "brand.restored": "restored a brand",
        "strategy.requested": "asked for a strategy paper",
        "strategy.worked_out": "worked out a strategy paper",
        "strategy.failed": "could not work out a strategy paper",
        "strategy.edited": "edited a strategy paper",
        "strategy.version_restored": "took back an older version of a strategy paper",
        "strategy.deleted": "deleted a strategy paper",
        "strategy.restored": "restored a strategy paper",
        "voice.requested": "had a voice read",
        "voice.retried": "had a voice read again",
        "voice.analysed": "read a voice",
        "voice.failed": "could not read a voice",
        "voice.rejected": "turned a voice down",
        "voice.drafted": "drafted a voice",
        "voice.discarded": "threw a draft of a voice away",
        "voice.merged": "merged a voice",
        "voice.confirmed": "confirmed a voice",
        "voice.saved": "saved a voice",
        "voice.forgotten": "removed a saved voice",
        "knowledge.bucket_added": "added a knowledge bucket",
        "knowledge.bucket_deleted": "deleted a knowledge bucket",
        "knowledge.bucket_restored": "restored a knowledge bucket",
        "knowledge.source_added": "added a source of knowledge",
        "knowledge.source_edited": "changed a source of knowledge",
        "knowledge.source_reread": "had a source of knowledge read again",
        "knowledge.source_read": "read a source of knowledge",
        "knowledge.source_failed": "could not read a source of knowledge",
        "knowledge.source_deleted": "deleted a source of knowledge",
        "knowledge.source_restored": "restored a source of knowledge",
        "knowledge.entry_added": "added a knowledge entry",
        "knowledge.entry_edited": "changed a knowledge entry",
        "knowledge.entry_activated": "put a knowledge entry to use",
        "knowledge.entry_archived": "archived a knowledge entry",
        "knowledge.gaps_reported": "looked for gaps in what is known",
        "knowledge.category_added": "added a knowledge category",
    },
    {
        "brands.brandprofile": AuditTarget("Brand", "name", "brands:brand-list"),
        "brands.strategypaper": AuditTarget(
            "Strategy paper", "title", "brands:strategy-show", "paper"
        ),
        "brands.knowledgebucket": AuditTarget(
            "Knowledge bucket", "name", "brands:bucket-show", "bucket"
        ),
        "brands.knowledgesource": AuditTarget(
            "Source of knowledge", "title", "brands:source-show", "source"
        ),
        "brands.knowledgeentry": AuditTarget(
            "Knowledge entry", "question", "brands:entry-edit", "entry"
        ),
        "brands.gapreport": AuditTarget("Gap report", "brand__name", "brands:knowledge-list"),
    },
)
