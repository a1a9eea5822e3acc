"""How the acts of this app are called in the audit log."""

from __future__ import annotations

from organizations.trail.words import AuditTarget, add_words

add_words(
    {
        "material.added": "added a material",
        "material.analysed": "read a material",
        "material.failed": "could not read a material",
        "material.edited": "edited a material",
        "material.deleted": "deleted a material",
        "material.undeleted": "brought a material back",
        "material.archived": "archived a material",
        "material.restored": "took a material out of the archive",
        "material.retried": "had a material read again",
        "generation.done": "wrote variations",
        "generation.failed": "could not write variations",
    },
    {
        "content.material": AuditTarget("Material", "name", "content:material-show", "material"),
        "content.generation": AuditTarget("Writing", "material__name"),
    },
)
