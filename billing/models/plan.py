from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from config.kernel.models import Base, OrgOwned
from config.kernel.states import Graph, HasGraph


class Plan(Base):
    """What can be bought. Of the installation, not of a tenant.

    The limits say how many of each thing an organization may have; empty is without end.
    """

    slug = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    credits_per_period = models.PositiveIntegerField()
    price_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="USD")
    is_public = models.BooleanField(default=True)
    members = models.PositiveIntegerField(null=True, blank=True)
    brands = models.PositiveIntegerField(null=True, blank=True)
    accounts = models.PositiveIntegerField(
        null=True, blank=True, help_text="Accounts on networks; the hosted page is not counted."
    )
    api_requests_per_month = models.PositiveIntegerField(null=True, blank=True)
    model_budget_cents = models.PositiveIntegerField(
        null=True, blank=True, help_text="Highest model budget that an owner may set, per month."
    )
    stripe_price_id = models.CharField(
        max_length=120,
        blank=True,
        help_text="Stripe's monthly price (price_…). Without it only operators assign the plan.",
    )

    class Meta:
        ordering = ["price_cents", "credits_per_period"]

    def __str__(self) -> str:
        return self.name


class CreditAction(models.TextChoices):
    GENERATE = "generate"
    GENERATE_TRENDING = "generate_trending", "Generate with a trend"
    PUBLISH = "publish"
    GRANT = "grant"
    REFUND = "refund"
    TOPUP = "topup", "Top-up"
    RENEWAL = "renewal"
    EXPIRY = "expiry"
    ADJUSTMENT = "adjustment"


class CreditPrice(Base):
    """What one act costs, in credits. Of the installation."""

    action = models.CharField(max_length=20, choices=CreditAction, unique=True)
    credits = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.action}: {self.credits}"


class Subscription(HasGraph, OrgOwned):
    """An organization's plan, its credits of this period and its budget for models."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        TRIALING = "trialing"
        PAST_DUE = "past_due", "Past due"
        CANCELLED = "cancelled"
        PAUSED = "paused"

    graph = Graph(
        Status.TRIALING,
        {
            Status.TRIALING: [Status.ACTIVE, Status.PAUSED, Status.CANCELLED],
            Status.ACTIVE: [Status.PAST_DUE, Status.PAUSED, Status.CANCELLED],
            # Seven days of grace, in which the work goes on.
            Status.PAST_DUE: [Status.ACTIVE, Status.PAUSED, Status.CANCELLED],
            Status.PAUSED: [Status.ACTIVE, Status.CANCELLED],
            # Falls to the free plan.
            Status.CANCELLED: [Status.ACTIVE],
        },
    )
    state_field = "status"
    # Cancelled and paused plans rest: nothing is written, nothing is sent.
    RUNNING = (Status.ACTIVE, Status.TRIALING, Status.PAST_DUE)

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    pending_plan = models.ForeignKey(
        Plan,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The smaller plan that begins with the next period.",
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.TRIALING)
    credits_total = models.PositiveIntegerField(default=0)
    credits_used = models.PositiveIntegerField(default=0)
    period_started_at = models.DateTimeField()
    period_ends_at = models.DateTimeField(db_index=True)
    # Day of the month on which periods begin, so that 31 January leads to 31 March.
    anchor_day = models.PositiveSmallIntegerField(default=1)
    # When the sweeper looks again: a renewal, the end of a grace, a question to the provider.
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    cancel_at_period_end = models.BooleanField(default=False)
    past_due_since = models.DateTimeField(null=True, blank=True)
    grace_ends_at = models.DateTimeField(null=True, blank=True)
    stripe_customer_id = models.CharField(max_length=120, blank=True, db_index=True)
    stripe_subscription_id = models.CharField(max_length=120, blank=True)
    model_budget_micros = models.BigIntegerField(
        default=20_000_000,
        help_text="Model spend allowed per period, in millionths of a dollar.",
    )
    model_reserved_micros = models.BigIntegerField(default=0)
    model_spent_micros = models.BigIntegerField(default=0)
    # The highest threshold of the budget that was warned of in this period, in percent.
    model_warned_percent = models.PositiveSmallIntegerField(default=0)

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

    @property
    def is_running(self) -> bool:
        return self.status in self.RUNNING

    @property
    def is_paid(self) -> bool:
        """Whether the payment provider renews it."""
        return bool(self.stripe_subscription_id)
