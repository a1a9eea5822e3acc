from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from config.kernel.models import OrgOwned, TenantForeignKey


class Feedback(OrgOwned):
    """What a person did with something that an agent proposed, as it was and as they made it.

    `score` from 1 to 5 where somebody gave one.
    """

    brand_path: ClassVar[str] = "brand"

    class Kind(models.TextChoices):
        APPROVE = "approve"
        EDIT = "edit"
        REGENERATE = "regenerate"
        REJECT = "reject"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="+")
    candidate = TenantForeignKey(
        "content.Candidate", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    agent = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind)
    original = models.TextField(blank=True)
    changed = models.TextField(blank=True)
    note = models.TextField(blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["organization", "brand", "-created_at"], name="feedback_recent")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.agent}"


class LearnedPattern(OrgOwned):
    """One thing that people's acts taught an agent, in a sentence, with a switch.

    `confidence` and `success_rate` from 0 to 1 follow specification 3c. `data` is what the agent
    is given; `lesson` says it to people.
    """

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="+")
    agent = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    lesson = models.CharField(max_length=300)
    data = models.JSONField(default=dict, blank=True)
    confidence = models.FloatField(default=0.5)
    success_rate = models.FloatField(default=0.5)
    usage_count = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    switched_at = models.DateTimeField(null=True, blank=True)
    switched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-confidence"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "brand", "agent", "key"], name="learned_pattern_key"
            )
        ]

    def __str__(self) -> str:
        return self.lesson
