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
    },
    {"brands.brandprofile": AuditTarget("Brand", "name", "brands:brand-list")},
)
