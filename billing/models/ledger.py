from __future__ import annotations

from django.db import models
from django.db.models import Q

from config.kernel.models import OrgOwned

from .plan import CreditAction


class CreditTransaction(OrgOwned):
    """One line of the credit ledger: negative is spent, positive is granted. Never changed.

    `key` says what the line is for (such as publish:<delivery>); a second line with the same key is
    refused by the database, so that nothing is charged or refunded twice.
    """

    amount = models.IntegerField()
    action = models.CharField(max_length=20, choices=CreditAction)
    description = models.CharField(max_length=200)
    key = models.CharField(max_length=120)
    related_type = models.CharField(max_length=40, blank=True)
    related_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="credit_key_unique")
        ]
        indexes = [models.Index(fields=["organization", "-created_at"], name="credit_recent")]

    def __str__(self) -> str:
        return f"{self.amount:+d} {self.description}"


class ModelSpend(OrgOwned):
    """One model call's money: reserved at its worst case, settled at what it cost."""

    class State(models.TextChoices):
        RESERVED = "reserved"
        SETTLED = "settled"
        RELEASED = "released"

    purpose = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State, default=State.RESERVED)
    worst_case_micros = models.BigIntegerField()
    cost_micros = models.BigIntegerField(null=True)
    provider = models.CharField(max_length=30, blank=True)
    model = models.CharField(max_length=120, blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    step_key = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="model_spend_recent"),
            models.Index(
                fields=["created_at"], condition=Q(state="reserved"), name="model_spend_reserved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"
