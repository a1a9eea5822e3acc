from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from config.kernel.models import OrgOwned, TenantForeignKey, uuid7
from config.kernel.scoping import ScopedManager, ScopedQuerySet
from config.kernel.states import Graph, HasGraph
from content.models import Angle


class PendingStatus(models.TextChoices):
    DRAFT = "draft"
    PENDING = "pending"
    AUTO_APPROVED = "auto_approved"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"


# In the order of their names, as the conditions of the indexes spell them.
COMING = ("approved", "auto_approved", "draft", "pending", "publishing")
STRANDED = ("expired", "failed", "rejected")
# What a calendar plans with: on its way, or to be looked at because it could not leave.
PLANNED = (*COMING, "failed")


class WhenLate(models.TextChoices):
    """What becomes of a post that could not leave at its time: a person is asked, or not."""

    ASK = "ask", "Ask me first"
    PUBLISH = "publish", "Publish it late"
    SKIP = "skip", "Leave it out"


class PendingPostQuerySet(ScopedQuerySet["PendingPost"]):
    def waiting(self) -> PendingPostQuerySet:
        return self.filter(status=PendingStatus.PENDING)

    def approved(self) -> PendingPostQuerySet:
        return self.filter(status__in=[PendingStatus.APPROVED, PendingStatus.AUTO_APPROVED])


