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
        "skill.created": "added a skill",
        "skill.changed": "changed a skill",
        "skill.forked": "took a shared skill over",
        "skill.retired": "retired a skill",
        "skill.restored": "brought a skill back",
        "skill.tiered": "moved a skill to another tier",
        "skill.promoted": "shared a skill's structure",
        "skill.unshared": "took a shared structure back",
        "skill_sharing.allowed": "allowed structures to be shared",
        "skill_sharing.withdrawn": "stopped sharing structures",
        "template.created": "added a template",
        "template.changed": "changed a template",
        "template.archived": "archived a template",
        "template.restored": "took a template out of the archive",
        "hashtag_set.created": "added a set of hashtags",
        "hashtag_set.changed": "changed a set of hashtags",
        "hashtag_set.deleted": "deleted a set of hashtags",
        "post_configuration.created": "added a post configuration",
        "post_configuration.changed": "changed a post configuration",
        "post_configuration.deleted": "deleted a post configuration",
        "pattern.learned": "learned from what people did",
        "pattern.switched_on": "switched a lesson on",
        "pattern.switched_off": "switched a lesson off",
    },
    {
        "content.material": AuditTarget("Material", "name", "content:material-show", "material"),
        "content.generation": AuditTarget("Writing", "material__name"),
        "content.skill": AuditTarget("Skill", "name"),
        "content.learnedpattern": AuditTarget("Lesson", "lesson"),
    },
)
