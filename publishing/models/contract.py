from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from config.kernel.models import OrgOwned, TenantForeignKey
from config.kernel.states import Graph, HasGraph


class ContractStatus(models.TextChoices):
    DRAFT = "draft"
    SIGNED = "signed"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class PolicyContract(HasGraph, OrgOwned):
    """What the agent may do for a brand without asking, as its owner signed it.

    Signed, it is never changed: another one takes its place. Without a signed one every text waits
    for a person. `hours` is {"days": [0..6, 0 is Sunday], "from": "08:00", "until": "20:00"} in
    `timezone`.
    """

    brand_path: ClassVar[str] = "brand"

    graph = Graph(
        ContractStatus.DRAFT,
        {
            ContractStatus.DRAFT: [ContractStatus.SIGNED, ContractStatus.WITHDRAWN],
            ContractStatus.SIGNED: [ContractStatus.SUPERSEDED, ContractStatus.WITHDRAWN],
            ContractStatus.SUPERSEDED: [],
            ContractStatus.WITHDRAWN: [],
        },
    )
    state_field = "status"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="contracts")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=ContractStatus, default=ContractStatus.DRAFT)
    # Empty: any topic. The words are matched with the material's pillar, keywords and the text.
    topics = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    topics_excluded = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    # Kinds of claims that may go out when every one is traced to a source.
    claims = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    hours = models.JSONField(default=dict, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    posts_per_day = models.PositiveSmallIntegerField(default=3)
    credits_per_day = models.PositiveIntegerField(null=True, blank=True)
    # Accounts of the brand that the agent may use; empty: all that are linked.
    account_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    first_posts_reviewed = models.PositiveSmallIntegerField(default=20)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    signed_name = models.CharField(max_length=120, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    terms_hash = models.CharField(max_length=64, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "brand", "number"], name="contract_number"
            ),
            models.UniqueConstraint(
                fields=["organization", "brand"],
                condition=Q(status=ContractStatus.SIGNED),
                name="contract_one_signed",
            ),
            models.UniqueConstraint(
                fields=["organization", "brand"],
                condition=Q(status=ContractStatus.DRAFT),
                name="contract_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"Policy {self.number}"
