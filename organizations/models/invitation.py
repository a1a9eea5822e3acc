from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from config.kernel.clock import now
from config.kernel.models import OrgOwned

from .organization import Role


class Invitation(OrgOwned):
    """A letter to one address: whoever opens its link and signs in joins, once, before it expires.

    Only the digest of the link's token is kept. `brand_ids` are the brands that the new member is
    restricted to; empty means all.
    """

    email = models.EmailField("e-mail address", max_length=320)
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    brand_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    token_digest = models.CharField(max_length=64)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    sent_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "token_digest", name="invitation_token_unique"),
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open",
            ),
        ]
        indexes = [models.Index(fields=["token_digest"], name="invitation_token")]

    def __str__(self) -> str:
        return self.email
