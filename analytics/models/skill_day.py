from __future__ import annotations

from typing import ClassVar

from django.db import models

from config.kernel.models import OrgOwned, TenantForeignKey


class SkillDay(OrgOwned):
    """What one version of a skill did on one day (UTC). Rates are kept as their counts.

    A candidate is counted on the day on which it was written, whatever is said of it later.
    `decided_count` are those that a person said anything of, `defect_count` those of them in which
    something was wrong.
    """

    brand_path: ClassVar[str] = "skill_version__skill__brand"
    shared_without_brand: ClassVar[bool] = True

    day = models.DateField()
    skill_version = TenantForeignKey("content.SkillVersion", models.CASCADE, related_name="days")
    uses_count = models.PositiveIntegerField(default=0)
    passed_count = models.PositiveIntegerField(default=0)
    defect_count = models.PositiveIntegerField(default=0)
    selected_count = models.PositiveIntegerField(default=0)
    decided_count = models.PositiveIntegerField(default=0)
    approved_count = models.PositiveIntegerField(default=0)
    cost_micros = models.BigIntegerField(default=0)
    latency_ms_p50 = models.PositiveIntegerField(default=0)
    latency_ms_p95 = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "day", "skill_version"], name="skill_day_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.skill_version_id} on {self.day}"
