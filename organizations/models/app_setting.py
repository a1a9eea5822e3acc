from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.kernel.fields import EncryptedText
from config.kernel.models import Base

INSTALLATION = UUID(int=0)
"""Stands for the installation where a secret must name its owner."""


class AppSetting(Base):
    """A setting of the installation that operators change while it runs. Secret ones are sealed."""

    # No link: a sealed value needs an owner, and this one is nobody's row.
    organization_id = models.UUIDField(default=INSTALLATION, editable=False)
    key = models.SlugField(max_length=60, unique=True)
    value = models.JSONField(null=True, blank=True)
    secret = EncryptedText(null=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class InstallationKey(Base):
    """A data key of the installation's own secrets, wrapped by the master key."""

    version = models.PositiveIntegerField(unique=True)
    wrapped = models.BinaryField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(retired_at=None), name="installation_key_one_current"
            )
        ]

    def __str__(self) -> str:
        return f"Installation key {self.version}"
