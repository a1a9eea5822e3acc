from __future__ import annotations

from django.db import models

from config.kernel.models import OrgOwned, TenantForeignKey


class ModelRoute(OrgOwned):
    """Which model an organization uses for a purpose, with its own address.

    An empty purpose stands for all purposes that have no route of their own. The key is the secret
    of the provider at this address, which several routes may share.
    """

    purpose = models.CharField(max_length=40, blank=True)
    provider = models.CharField(max_length=30)
    model = models.CharField(max_length=120)
    base_url = models.URLField(blank=True)
    secret = TenantForeignKey(
        "organizations.ProviderSecret", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    is_free = models.BooleanField(
        default=False,
        help_text="Calls cost nothing, as with a model on your own machine.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "purpose"], name="model_route_purpose_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"
