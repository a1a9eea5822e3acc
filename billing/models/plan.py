from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from config.kernel.models import Base, OrgOwned


class Plan(Base):
    """What can be bought. Of the installation, not of a tenant."""

    slug = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    credits_per_period = models.PositiveIntegerField()
    price_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="USD")
    is_public = models.BooleanField(default=True)

    class Meta:
        ordering = ["price_cents", "credits_per_period"]

    def __str__(self) -> str:
        return self.name


class CreditAction(models.TextChoices):
    GENERATE = "generate"
    PUBLISH = "publish"
    GRANT = "grant"
    REFUND = "refund"


class CreditPrice(Base):
    """What one act costs, in credits. Of the installation."""

    action = models.CharField(max_length=20, choices=CreditAction, unique=True)
    credits = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.action}: {self.credits}"


class Subscription(OrgOwned):
    """An organization's plan, its credits of this period and its budget for models."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        TRIALING = "trialing"
        PAST_DUE = "past_due"
        CANCELLED = "cancelled"
        PAUSED = "paused"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.TRIALING)
    credits_total = models.PositiveIntegerField(default=0)
    credits_used = models.PositiveIntegerField(default=0)
    period_started_at = models.DateTimeField()
    period_ends_at = models.DateTimeField(db_index=True)
    model_budget_micros = models.BigIntegerField(
        default=20_000_000,
        help_text="Model spend allowed per period, in millionths of a dollar.",
    )
    model_reserved_micros = models.BigIntegerField(default=0)
    model_spent_micros = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="subscription_one"),
            models.CheckConstraint(
                condition=Q(credits_used__lte=F("credits_total")),
                name="credits_never_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(model_reserved_micros__gte=0),
                name="model_reserved_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} ({self.status})"

    @property
    def credits_left(self) -> int:
        return self.credits_total - self.credits_used
