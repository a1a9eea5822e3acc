from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from pgvector.django import VectorField

from config.kernel.clock import now
from config.kernel.models import Base, OrgOwned, TenantForeignKey


class SkillStatus(models.TextChoices):
    TESTING = "testing"
    ACTIVE = "active"
    CHAMPION = "champion"
    FAILING = "failing"
    RETIRED = "retired"


class SkillForm(models.Model):
    """What private and shared skills have in common: how a post is built, and never what it says.

    `structure` is `content.skills.structure.Structure` as JSON: every value is one of a closed
    list, so that no word of any text can stand in it. `fingerprint` is the same for the same
    structure, task and platform in every organization. `embedding` has 768 numbers of unit length
    by `model`, of the structure's own description in words.
    """

    task = models.CharField(max_length=40)
    platform = models.CharField(max_length=30, blank=True)
    structure = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    embedding = VectorField(dimensions=768, null=True)
    model = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True


class SharedSkill(SkillForm, Base):
    """A structure that served at least five organizations, without a word or a name of theirs.

    Belongs to nobody; the application reads it, only the installation's operator writes it.
    """

    status = models.CharField(max_length=8, choices=SkillStatus, default=SkillStatus.ACTIVE)
    organizations_count = models.PositiveIntegerField()
    uses_count = models.PositiveIntegerField()
    mean_pass_rate = models.FloatField()
    defect_rate = models.FloatField()
    approval_rate = models.FloatField(default=0)
    counted_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-approval_rate"]
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], name="shared_skill_fingerprint")
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.fingerprint[:8]}"


class SharingEvent(Base):
    """That a structure was shared, taken back, or held back: numbers only, no organization.

    `suppressed_count` structures were looked at and kept hidden because fewer than five
    organizations use them; nothing else is written of those (specification 6.6).
    """

    class Kind(models.TextChoices):
        PROMOTED = "promoted"
        RETIRED = "retired"
        SUPPRESSED = "suppressed"

    kind = models.CharField(max_length=10, choices=Kind)
    skill = models.ForeignKey(
        SharedSkill, models.CASCADE, related_name="events", null=True, blank=True
    )
    organizations_count = models.PositiveIntegerField(default=0)
    uses_count = models.PositiveIntegerField(default=0)
    suppressed_count = models.PositiveIntegerField(default=0)
    mean_pass_rate = models.FloatField(default=0)
    defect_rate = models.FloatField(default=0)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.skill_id}"


class SkillSharingConsent(OrgOwned):
    """That an organization lets its structures be counted with those of others, until it takes it
    back. Without one in force nothing of it is counted (specification 6.6)."""

    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(withdrawn_at=None),
                name="skill_sharing_one_consent",
            )
        ]

    def __str__(self) -> str:
        return "withdrawn" if self.withdrawn_at else "in force"


class Skill(OrgOwned):
    """A way to build a post that this organization uses, with its record of the last 30 days.

    `name` is written from the structure. The counts are analytics' to write, which looks again at
    `recount_at`: `decided_count` are the uses that a person said anything of, `approved_count`
    those that went out. `forked_from` is the shared skill that it began as, `variant_of` the own
    one.
    """

    brand_path: ClassVar[str] = "brand"
    shared_without_brand: ClassVar[bool] = True

    brand = TenantForeignKey(
        "brands.BrandProfile", models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=120)
    task = models.CharField(max_length=40)
    platform = models.CharField(max_length=30, blank=True)
    status = models.CharField(max_length=8, choices=SkillStatus, default=SkillStatus.TESTING)
    variant_of = TenantForeignKey(
        "content.Skill", models.SET_NULL, null=True, blank=True, related_name="variants"
    )
    forked_from = models.ForeignKey(
        SharedSkill, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    shares_structure = models.BooleanField(default=True)
    uses_count = models.PositiveIntegerField(default=0)
    decided_count = models.PositiveIntegerField(default=0)
    approved_count = models.PositiveIntegerField(default=0)
    pass_rate = models.FloatField(default=0)
    defect_rate = models.FloatField(default=0)
    selection_rate = models.FloatField(default=0)
    approval_rate = models.FloatField(default=0)
    cost_micros_mean = models.BigIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    recount_at = models.DateTimeField(default=now)
    failing_since = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-approval_rate", "name"]
        indexes = [
            models.Index(fields=["organization", "task", "status"], name="skill_org_task"),
        ]

    def __str__(self) -> str:
        return self.name


class SkillVersion(SkillForm, OrgOwned):
    """One state of a skill; exactly one of them is active."""

    brand_path: ClassVar[str] = "skill__brand"
    shared_without_brand: ClassVar[bool] = True

    skill = TenantForeignKey("content.Skill", models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    notes = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "skill", "number"], name="skill_version_number"
            ),
            models.UniqueConstraint(
                fields=["organization", "skill"],
                condition=Q(is_active=True),
                name="skill_one_active_version",
            ),
        ]
        indexes = [models.Index(fields=["fingerprint"], name="skill_version_fingerprint")]

    def __str__(self) -> str:
        return f"{self.skill_id} version {self.number}"


class RevisionEvent(OrgOwned):
    """What people did with a candidate, and whether it was wrong or only not to their taste.

    Only defects count against a skill (specification 2c).
    """

    brand_path: ClassVar[str] = "candidate__generation__brand"

    class Kind(models.TextChoices):
        APPROVED = "approved"
        EDITED = "edited"
        REGENERATED = "regenerated"
        REJECTED = "rejected"

    class Classification(models.TextChoices):
        DEFECT = "defect"
        PREFERENCE = "preference"
        NONE = "none"

    candidate = TenantForeignKey("content.Candidate", models.CASCADE, related_name="revisions")
    skill_version = TenantForeignKey(
        "content.SkillVersion", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=Kind)
    classification = models.CharField(
        max_length=10, choices=Classification, default=Classification.NONE
    )
    confidence = models.FloatField(default=0)
    defect_labels = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    preference_labels = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    notes = models.TextField(blank=True)
    classified_by = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["organization", "-created_at"], name="revision_recent")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.classification}"
