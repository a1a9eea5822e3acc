from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.kernel.models import AliveManager, OrgOwned, SoftDeletes, TenantForeignKey
from config.kernel.scoping import ScopedManager, ScopedQuerySet

from .pending_post import WhenLate


class Composition(SoftDeletes, OrgOwned):
    """What a person wants to say, once: the canonical words that each account's post is made from.

    It is a draft while no post stands for it; posts are made when it is scheduled, queued, sent or
    repeated, and follow it until they leave.
    """

    brand_path: ClassVar[str] = "brand"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="compositions")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(blank=True)
    hashtags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    link = models.CharField(max_length=2000, blank=True)
    media = models.JSONField(default=list, blank=True)
    title = models.CharField(max_length=300, blank=True)
    # The parts after the first where a person cut them; else a network that is too short for the
    # text gets it cut at word boundaries, if `splits_long` says so.
    thread = ArrayField(models.TextField(), default=list, blank=True)
    splits_long = models.BooleanField(default=False)
    first_comment = models.TextField(blank=True)
    when_late = models.CharField(max_length=7, choices=WhenLate, default=WhenLate.ASK)
    pillar = models.CharField(max_length=80, blank=True)
    campaign = models.CharField(max_length=120, blank=True)
    signature = TenantForeignKey(
        "content.Signature", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    template = TenantForeignKey(
        "content.ContentTemplate", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Empty: as the brand's link settings say.
    shortens_links = models.BooleanField(null=True, blank=True)
    adds_utm = models.BooleanField(null=True, blank=True)
    notes = models.TextField(blank=True)
    # What was said lately that is close to the words of this hash: found by a worker, empty if
    # nothing is.
    said_before = models.CharField(max_length=500, blank=True)
    compared_hash = models.CharField(max_length=64, blank=True)
    import_batch = TenantForeignKey(
        "publishing.PostImport", models.SET_NULL, null=True, blank=True, related_name="compositions"
    )

    objects = AliveManager.from_queryset(ScopedQuerySet)()  # type: ignore[assignment,misc]
    with_deleted = ScopedManager.from_queryset(ScopedQuerySet)()

    class Meta:
        ordering = ["-updated_at", "-id"]
        indexes = [
            models.Index(fields=["organization", "-updated_at", "-id"], name="composition_recent"),
            models.Index(fields=["brand", "-updated_at"], name="composition_brand"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Variant(OrgOwned):
    """A composition for one account: made from the canonical words, but where a person said else.

    `overrides` holds what was said else: any of text, hashtags, link, media, title, thread,
    first_comment; `options` is what only this network asks for. `overridden_from` keeps, for each
    of the overridden fields, the canonical value that it was written beside: when the canonical one
    is another by now, the override has drifted.
    """

    brand_path: ClassVar[str] = "composition__brand"

    composition = TenantForeignKey(
        "publishing.Composition", models.CASCADE, related_name="variants"
    )
    account = TenantForeignKey("publishing.SocialAccount", models.CASCADE, related_name="+")
    overrides = models.JSONField(default=dict, blank=True)
    overridden_from = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "composition", "account"], name="variant_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.composition_id} for {self.account_id}"
