from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from config.kernel.models import OrgOwned, TenantForeignKey


class Workflow(OrgOwned):
    """Who must say yes before a post of a brand goes out. Without a row: one step, any member.

    A change holds for posts that are put forward from then on; those on their way keep the steps
    that they were put forward under.
    """

    brand_path: ClassVar[str] = "brand"

    class Mode(models.TextChoices):
        NONE = "none", "Nobody: what a person schedules goes out"
        ONE = "one", "One person"
        STEPS = "steps", "Several steps"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="workflow")
    mode = models.CharField(max_length=5, choices=Mode, default=Mode.ONE)
    lets_author_approve = models.BooleanField(default=True)
    # Hours before a waiting post expires in which its approvers are reminded; 0 for never.
    reminder_hours = models.PositiveSmallIntegerField(
        default=6, validators=[MaxValueValidator(336)]
    )
    # An approval covers the planned time and this many days after it, and nothing later.
    window_days = models.PositiveSmallIntegerField(
        default=7, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "brand"], name="workflow_one")
        ]

    def __str__(self) -> str:
        return self.get_mode_display()


class WorkflowStep(OrgOwned):
    """One step: whose yes is needed, of any one of them or of all. Nobody named: any member."""

    brand_path: ClassVar[str] = "workflow__brand"

    class Kind(models.TextChoices):
        INTERNAL = "internal", "The team"
        CLIENT = "client", "The client"

    class Rule(models.TextChoices):
        ANY = "any", "Any one of them"
        ALL = "all", "All of them"

    workflow = TenantForeignKey("publishing.Workflow", models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.INTERNAL)
    rule = models.CharField(max_length=3, choices=Rule, default=Rule.ANY)
    approvers = ArrayField(models.UUIDField(), default=list, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "workflow", "number"], name="workflow_step_number"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SignOff(OrgOwned):
    """One person's word on exactly this text for exactly this account, at one step."""

    brand_path: ClassVar[str] = "pending_post__brand"

    class Answer(models.TextChoices):
        APPROVED = "approved", "Approved"
        CHANGES = "changes", "Asked for changes"
        REJECTED = "rejected", "Rejected"

    pending_post = TenantForeignKey(
        "publishing.PendingPost", models.CASCADE, related_name="sign_offs"
    )
    step = models.PositiveSmallIntegerField(default=0)
    step_name = models.CharField(max_length=80, blank=True)
    answer = models.CharField(max_length=8, choices=Answer)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # A client without an account: by which link, and the name that they gave.
    link = TenantForeignKey(
        "publishing.PortalLink", models.SET_NULL, null=True, blank=True, related_name="sign_offs"
    )
    client_name = models.CharField(max_length=120, blank=True)
    account_id = models.UUIDField()
    content_hash = models.CharField(max_length=64)
    comment = models.TextField(blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "pending_post", "step", "user"],
                condition=Q(voided_at=None, user__isnull=False),
                name="sign_off_one_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step_name}: {self.answer}"


class PostComment(OrgOwned):
    """Something said about a post before it goes out; seen by the client only where it says so."""

    brand_path: ClassVar[str] = "pending_post__brand"

    pending_post = TenantForeignKey(
        "publishing.PendingPost", models.CASCADE, related_name="remarks"
    )
    parent = TenantForeignKey("self", models.CASCADE, null=True, blank=True, related_name="answers")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    link = TenantForeignKey(
        "publishing.PortalLink", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    client_name = models.CharField(max_length=120, blank=True)
    body = models.TextField()
    is_for_client = models.BooleanField(default=False)
    mentions = ArrayField(models.UUIDField(), default=list, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.body[:60]


class PostVersion(OrgOwned):
    """What a post said from one change to the next; number 1 is as it was made."""

    brand_path: ClassVar[str] = "pending_post__brand"

    pending_post = TenantForeignKey(
        "publishing.PendingPost", models.CASCADE, related_name="versions"
    )
    number = models.PositiveSmallIntegerField()
    # As `content_hash` reads it: content, hashtags, link, media, title, thread, first_comment,
    # options.
    words = models.JSONField()
    content_hash = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "pending_post", "number"], name="post_version_number"
            )
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"
