from __future__ import annotations

from django.db import models
from django.db.models import Q

from config.kernel.models import OrgOwned


class DataKey(OrgOwned):
    """A data key of one organization, wrapped by the master key that lives outside the database."""

    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "version"], name="data_key_version_unique"
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(retired_at=None),
                name="data_key_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"Data key {self.version}"
