from __future__ import annotations

from django.db import models

from config.kernel.models import Base, Claimable, OrgOwned


class PaymentEvent(Claimable, Base):
    """One message of the payment provider: kept once by its id, handled once.

    It only says where to look: what is true is asked of the provider when it is handled, so the
    order in which messages come does not matter. Nothing of its content is kept.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        HANDLED = "handled"
        IGNORED = "ignored"
        FAILED = "failed"

    event_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120, blank=True)
    customer_id = models.CharField(max_length=120, blank=True)
    # No link: the message comes before anybody knows whose it is, and outlives the organization.
    organization_id = models.UUIDField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.WAITING)
    error_message = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(outcome="waiting"),
                name="payment_event_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class Invoice(OrgOwned):
    """One bill as the payment provider wrote it; amounts in cents of its currency."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        PAID = "paid"
        VOID = "void"
        UNCOLLECTIBLE = "uncollectible"

    stripe_invoice_id = models.CharField(max_length=120)
    number = models.CharField(max_length=60, blank=True)
    description = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=13, choices=Status)
    total_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    hosted_url = models.URLField(max_length=1000, blank=True)
    pdf_url = models.URLField(max_length=1000, blank=True)
    issued_at = models.DateTimeField()
    period_started_at = models.DateTimeField(null=True, blank=True)
    period_ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "stripe_invoice_id"], name="invoice_unique"
            )
        ]
        indexes = [models.Index(fields=["organization", "-issued_at"], name="invoice_recent")]

    def __str__(self) -> str:
        return self.number or self.stripe_invoice_id