class PendingPost(HasGraph, OrgOwned):
    """A post on its way: one text for one account, from draft to published."""

    brand_path: ClassVar[str] = "brand"

    graph = Graph(
        PendingStatus.DRAFT,
        {
            PendingStatus.DRAFT: [
                PendingStatus.PENDING,
                PendingStatus.AUTO_APPROVED,
                PendingStatus.REJECTED,
            ],
            PendingStatus.PENDING: [
                PendingStatus.APPROVED,
                PendingStatus.REJECTED,
                PendingStatus.EXPIRED,
            ],
            # Back to PENDING when an edit voids the approval.
            PendingStatus.AUTO_APPROVED: [
                PendingStatus.PUBLISHING,
                PendingStatus.PENDING,
                PendingStatus.REJECTED,
                PendingStatus.FAILED,
            ],
            PendingStatus.APPROVED: [
                PendingStatus.PUBLISHING,
                PendingStatus.PENDING,
                PendingStatus.REJECTED,
                PendingStatus.FAILED,
            ],
            # Back to approved while a delivery that was not sent waits for its next try.
            PendingStatus.PUBLISHING: [
                PendingStatus.PUBLISHED,
                PendingStatus.FAILED,
                PendingStatus.APPROVED,
                PendingStatus.AUTO_APPROVED,
            ],
            PendingStatus.FAILED: [
                PendingStatus.PENDING,
                PendingStatus.PUBLISHING,
                PendingStatus.REJECTED,
            ],
            PendingStatus.REJECTED: [],
            PendingStatus.EXPIRED: [PendingStatus.PENDING],
            PendingStatus.PUBLISHED: [],
        },
    )
    state_field = "status"

    class GenerationMode(models.TextChoices):
        AUTOPILOT = "autopilot"
        MANUAL = "manual"

    brand = TenantForeignKey("brands.BrandProfile", models.CASCADE, related_name="pending_posts")
    account = TenantForeignKey(
        "publishing.SocialAccount", models.RESTRICT, related_name="pending_posts"
    )
    # What it was made from: the agent's material and text, or a person's composition.
    material = TenantForeignKey(
        "content.Material", models.RESTRICT, null=True, blank=True, related_name="pending_posts"
    )
    schedule = TenantForeignKey(
        "publishing.Schedule", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    run = TenantForeignKey(
        "publishing.AutopilotRun",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pending_posts",
    )
    generation = TenantForeignKey(
        "content.Generation", models.RESTRICT, null=True, blank=True, related_name="pending_posts"
    )
    candidate = TenantForeignKey(
        "content.Candidate", models.RESTRICT, null=True, blank=True, related_name="pending_posts"
    )
    variant = TenantForeignKey(
        "publishing.Variant", models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    recurrence = TenantForeignKey(
        "publishing.Recurrence", models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    queue = TenantForeignKey(
        "publishing.PostingQueue", models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    evergreen = TenantForeignKey(
        "publishing.EvergreenItem", models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    pillar = models.CharField(max_length=80, blank=True, default="", db_default="")
    campaign = models.CharField(max_length=120, blank=True, default="", db_default="")
    batch_id = models.UUIDField(default=uuid7)
    platform = models.CharField(max_length=30)
    content = models.TextField()
    hashtags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    link = models.CharField(max_length=2000, blank=True)
    media = models.JSONField(default=list, blank=True)
    title = models.CharField(max_length=300, blank=True, default="", db_default="")
    # The parts after the first, each in one's own words.
    thread = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    first_comment = models.TextField(blank=True, default="", db_default="")
    # What only this network asks for: a board, a subreddit, who may see it.
    options = models.JSONField(default=dict, db_default={}, blank=True)
    when_late = models.CharField(
        max_length=7, choices=WhenLate, default=WhenLate.ASK, db_default=WhenLate.ASK
    )
    angle = models.CharField(max_length=20, choices=Angle, blank=True, default="", db_default="")
    angle_reason = models.TextField(blank=True)
    is_exploration = models.BooleanField(default=False)
    generation_mode = models.CharField(
        max_length=10, choices=GenerationMode, default=GenerationMode.AUTOPILOT
    )
    scheduled_for = models.DateTimeField()
    # The time as a person means it, where it is a time of the clock and not a moment: "2026-11-23
    # 09:00" in a zone. `scheduled_for` is what comes of it.
    wall_time = models.CharField(max_length=16, blank=True, default="", db_default="")
    zone = models.CharField(max_length=64, blank=True, default="", db_default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    # The steps of its approval, as the workflow had them when it was put forward: {"name", "kind",
    # "rule", "approvers"}; `step` is the one that it waits at.
    steps = models.JSONField(default=list, db_default=[], blank=True)
    step = models.PositiveSmallIntegerField(default=0, db_default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=14, choices=PendingStatus, default=PendingStatus.DRAFT)
    was_edited = models.BooleanField(default=False)
    review_notes = models.TextField(blank=True)
    rejection_reason = models.TextField(blank=True)
    regeneration_count = models.PositiveSmallIntegerField(default=0)
    failure_category = models.CharField(max_length=30, blank=True)
    failure_reason = models.TextField(blank=True)

    objects = ScopedManager.from_queryset(PendingPostQuerySet)()  # type: ignore[assignment,misc]

    class Meta:
        ordering = ["scheduled_for"]
        indexes = [
            models.Index(
                fields=["organization", "status", "scheduled_for"], name="pending_org_status"
            ),
            models.Index(
                fields=["expires_at"],
                name="pending_expiry",
                condition=Q(status=PendingStatus.PENDING),
            ),
            models.Index(fields=["brand", "status"], name="pending_brand_status"),
            # The calendar: one span of time, of one brand or of all.
            models.Index(fields=["organization", "scheduled_for", "id"], name="pending_calendar"),
            models.Index(fields=["brand", "scheduled_for", "id"], name="pending_brand_calendar"),
            # The same for what has not left: what is out stands in its own table, and years of it
            # lie between.
            models.Index(
                fields=["organization", "scheduled_for", "id"],
                name="pending_org_plan",
                condition=Q(status__in=PLANNED),
            ),
            models.Index(
                fields=["brand", "scheduled_for", "id"],
                name="pending_brand_plan",
                condition=Q(status__in=PLANNED),
            ),
            models.Index(
                fields=["account", "scheduled_for"],
                name="pending_account_plan",
                condition=Q(status__in=PLANNED),
            ),
            models.Index(
                fields=["queue", "scheduled_for"],
                name="pending_queue",
                condition=Q(queue__isnull=False),
            ),
            # The list of posts: what is to come, and what came to nothing.
            models.Index(
                fields=["organization", "scheduled_for", "id"],
                name="pending_coming",
                condition=Q(status__in=COMING),
            ),
            models.Index(
                fields=["organization", "-scheduled_for", "-id"],
                name="pending_stranded",
                condition=Q(status__in=STRANDED),
            ),
        ]

    def __str__(self) -> str:
        return self.content[:60]


class Approval(OrgOwned):
    """Leave to publish exactly this text on exactly this account until a moment.

    By a person, by a client through their link, or by the clauses of a signed policy.
    """

    brand_path: ClassVar[str] = "pending_post__brand"

    pending_post = TenantForeignKey(
        "publishing.PendingPost", models.CASCADE, related_name="approvals"
    )
    account_id = models.UUIDField()
    content_hash = models.CharField(max_length=64)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    client_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    policy = models.CharField(max_length=200, blank=True)
    contract = TenantForeignKey(
        "publishing.PolicyContract",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="approvals",
    )
    # Which clauses let it go, each as {"clause", "words"}.
    clauses = models.JSONField(default=list, db_default=[], blank=True)
    # Nothing leaves under it after this moment; None for those given before there were windows.
    valid_until = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "pending_post"],
                condition=Q(voided_at=None),
                name="approval_one_living",
            )
        ]

    def __str__(self) -> str:
        return f"Approval of {self.pending_post_id}"
