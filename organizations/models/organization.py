from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.kernel.models import Base, OrgOwned, SoftDeletes
from config.kernel.scoping import is_unscoped, organization_in_scope


class OrganizationManager(models.Manager["Organization"]):
    """Sees the organization in scope; inside `unscoped` and on the operator alias, all."""

    def get_queryset(self) -> models.QuerySet[Organization]:
        queryset = super().get_queryset()
        if is_unscoped() or self._db == "operator":
            return queryset
        return queryset.filter(pk__in=[organization_in_scope()])


class Organization(SoftDeletes, Base):
    """Who owns data, pays and is isolated from everybody else."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        CLOSING = "closing", "Closing, can be taken back"
        DELETED = "deleted"

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    region = models.CharField(max_length=20, default="eu-west")
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    timezone = models.CharField(max_length=64, default="UTC")
    settings = models.JSONField(default=dict, blank=True)
    retention_days = models.PositiveIntegerField(
        default=730, help_text="Days that personal data without a shorter rule is kept."
    )

    objects = OrganizationManager()
    with_deleted = OrganizationManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do; each role includes the rights of those below it."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"

    def covers(self, needed: Role | str) -> bool:
        order = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]
        return order.index(self) >= order.index(Role(needed))


class Membership(OrgOwned):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    sees_all_brands = models.BooleanField(
        default=True, help_text="If not, the member sees only the brands that were chosen."
    )
    invited_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="membership_unique"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(role=Role.OWNER),
                name="membership_one_owner",
            ),
            # Who decides over the whole team sees the whole of it.
            models.CheckConstraint(
                condition=Q(sees_all_brands=True) | Q(role__in=[Role.MEMBER, Role.VIEWER]),
                name="membership_limited_role",
            ),
        ]
        indexes = [models.Index(fields=["user"], name="membership_user")]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class WhiteLabel(OrgOwned):
    """How clients see the agency: its name and look instead of Warren's, on portal and in mail."""

    name = models.CharField(max_length=80, blank=True)
    logo = models.CharField(max_length=300, blank=True)
    accent = models.CharField(max_length=7, blank=True)
    sender_name = models.CharField(max_length=80, blank=True)
    reply_to = models.EmailField(blank=True)
    hides_warren = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="white_label_one")]

    def __str__(self) -> str:
        return self.name
