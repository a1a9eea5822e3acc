from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from config.kernel.clock import now
from config.kernel.models import OrgOwned
from config.kernel.scoping import ScopedManager, ScopedQuerySet

from .organization import Role


class InvitationQuerySet(ScopedQuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Neither used nor taken back; it may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)

    def acceptable(self) -> InvitationQuerySet:
        return self.open().filter(expires_at__gt=now())


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
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty while no mail server has taken the letter."
    )
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager.from_queryset(InvitationQuerySet)()  # type: ignore[assignment,misc]

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "token_digest", name="invitation_token_unique"),
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.OWNER), name="invitation_never_to_ownership"
            ),
            models.CheckConstraint(
                condition=Q(brand_ids=[]) | Q(role__in=[Role.MEMBER, Role.VIEWER]),
                name="invitation_limited_role",
            ),
        ]
        indexes = [models.Index(fields=["token_digest"], name="invitation_token")]

    def __str__(self) -> str:
        return self.email

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= now()
