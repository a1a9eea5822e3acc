from __future__ import annotations

from typing import ClassVar

from django.db import models

from config.kernel.models import OrgOwned, TenantForeignKey


class BrandAccess(OrgOwned):
    """A brand that a member with restricted sight may see."""

    brand_path: ClassVar[str] = "brand"

    membership = TenantForeignKey("organizations.Membership", models.CASCADE, related_name="+")
    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership", "brand"], name="brand_access_unique"
            )
        ]
        verbose_name_plural = "brand accesses"

    def __str__(self) -> str:
        return f"{self.membership_id} sees {self.brand_id}"
