from __future__ import annotations

from django.conf import settings
from django.db import models

from config.kernel.fields import EncryptedText
from config.kernel.models import OrgOwned, TenantForeignKey


class ProviderSecret(OrgOwned):
    """A key of somebody else's service that an organization lent us. Shown masked, never whole."""

    service = models.CharField(max_length=40)
    credential = EncryptedText()
    hint = models.CharField(max_length=40, blank=True, help_text="The masked key, for people.")
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "service"], name="provider_secret_unique"
            )
        ]

    def __str__(self) -> str:
        return self.service


class IntegrationConnection(OrgOwned):
    """Whether an organization's connection to an outside service works, and since when."""

    class Status(models.TextChoices):
        DISCONNECTED = "disconnected"
        CONNECTED = "connected"
        ERROR = "error"

    service = models.CharField(max_length=40)
    status = models.CharField(max_length=12, choices=Status, default=Status.DISCONNECTED)
    secret = TenantForeignKey(
        ProviderSecret, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    configuration = models.JSONField(default=dict, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    error_message = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "service"], name="integration_service_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} ({self.status})"
